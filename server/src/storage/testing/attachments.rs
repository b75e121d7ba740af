//! What every store must do with attachments.

use std::sync::Arc;

use bytes::Bytes;
use futures::future::join_all;
use sha2::Digest as _;
use tunewright_core::name::StudyId;
use tunewright_core::study::{
    Attachment, AttachmentKey, AttachmentLimits, AttachmentName, Sha256, TrialNumber, Version,
};

use super::documents::header;
use crate::storage::{AttachError, Storage};

const MIB: usize = 1 << 20;

/// Checks that the stores `make` makes keep the contract of attachments.
pub(super) async fn attachments<S: AsyncFn() -> Arc<dyn Storage>>(make: S) {
    contents_come_back_as_they_were(&*make().await).await;
    names_are_told_apart_and_sorted(&*make().await).await;
    a_replaced_one_leaves_nothing_behind(&*make().await).await;
    a_study_that_is_not_there_keeps_nothing(&*make().await).await;
    a_full_study_takes_no_more(&*make().await).await;
    whoever_reads_sees_a_whole_one(make().await).await;
    many_put_at_once(make().await).await;
}

/// The key of an attachment.
#[must_use]
pub fn attachment_key(trial: Option<u64>, name: &str) -> AttachmentKey {
    AttachmentKey { trial: trial.map(TrialNumber), name: AttachmentName::new(name).expect("a legal name") }
}

/// The attachment of this content.
#[must_use]
pub fn attachment(key: AttachmentKey, content: &[u8]) -> Attachment {
    let sha256 = Sha256::of_digest(sha2::Sha256::digest(content).into());
    Attachment { key, size: content.len() as u64, sha256 }
}

async fn study(store: &dyn Storage, name: &str) -> StudyId {
    let header = header(name, "p", name);
    assert_eq!(store.create(&header).await.expect("created"), None);
    header.id
}

async fn put(
    store: &dyn Storage,
    study: &StudyId,
    key: &AttachmentKey,
    content: &Bytes,
) -> Result<(), AttachError> {
    put_within(store, study, key, content, AttachmentLimits::default()).await
}

async fn put_within(
    store: &dyn Storage,
    study: &StudyId,
    key: &AttachmentKey,
    content: &Bytes,
    limits: AttachmentLimits,
) -> Result<(), AttachError> {
    store.put_attachment(study, attachment(key.clone(), content), content.clone(), limits).await
}

async fn assert_kept(store: &dyn Storage, study: &StudyId, key: &AttachmentKey, content: &Bytes) {
    let found = store.attachment(study, key).await.expect("read").expect("it is there");
    assert_eq!(found.0, attachment(key.clone(), content));
    assert!(found.1 == content, "{key:?}: another content of {} bytes", found.1.len());
}

async fn listed(store: &dyn Storage, study: &StudyId) -> Vec<Attachment> {
    store.attachments(study).await.expect("listed")
}

/// Bytes of all values, and no two places alike.
fn binary(length: usize) -> Bytes {
    (0..length).map(|at| (at ^ (at >> 8) ^ (at >> 16)).to_le_bytes()[0]).collect()
}

async fn contents_come_back_as_they_were(store: &dyn Storage) {
    let a = study(store, "a").await;
    // Around the lengths of pieces that stores may cut a content into.
    let lengths = [0, 1, 255, MIB - 8192, MIB - 8191, MIB - 1, MIB, MIB + 1, 3 * MIB, 8 * MIB];
    let mut expected = Vec::new();
    for length in lengths {
        let (key, content) = (attachment_key(None, &format!("{length:08}")), binary(length));
        put(store, &a, &key, &content).await.expect("kept");
        expected.push((key, content));
    }
    for (n, text) in (0..).zip(["", "{\"v\":1}", "\r\n\0\r\n", "$3\r\nSET"]) {
        let (key, content) = (attachment_key(Some(n), "text"), Bytes::from(text));
        put(store, &a, &key, &content).await.expect("kept");
        expected.push((key, content));
    }
    for (key, content) in &expected {
        assert_kept(store, &a, key, content).await;
    }
    expected.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let expected: Vec<_> = expected.into_iter().map(|(key, content)| attachment(key, &content)).collect();
    assert_eq!(listed(store, &a).await, expected);
    let loaded = store.load(&a).await.expect("loaded").expect("the study is there");
    assert_eq!(loaded.version, Version(0), "attachments are beside its history");
}

