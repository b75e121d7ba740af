//! Of several servers on one Redis one writes, whatever the others believe.

use std::time::{Duration, Instant};

use bytes::Bytes;
use tunewright_core::study::AttachmentLimits;

use super::*;
use crate::storage::testing::{attachment, attachment_key, token};
use crate::storage::{AttachError, Owned};

async fn opened(server: &RedisServer) -> Arc<RedisStorage> {
    Arc::new(RedisStorage::open(&server.url(), OpenOptions::default()).await.expect("opened"))
}

async fn acquire(server: &RedisServer, place: &str) -> Option<Owned> {
    opened(server).await.acquire(place).await.expect("answered")
}

/// What two servers, of which the second has taken over, leave; and the first one's store.
async fn succession(server: &RedisServer) -> (Owned, Owned) {
    let first = acquire(server, "here").await.expect("nobody is there");
    first.storage.create(&header("a", "p", "x")).await.expect("created");
    assert_eq!(first.storage.commit(write("a", 0)).await.expect("committed"), Version(1));
    let second = acquire(server, "here").await.expect("who is at the same place takes over at once");
    (first, second)
}

async fn everything(server: &RedisServer) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut keys: Vec<String> = cli(server, cmd("KEYS").arg("*")).await;
    keys.sort_unstable();
    for key in keys.into_iter().filter(|key| key != keys::TENURE) {
        // The values of hashes are listed in no order that holds, but no test here changes them.
        let dump = cli(server, cmd("DUMP").arg(&key)).await;
        found.push((key, dump));
    }
    found
}

/// Tries every way to write, and sees that nothing is.
async fn writes_nothing(server: &RedisServer, storage: &dyn Storage) {
    let before = everything(server).await;
    let committed = storage.commit(write("a", 1)).await;
    assert!(matches!(committed, Err(CommitError::Storage(StorageError::Fenced))), "{committed:?}");
    let created = storage.create(&header("b", "p", "y")).await;
    assert!(matches!(created, Err(StorageError::Fenced)), "{created:?}");
    let deleted = storage.delete(&id("a")).await;
    assert!(matches!(deleted, Err(StorageError::Fenced)), "{deleted:?}");
    for length in [5, 3_000_000] {
        let content = Bytes::from(vec![7; length]);
        let put = attachment(attachment_key(None, "model"), &content);
        let put = storage.put_attachment(&id("a"), put, content, AttachmentLimits::default()).await;
        assert!(matches!(put, Err(AttachError::Storage(StorageError::Fenced))), "{put:?}");
    }
    let detached = storage.delete_attachment(&id("a"), &attachment_key(None, "kept")).await;
    assert!(matches!(detached, Err(StorageError::Fenced)), "{detached:?}");
    let kept = storage.put_token(&token("t")).await;
    assert!(matches!(kept, Err(StorageError::Fenced)), "{kept:?}");
    let prepared = storage.prepare(&header("c", "p", "z")).await;
    assert!(matches!(prepared, Err(StorageError::Fenced)), "{prepared:?}");
    let published = storage.publish(&header("a", "p", "x"), Version(5)).await;
    assert!(matches!(published, Err(PublishError::Storage(StorageError::Fenced))), "{published:?}");
    assert_eq!(everything(server).await, before);
}

async fn keep_one(storage: &dyn Storage) {
    let content = Bytes::from_static(b"kept");
    let put = attachment(attachment_key(None, "kept"), &content);
    storage.put_attachment(&id("a"), put, content, AttachmentLimits::default()).await.expect("kept");
}

#[tokio::test]
async fn who_was_succeeded_writes_nothing_and_is_told() {
    let server = RedisServer::start(Fsync::EverySecond);
    let (first, second) = succession(&server).await;
    keep_one(&*second.storage).await;
    writes_nothing(&server, &*first.storage).await;
    let tenure = first.tenure.expect("a tenure");
    tokio::time::timeout(Duration::from_secs(1), tenure.fenced()).await.expect("it was told");
    assert!(!tenure.renew().await.expect("answered"));
    tenure.release().await.expect("answered");
    assert!(acquire(&server, "elsewhere").await.is_none(), "only its own tenure can be given back");
    assert!(second.tenure.expect("a tenure").renew().await.expect("answered"));
    assert_eq!(second.storage.commit(write("a", 1)).await.expect("committed"), Version(2));
}

