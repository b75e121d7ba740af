//! With real Sentinels: what is acknowledged outlives the primary.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep, timeout};
use tunewright_core::study::AttachmentLimits;

use super::*;
use crate::storage::testing::{RedisTrio, attachment, attachment_key, token};
use crate::storage::{Owned, keep};

const PATIENCE: Duration = Duration::from_secs(60);

async fn opened(url: &str) -> Arc<RedisStorage> {
    Arc::new(RedisStorage::open(url, OpenOptions::default()).await.expect("opened"))
}

/// Tries as a server does.
async fn acquire(storage: &Arc<RedisStorage>, place: &str) -> Owned {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = Arc::clone(storage).acquire(place).await;
        if let Ok(Some(owned)) = answer {
            return owned;
        }
        assert!(Instant::now() < deadline, "{answer:?}");
        sleep(Duration::from_millis(100)).await;
    }
}

async fn at<T: FromRedisValue>(url: &str, command: &Cmd) -> T {
    let client = Client::open(url).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("connected");
    command.query_async(&mut connection).await.expect("answered")
}

async fn commit(store: &dyn Storage, study: &str, versions: std::ops::Range<u64>) {
    for version in versions {
        store.commit(write(study, version)).await.expect("committed");
    }
}

async fn put(store: &dyn Storage, name: &str, content: &Bytes) {
    let put = attachment(attachment_key(None, name), content);
    store.put_attachment(&id("a"), put, content.clone(), AttachmentLimits::default()).await.expect("kept");
}

async fn whole(store: &dyn Storage, study: &str, version: u64) {
    let found = store.load(&id(study)).await.expect("loaded").expect("there");
    assert_eq!(found.version, Version(version), "{study}");
    assert!(found.trials.iter().map(|trial| trial.number.0).eq(0..version), "{study}");
    for trial in 0..version {
        assert_eq!(store.reports(&id(study), TrialNumber(trial)).await.expect("reports"), [report(1)]);
    }
}

/// The replica stands still while results are acknowledged, and becomes the primary without them.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_failover_has_lost_the_owner_stores_again_before_it_serves() {
    let mut trio = RedisTrio::start(Fsync::EverySecond, 1);
    let url = trio.url();
    let (server, other) = (opened(&url).await, opened(&url).await);
    let first = acquire(&server, "here").await;
    let kept = tokio::spawn({
        let tenure = first.tenure.clone();
        async move { keep(tenure.as_deref()).await }
    });
    let store = first.storage;
    for study in ["a", "deleted"] {
        store.create(&header(study, "p", study)).await.expect("created");
        commit(&*store, study, 0..20).await;
    }
    let content = Bytes::from(vec![7; 3_000_000]);
    put(&*store, "before", &content).await;
    sleep(Duration::from_millis(500)).await;

    trio.server(1).pause();
    // What it has not read yet would reach it all the same.
    let _: i64 = at(&trio.url_of(0), cmd("CLIENT").arg("KILL").arg("TYPE").arg("replica")).await;
    commit(&*store, "a", 20..60).await;
    store.create(&header("new", "p", "new")).await.expect("created");
    commit(&*store, "new", 0..5).await;
    store.delete(&id("deleted")).await.expect("deleted");
    store.put_token(&token("t")).await.expect("kept");
    put(&*store, "after", &content).await;
    trio.server(0).kill_9();
    trio.server(1).resume();
    assert_eq!(trio.primary(), 1);

    let promoted = trio.url_of(1);
    let behind = opened(&promoted).await;
    let found = behind.load(&id("a")).await.expect("loaded").expect("there").version;
    assert_eq!(found, Version(20), "the failover has lost what was acknowledged");
    assert_eq!(behind.load(&id("new")).await.expect("loaded"), None);
    timeout(PATIENCE, kept).await.expect("it is no owner of this Redis").expect("no panic");
    // It has none of what was lost, and lets the one that has come first.
    let stranger = Arc::clone(&other).acquire("there").await;
    assert!(matches!(stranger, Ok(None) | Err(StorageError::Unavailable { .. })), "{stranger:?}");
    let refused = store.commit(write("a", 60)).await;
    assert!(matches!(refused, Err(CommitError::Storage(StorageError::Fenced))), "{refused:?}");

    assert!(server.comes_first() && !other.comes_first());
    let second = acquire(&server, "here").await;
    let epoch: u64 = at(&promoted, cmd("HGET").arg(keys::OWNER).arg("epoch")).await;
    assert_eq!(epoch, 2);
    whole(&*second.storage, "a", 60).await;
    whole(&*second.storage, "new", 5).await;
    assert_eq!(second.storage.load(&id("deleted")).await.expect("loaded"), None);
    assert_eq!(second.storage.tokens().await.expect("tokens"), [token("t")]);
    let attachments = second.storage.attachments(&id("a")).await.expect("listed");
    assert_eq!(attachments.len(), 2);
    for found in attachments {
        let (_, bytes) = second.storage.attachment(&id("a"), &found.key).await.expect("read").expect("there");
        assert_eq!(bytes, content);
    }
    commit(&*second.storage, "a", 60..61).await;
    assert!(Arc::clone(&other).acquire("there").await.expect("answered").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_died_with_its_primary_is_waited_for_and_succeeded() {
    let mut trio = RedisTrio::start(Fsync::EverySecond, 1);
    let url = trio.url();
    let (server, other) = (opened(&url).await, opened(&url).await);
    let first = acquire(&server, "here").await;
    first.storage.create(&header("a", "p", "a")).await.expect("created");
    commit(&*first.storage, "a", 0..3).await;
    sleep(Duration::from_millis(500)).await;
    trio.server(0).kill_9();
    drop((first, server));
    assert_eq!(trio.primary(), 1);
    let promoted = Instant::now();
    let second = acquire(&other, "there").await;
    println!("succeeded {:?} after the failover", promoted.elapsed());
    assert!(promoted.elapsed() > Duration::from_secs(4), "{:?}", promoted.elapsed());
    whole(&*second.storage, "a", 3).await;
}

#[tokio::test]
async fn a_name_that_no_sentinel_knows_and_sentinels_that_are_not_there_are_said() {
    let trio = RedisTrio::start(Fsync::EverySecond, 1);
    let strange = trio.url().replace("/tunes/", "/strange/");
    for (url, wanted) in [(&*strange, "strange"), ("redis+sentinel://127.0.0.1:1/tunes", "refused")] {
        let error = RedisStorage::open(url, OpenOptions::default()).await.expect_err("refused");
        let said = format!("{error} {error:?}").to_lowercase();
        assert!(matches!(error, StorageError::Unavailable { .. }) && said.contains(wanted), "{said}");
        assert!(!said.contains("secret") && !said.contains("quiet"), "{said}");
    }
}