async fn names_are_told_apart_and_sorted(store: &dyn Storage) {
    let (a, b) = (study(store, "a").await, study(store, "b").await);
    // As long as a name may be.
    let long = "大".repeat(170) + "ab";
    let names = [
        "0/x",
        "3",
        "3/x",
        "a",
        "a ",
        "a%",
        "a*",
        "a/b",
        "a:b",
        "a\"'\\",
        "study/a",
        "{b}",
        "größe🦀",
        &long,
    ];
    let mut keys = Vec::new();
    for trial in [None, Some(0), Some(3), Some(20), Some(100)] {
        keys.extend(names.map(|name| attachment_key(trial, name)));
    }
    for (n, key) in keys.iter().enumerate().rev() {
        put(store, &a, key, &Bytes::from(n.to_string())).await.expect("kept");
    }
    put(store, &b, &keys[0], &Bytes::from("another study's")).await.expect("kept");
    for (n, key) in keys.iter().enumerate() {
        assert_kept(store, &a, key, &Bytes::from(n.to_string())).await;
    }
    assert_kept(store, &b, &keys[0], &Bytes::from("another study's")).await;
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    let found: Vec<_> = listed(store, &a).await.into_iter().map(|attachment| attachment.key).collect();
    assert_eq!(found, sorted);
    assert_eq!(store.attachment(&a, &attachment_key(Some(1), "a")).await.expect("read"), None);
    assert_eq!(store.attachment(&a, &attachment_key(None, "b")).await.expect("read"), None);
}

async fn a_replaced_one_leaves_nothing_behind(store: &dyn Storage) {
    let a = study(store, "a").await;
    let key = attachment_key(Some(7), "model");
    for length in [3 * MIB, 10, 2 * MIB + 5, 0, 1] {
        put(store, &a, &key, &binary(length)).await.expect("kept");
        assert_kept(store, &a, &key, &binary(length)).await;
        assert_eq!(listed(store, &a).await.len(), 1);
    }
    let other = attachment_key(None, "model");
    put(store, &a, &other, &binary(2)).await.expect("kept");
    store.delete_attachment(&a, &key).await.expect("deleted");
    store.delete_attachment(&a, &key).await.expect("deleting what is not there is fine");
    assert_eq!(store.attachment(&a, &key).await.expect("read"), None);
    assert_kept(store, &a, &other, &binary(2)).await;
    assert_eq!(listed(store, &a).await, [attachment(other, &binary(2))]);
}

async fn a_study_that_is_not_there_keeps_nothing(store: &dyn Storage) {
    let nobody = StudyId::new("nobody").expect("a legal id");
    let key = attachment_key(None, "x");
    for content in [binary(1), binary(3 * MIB)] {
        let refused = put(store, &nobody, &key, &content).await;
        assert!(matches!(refused, Err(AttachError::Missing)), "{refused:?}");
    }
    assert_eq!(store.attachment(&nobody, &key).await.expect("read"), None);
    assert_eq!(listed(store, &nobody).await, []);
    store.delete_attachment(&nobody, &key).await.expect("deleting what is not there is fine");

    let (a, b) = (study(store, "a").await, study(store, "b").await);
    for study in [&a, &b] {
        put(store, study, &key, &binary(2 * MIB)).await.expect("kept");
        put(store, study, &attachment_key(Some(2), "y"), &binary(5)).await.expect("kept");
    }
    store.delete(&a).await.expect("deleted");
    assert!(matches!(put(store, &a, &key, &binary(1)).await, Err(AttachError::Missing)));
    assert_eq!(listed(store, &a).await, []);
    assert_eq!(store.create(&header("a", "p", "a")).await.expect("created"), None);
    assert_eq!(store.attachment(&a, &key).await.expect("read"), None, "nothing of the first shows through");
    assert_eq!(listed(store, &a).await, []);
    // What was counted is forgotten too.
    let limits = AttachmentLimits { count: 1, bytes: 1 };
    put_within(store, &a, &key, &binary(1), limits).await.expect("kept");
    assert_kept(store, &b, &key, &binary(2 * MIB)).await;
    assert_eq!(listed(store, &b).await.len(), 2, "the other study's are untouched");
}