#[tokio::test]
async fn a_store_that_was_only_opened_writes_nothing() {
    let server = RedisServer::start(Fsync::EverySecond);
    let opened = opened(&server).await;
    let owned = acquire(&server, "").await.expect("nobody is there");
    owned.storage.create(&header("a", "p", "x")).await.expect("created");
    owned.storage.commit(write("a", 0)).await.expect("committed");
    keep_one(&*owned.storage).await;
    writes_nothing(&server, &*opened).await;
    assert_eq!(opened.headers().await.expect("reading needs no leave").len(), 1);
}

/// A failover of Redis can take the count of owners back, so that two have the same epoch.
#[tokio::test]
async fn an_epoch_that_was_rolled_back_deceives_nobody() {
    let server = RedisServer::start(Fsync::EverySecond);
    let (first, second) = succession(&server).await;
    keep_one(&*second.storage).await;
    let token = async || cli::<String>(&server, cmd("HGET").arg(keys::OWNER).arg("token")).await;
    let of_second = token().await;
    assert!(of_second.starts_with("2-") && of_second.len() == 2 + 32, "{of_second}");
    // As if neither had ever been owner: the third one is the first again.
    let () = cli(&server, cmd("DEL").arg(keys::OWNER).arg(keys::TENURE)).await;
    let third = acquire(&server, "").await.expect("nobody is there");
    assert!(token().await.starts_with("1-"));
    writes_nothing(&server, &*first.storage).await;
    writes_nothing(&server, &*second.storage).await;
    assert!(!first.tenure.expect("a tenure").renew().await.expect("answered"));
    assert_eq!(third.storage.commit(write("a", 1)).await.expect("committed"), Version(2));
}

#[tokio::test]
async fn an_owner_is_succeeded_after_its_tenure_or_when_it_gives_it_back() {
    let server = RedisServer::start(Fsync::EverySecond);
    let first = acquire(&server, "here").await.expect("nobody is there");
    for place in ["there", ""] {
        assert!(acquire(&server, place).await.is_none(), "{place}");
    }
    let tenure = first.tenure.expect("a tenure");
    tenure.release().await.expect("released");
    let second = acquire(&server, "").await.expect("it was given back");
    let silent = Instant::now();
    assert!(acquire(&server, "").await.is_none(), "no place is no reason");
    while acquire(&server, "there").await.is_none() {
        assert!(silent.elapsed() < Duration::from_secs(8), "it is succeeded some time");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(silent.elapsed() > Duration::from_secs(4), "{:?}", silent.elapsed());
    assert!(!second.tenure.expect("a tenure").renew().await.expect("answered"));
}

#[tokio::test]
async fn an_owner_that_was_thought_dead_goes_on_if_nobody_has_taken_over() {
    let server = RedisServer::start(Fsync::EverySecond);
    let first = acquire(&server, "").await.expect("nobody is there");
    let () = cli(&server, cmd("DEL").arg(keys::TENURE)).await;
    let tenure = first.tenure.expect("a tenure");
    assert!(tenure.renew().await.expect("answered"));
    assert!(acquire(&server, "").await.is_none());
    let left: i64 = cli(&server, cmd("PTTL").arg(keys::TENURE)).await;
    assert!((3_000..=5_000).contains(&left), "{left}");
    // Renewing prolongs.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(tenure.renew().await.expect("answered"));
    let again: i64 = cli(&server, cmd("PTTL").arg(keys::TENURE)).await;
    assert!(again > 4_600, "{again}");
}

/// What a former owner has sent may arrive after its study was put back under its id.
#[tokio::test]
async fn only_the_owner_sweeps_and_only_what_is_deleted() {
    let server = RedisServer::start(Fsync::EverySecond);
    let (_, second) = succession(&server).await;
    keep_one(&*second.storage).await;
    let stranger = opened(&server).await;
    let () = cli(&server, cmd("SADD").arg(keys::DELETING).arg("a")).await;
    let before = everything(&server).await;
    let swept = stranger.sweep(&id("a")).await;
    assert!(matches!(swept, Err(StorageError::Fenced)), "{swept:?}");
    assert_eq!(everything(&server).await, before);

    let () = cli(&server, cmd("SREM").arg(keys::DELETING).arg("a")).await;
    let before = everything(&server).await;
    let token: String = cli(&server, cmd("HGET").arg(keys::OWNER).arg("token")).await;
    let owner = RedisStorage { title: Title::under(token), ..(*stranger).clone() };
    owner.sweep(&id("a")).await.expect("nothing to do");
    assert_eq!(everything(&server).await, before, "it is no deleted study");

    owner.delete(&id("a")).await.expect("deleted");
    let left: Vec<String> = cli(&server, cmd("KEYS").arg("tw:{a}:*")).await;
    assert!(left.is_empty(), "{left:?}");
}
