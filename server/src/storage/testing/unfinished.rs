//! What every store must do with studies that are being put back.

use bytes::Bytes;
use tunewright_core::study::{AttachmentLimits, Header, TrialNumber, Version};

use super::attachments::{attachment, attachment_key};
use super::documents::{header, report, trial};
use crate::storage::{PublishError, Storage, StudyWrite};

fn write(header: &Header, expected: u64) -> StudyWrite {
    StudyWrite {
        study: header.id.clone(),
        expected: Version(expected),
        header: None,
        trials: vec![trial(expected)],
        reports: vec![(TrialNumber(expected), report(1))],
        outputs: Vec::new(),
    }
}

/// Checks that nobody sees what is prepared in a new store until it is published.
pub(super) async fn unfinished(store: &dyn Storage) {
    let (old, new) = (header("old", "p", "x"), header("new", "p", "x"));
    store.prepare(&new).await.expect("prepared");
    store.prepare(&new).await.expect_err("an id is one study's");
    store.create(&header("new", "p", "y")).await.expect_err("an id is one study's");
    for version in 0..2 {
        assert_eq!(store.commit(write(&new, version)).await.expect("committed"), Version(version + 1));
    }
    let content = Bytes::from_static(b"kept");
    let attached = attachment(attachment_key(Some(1), "model"), &content);
    let limits = AttachmentLimits::default();
    store.put_attachment(&new.id, attached.clone(), content, limits).await.expect("attached");
    assert_eq!(store.headers().await.expect("headers"), []);
    assert_eq!(store.create(&old).await.expect("created"), None, "the name is free for now");

    let taken = store.publish(&new, Version(9)).await.expect_err("the name was taken meanwhile");
    assert!(matches!(&taken, PublishError::Taken(holder) if *holder == old.id), "{taken:?}");
    assert_eq!(store.headers().await.expect("headers"), std::slice::from_ref(&old));
    store.delete(&old.id).await.expect("deleted");
    for _ in 0..2 {
        store.publish(&new, Version(9)).await.expect("published, and again");
    }
    assert_eq!(store.headers().await.expect("headers"), std::slice::from_ref(&new));
    let loaded = store.load(&new.id).await.expect("loaded").expect("there");
    assert_eq!((loaded.version, loaded.trials), (Version(9), vec![trial(0), trial(1)]));
    assert_eq!(store.reports(&new.id, TrialNumber(1)).await.expect("reports"), [report(1)]);
    assert_eq!(store.attachments(&new.id).await.expect("listed"), [attached]);
    assert_eq!(store.create(&old).await.expect("answered"), Some(new.id.clone()));
    assert_eq!(store.commit(write(&new, 9)).await.expect("it goes on"), Version(10));

    let given_up = header("given-up", "p", "z");
    store.prepare(&given_up).await.expect("prepared");
    store.commit(write(&given_up, 0)).await.expect("committed");
    store.delete(&given_up.id).await.expect("deleted");
    assert_eq!(store.load(&given_up.id).await.expect("loaded"), None);
    let missing = store.publish(&given_up, Version(1)).await.expect_err("it is gone");
    assert!(matches!(missing, PublishError::Missing), "{missing:?}");
    store.prepare(&given_up).await.expect("its id is free");
    assert_eq!(store.load(&given_up.id).await.expect("loaded").expect("there").trials, []);
    assert_eq!(store.headers().await.expect("headers"), [new]);
}