async fn a_full_study_takes_no_more(store: &dyn Storage) {
    let (a, b) = (study(store, "a").await, study(store, "b").await);
    let limits = AttachmentLimits { count: 3, bytes: 100 };
    let keys = ["x", "y", "z", "w"].map(|name| attachment_key(Some(1), name));
    let put = async |at: usize, length| put_within(store, &a, &keys[at], &binary(length), limits).await;
    put(0, 60).await.expect("kept");
    let refused = put(1, 41).await;
    assert!(matches!(refused, Err(AttachError::Full { count: 2, bytes: 101 })), "{refused:?}");
    put(1, 40).await.expect("just as much as may be");
    put(2, 0).await.expect("an empty one counts as one, with no bytes");
    let refused = put(3, 0).await;
    assert!(matches!(refused, Err(AttachError::Full { count: 4, bytes: 100 })), "{refused:?}");
    put_within(store, &b, &keys[0], &binary(100), limits).await.expect("another study has its own limits");

    let refused = put(0, 61).await;
    assert!(matches!(refused, Err(AttachError::Full { count: 3, bytes: 101 })), "{refused:?}");
    assert_kept(store, &a, &keys[0], &binary(60)).await;
    put(0, 50).await.expect("a replaced one counts no more");
    store.delete_attachment(&a, &keys[1]).await.expect("deleted");
    store.delete_attachment(&a, &keys[1]).await.expect("only once");
    put(3, 50).await.expect("there is room again");
    let refused = put(3, 51).await;
    assert!(matches!(refused, Err(AttachError::Full { count: 3, bytes: 101 })), "{refused:?}");
    assert_eq!(listed(store, &a).await.len(), 3);
}

async fn whoever_reads_sees_a_whole_one(store: Arc<dyn Storage>) {
    const PUTS: u8 = 12;
    let a = study(&*store, "a").await;
    let key = attachment_key(None, "x");
    let content = |n: u8| Bytes::from(vec![n; 2 * MIB + usize::from(n)]);
    put(&*store, &a, &key, &content(0)).await.expect("kept");
    let writer = {
        let (store, a, key) = (Arc::clone(&store), a.clone(), key.clone());
        tokio::spawn(async move {
            for n in 1..=PUTS {
                put(&*store, &a, &key, &content(n)).await.expect("kept");
            }
        })
    };
    let mut last = 0;
    while last < PUTS {
        let (found, bytes) = store.attachment(&a, &key).await.expect("read").expect("it is there");
        let n = bytes[0];
        assert!(n >= last, "an older one after a newer one");
        assert_eq!(found, attachment(key.clone(), &content(n)));
        assert!(bytes == content(n), "parts of several");
        last = n;
    }
    writer.await.expect("no panic");
}

async fn many_put_at_once(store: Arc<dyn Storage>) {
    let a = study(&*store, "a").await;
    let limits = AttachmentLimits { count: 40, bytes: u64::MAX };
    let puts = (0..60).map(|n| {
        let (store, a) = (Arc::clone(&store), a.clone());
        let key = attachment_key(Some(n), "x");
        tokio::spawn(async move { put_within(&*store, &a, &key, &binary(1000), limits).await })
    });
    let answers: Vec<_> = join_all(puts).await.into_iter().map(|answer| answer.expect("no panic")).collect();
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 40, "{answers:?}");
    let full = |answer: &&Result<(), AttachError>| matches!(answer, Err(AttachError::Full { count: 41, .. }));
    assert_eq!(answers.iter().filter(full).count(), 20, "{answers:?}");
    assert_eq!(listed(&*store, &a).await.len(), 40);
}
