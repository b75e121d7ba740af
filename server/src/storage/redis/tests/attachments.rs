//! What lies in Redis of attachments, and what is left when a put is cut short.

use bytes::Bytes;
use tunewright_core::study::AttachmentLimits;

use super::*;
use crate::storage::AttachError;
use crate::storage::testing::{attachment, attachment_key};

async fn put(store: &dyn Storage, study: &str, name: &str, length: usize) -> Result<(), AttachError> {
    let content = Bytes::from(vec![7; length]);
    let attachment = attachment(attachment_key(Some(3), name), &content);
    store.put_attachment(&id(study), attachment, content, AttachmentLimits::default()).await
}

#[tokio::test]
async fn the_keys_are_those_of_the_manual_and_none_is_left_over() {
    let server = RedisServer::start(Fsync::EverySecond);
    let store = store(&server).await;
    store.create(&header("a", "p", "a")).await.expect("created");
    let bare = keys(&server).await;
    for length in [3_000_000, 5, 2_000_000] {
        put(&*store, "a", "model", length).await.expect("kept");
    }
    let found = keys(&server).await;
    let [.., attached, attachments, content, _, _, _] = &found[..] else { panic!("{found:?}") };
    assert_eq!((attached.as_str(), attachments.as_str()), ("tw:{a}:attached", "tw:{a}:attachments"));
    assert!(content.starts_with("tw:{a}:content:"), "{content}");
    assert_eq!(found.len(), bare.len() + 3, "one content: the replaced ones are gone");
    assert_eq!(cli::<u64>(&server, cmd("GET").arg(attached)).await, 2_000_000);
    let record: String = cli(&server, cmd("HGET").arg(attachments).arg("3/model")).await;
    assert!(record.starts_with(r#"{"v":1,"kind":"attachment","doc":{"size":2000000,"sha256":""#), "{record}");
    for key in &found {
        assert_eq!(cli::<i64>(&server, cmd("TTL").arg(key)).await, -1, "{key}: nothing that is true expires");
    }

    store.delete_attachment(&id("a"), &attachment_key(Some(3), "model")).await.expect("deleted");
    assert_eq!(cli::<u64>(&server, cmd("GET").arg("tw:{a}:attached")).await, 0);
    for n in 0..30 {
        put(&*store, "a", &n.to_string(), 10).await.expect("kept");
    }
    store.delete(&id("a")).await.expect("deleted");
    assert_eq!(keys(&server).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_a_put_that_was_cut_short_left_is_removed_at_the_next_start() {
    let server = RedisServer::start(Fsync::EverySecond);
    let first = store(&server).await;
    first.create(&header("a", "p", "a")).await.expect("created");
    put(&*first, "a", "model", 3_000_000).await.expect("kept");
    let whole = keys(&server).await;
    // As after some pieces, with the script still to come.
    let () = cli(&server, cmd("SADD").arg("tw:uploads").arg("a/0a1b")).await;
    let () = cli(&server, cmd("APPEND").arg("tw:{a}:content:0a1b").arg("half of it")).await;
    drop(first);
    let again = store(&server).await;
    assert_eq!(keys(&server).await, whole);
    let kept = again.attachment(&id("a"), &attachment_key(Some(3), "model")).await.expect("read");
    assert_eq!(kept.expect("it is there").1.len(), 3_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_starts_meanwhile_costs_no_kept_content() {
    let server = RedisServer::start(Fsync::EverySecond);
    let first = store(&server).await;
    first.create(&header("a", "p", "a")).await.expect("created");
    let putting = {
        let first = Arc::clone(&first);
        tokio::spawn(async move {
            let mut kept = 0;
            for _ in 0..15 {
                match put(&*first, "a", "model", 3_000_000).await {
                    Ok(()) => kept += 1,
                    Err(AttachError::Storage(StorageError::Fenced)) => {}
                    other => panic!("{other:?}"),
                }
            }
            kept
        })
    };
    while !putting.is_finished() {
        store(&server).await;
    }
    let kept = putting.await.expect("no panic");
    let found = first.attachment(&id("a"), &attachment_key(Some(3), "model")).await.expect("read");
    assert_eq!(found.map(|(_, content)| content.len()), (kept > 0).then_some(3_000_000));
    assert_eq!(cli::<Vec<String>>(&server, cmd("SMEMBERS").arg("tw:uploads")).await, Vec::<String>::new());
    let contents = keys(&server).await.into_iter().filter(|key| key.starts_with("tw:{a}:content:")).count();
    assert_eq!(contents, usize::from(kept > 0), "nothing is left of those that were refused");
}

#[tokio::test]
async fn a_full_redis_keeps_all_of_it_or_nothing() {
    let server = RedisServer::start_with(Fsync::EverySecond, &["--maxmemory", "40mb"]);
    let store = store(&server).await;
    store.create(&header("a", "p", "a")).await.expect("created");
    let mut kept = 0;
    let refused = loop {
        assert!(kept < 40, "40 MB are full some time");
        match put(&*store, "a", &kept.to_string(), 3_000_000).await {
            Ok(()) => kept += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, AttachError::Storage(StorageError::Unavailable { .. })), "{refused:?}");
    let listed = store.attachments(&id("a")).await.expect("listed");
    assert_eq!(listed.len(), kept);
    for attachment in &listed {
        let found = store.attachment(&id("a"), &attachment.key).await.expect("read").expect("it is there");
        assert_eq!(found.1.len(), 3_000_000);
    }
    let contents = keys(&server).await.into_iter().filter(|key| key.starts_with("tw:{a}:content:")).count();
    assert_eq!(contents, kept, "nothing is left of the one that was refused");
    for attachment in listed {
        store.delete_attachment(&id("a"), &attachment.key).await.expect("deleting makes room");
    }
    put(&*store, "a", "again", 3_000_000).await.expect("there is room again");
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_named_and_left_alone() {
    let server = RedisServer::start(Fsync::EverySecond);
    let store = store(&server).await;
    store.create(&header("a", "p", "a")).await.expect("created");
    let field = |text: &str| cmd("HSET").arg("tw:{a}:attachments").arg("3/model").arg(text).to_owned();
    let newer = r#"{"v":2,"kind":"attachment","doc":{"size":"many"}}"#;
    for odd in ["", "[]", newer, r#"{"v":1,"kind":"trial","doc":{}}"#] {
        let () = cli(&server, &field(odd)).await;
        let before = keys(&server).await;
        let key = attachment_key(Some(3), "model");
        let put = put(&*store, "a", "model", 2_000_000).await;
        let Err(AttachError::Storage(StorageError::Corrupt { key: named, .. })) = put else {
            panic!("{put:?}")
        };
        assert_eq!(named, "tw:{a}:attachments[3/model]");
        for problem in [
            store.attachment(&id("a"), &key).await.map(drop),
            store.attachments(&id("a")).await.map(drop),
            store.delete_attachment(&id("a"), &key).await,
        ] {
            assert!(matches!(problem, Err(StorageError::Corrupt { .. })), "{odd}: {problem:?}");
        }
        assert_eq!(keys(&server).await, before);
    }
}

/// The reader is overtaken many times between a record and its content.
#[tokio::test(flavor = "multi_thread")]
async fn an_attachment_that_is_replaced_all_the_time_is_never_taken_for_a_broken_one() {
    let server = RedisServer::start(Fsync::EverySecond);
    let store = store(&server).await;
    store.create(&header("a", "p", "x")).await.expect("created");
    let key = attachment_key(None, "x");
    let content = |n: u8| Bytes::from(vec![n; 2_200_000 + usize::from(n)]);
    let put = async move |store: &dyn Storage, n: u8| {
        let put = attachment(attachment_key(None, "x"), &content(n));
        store.put_attachment(&id("a"), put, content(n), AttachmentLimits::default()).await.expect("kept");
    };
    put(&*store, 0).await;
    let writers: Vec<_> = (1..=4)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for _ in 0..15 {
                    put(&*store, n).await;
                }
            })
        })
        .collect();
    let mut read = 0;
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        match store.attachment(&id("a"), &key).await {
            Ok(found) => {
                let (_, bytes) = found.expect("it is there");
                assert!(bytes == content(bytes[0]), "parts of several");
                read += 1;
            }
            Err(StorageError::Unavailable { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    println!("{read} whole ones read");
    store.attachment(&id("a"), &key).await.expect("read").expect("it is there");
}
