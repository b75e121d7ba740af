//! Against a real `redis-server`.

mod attachments;
mod failover;
mod faults;
mod owner;
mod replicated;
mod setups;
mod tls;
mod upgrade;

use std::sync::Arc;

use redis::{Cmd, FromRedisValue};
use tunewright_core::name::StudyId;
use tunewright_core::study::{TrialNumber, Version};

use super::*;
use crate::storage::testing::{
    Fsync, RedisServer, conformance, header, keeps_everything, load_time, report, trial,
};

async fn store(server: &RedisServer) -> Arc<dyn Storage> {
    owned(&server.url(), OpenOptions::default()).await.expect("opened")
}

/// The store at `url` as its owner; the one before is taken for dead, as it was at the same place.
async fn owned(url: &str, options: OpenOptions) -> Result<Arc<dyn Storage>, StorageError> {
    let opened = Arc::new(RedisStorage::open(url, options).await?);
    Ok(opened.acquire("a test").await?.expect("nobody is elsewhere").storage)
}

/// All keys but those of the owner, in their order.
async fn keys(server: &RedisServer) -> Vec<String> {
    let mut keys: Vec<String> = cli(server, cmd("KEYS").arg("*")).await;
    keys.retain(|key| key != keys::OWNER && key != keys::TENURE);
    keys.sort_unstable();
    keys
}

/// What a person would do with `redis-cli`.
async fn cli<T: FromRedisValue>(server: &RedisServer, command: &Cmd) -> T {
    let client = Client::open(server.url()).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("connected");
    command.query_async(&mut connection).await.expect("answered")
}

fn id(text: &str) -> StudyId {
    StudyId::new(text).expect("a legal id")
}

/// One trial, one report of it, one output of it.
fn write(study: &str, expected: u64) -> StudyWrite {
    StudyWrite {
        study: id(study),
        expected: Version(expected),
        header: None,
        trials: vec![trial(expected)],
        reports: vec![(TrialNumber(expected), report(1))],
        outputs: vec![(TrialNumber(expected), 1, "log".to_owned())],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract() {
    let server = RedisServer::start(Fsync::EverySecond);
    conformance(async || {
        let () = cli(&server, &cmd("FLUSHALL")).await;
        store(&server).await
    })
    .await;
}

#[tokio::test]
async fn everything_is_there_after_opening_again() {
    let mut server = RedisServer::start(Fsync::Always);
    keeps_everything(store(&server).await, async |open| {
        drop(open);
        server.kill_9();
        server.start_again();
        store(&server).await
    })
    .await;
}

#[tokio::test]
async fn many_trials_are_loaded() {
    let server = RedisServer::start(Fsync::EverySecond);
    println!("redis: 20,000 trials loaded in {:?}", load_time(&*store(&server).await, 20_000).await);
}

#[tokio::test]
async fn the_keys_are_those_of_the_manual_and_none_is_left_over() {
    let server = RedisServer::start(Fsync::EverySecond);
    let store = store(&server).await;
    for study in ["a", "b"] {
        store.create(&header(study, "p", study)).await.expect("created");
        store.commit(write(study, 0)).await.expect("committed");
    }
    let of = |study| {
        ["header", "outputs", "owner", "reports:0", "trials", "version"]
            .map(|key| format!("tw:{{{study}}}:{key}"))
    };
    assert_eq!(keys(&server).await, [&["tw:names".to_owned()][..], &of("a"), &of("b")].concat());
    for key in keys(&server).await {
        assert_eq!(
            cli::<i64>(&server, cmd("TTL").arg(&key)).await,
            -1,
            "{key}: nothing that is true expires"
        );
    }
    store.delete(&id("a")).await.expect("deleted");
    store.delete(&id("b")).await.expect("deleted");
    assert_eq!(keys(&server).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_name_whose_study_is_gone_is_free() {
    let server = RedisServer::start(Fsync::EverySecond);
    let store = store(&server).await;
    store.create(&header("a", "p", "x")).await.expect("created");
    let () = cli(&server, cmd("DEL").arg("tw:{a}:header").arg("tw:{a}:version")).await;
    assert_eq!(store.headers().await.expect("headers"), []);
    assert_eq!(store.create(&header("b", "p", "x")).await.expect("created"), None);
    assert_eq!(store.create(&header("c", "p", "x")).await.expect("answered"), Some(id("b")));
    let headers = store.headers().await.expect("headers");
    assert_eq!(headers.iter().map(|header| header.id.as_str()).collect::<Vec<_>>(), ["b"]);
}

#[tokio::test]
async fn a_deletion_that_was_cut_short_is_ended_at_the_next_start() {
    let server = RedisServer::start(Fsync::EverySecond);
    let first = store(&server).await;
    first.create(&header("a", "p", "x")).await.expect("created");
    first.commit(write("a", 0)).await.expect("committed");
    // As after the script, with the sweep still to come.
    let () =
        cli(&server, cmd("DEL").arg(&["tw:{a}:header", "tw:{a}:version", "tw:{a}:owner", "tw:names"])).await;
    let () = cli(&server, cmd("SADD").arg("tw:deleting").arg("a")).await;
    first.create(&header("a", "p", "x")).await.expect_err("not while the old one's trials are there");
    drop(first);
    let again = store(&server).await;
    assert_eq!(keys(&server).await, Vec::<String>::new());
    assert_eq!(again.create(&header("a", "p", "x")).await.expect("created"), None);
    assert_eq!(again.reports(&id("a"), TrialNumber(0)).await.expect("reports"), []);
}
