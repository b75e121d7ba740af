//! Acknowledged only once replicas have it.

use std::time::{Duration, Instant};

use futures::future::join_all;

use super::*;

/// A primary, a replica of it that is in step, and the address that has it waited for.
async fn pair(fsync: Fsync) -> (RedisServer, RedisServer, String) {
    let primary = RedisServer::start(fsync);
    let port = primary.port().to_string();
    let replica = RedisServer::start_with(fsync, &["--replicaof", "127.0.0.1", &port]);
    let deadline = Instant::now() + Duration::from_secs(30);
    while !cli::<String>(&primary, cmd("INFO").arg("replication")).await.contains("state=online") {
        assert!(Instant::now() < deadline, "the replica never comes");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let url = format!("{}?replicas=1", primary.url());
    (primary, replica, url)
}

#[tokio::test]
async fn without_replicas_it_is_refused_at_the_start() {
    let server = RedisServer::start(Fsync::EverySecond);
    let url = format!("{}?replicas=1", server.url());
    let error = RedisStorage::open(&url, OpenOptions::default()).await.expect_err("there are none");
    let StorageError::Setup(refusal) = error else { panic!("{error:?}") };
    assert!(refusal.message.contains("has 0 replicas") && refusal.hint.is_some(), "{refusal:?}");
}

#[tokio::test]
async fn keeps_the_contract_with_a_replica() {
    with_a_replica(Fsync::EverySecond).await;
}

/// A Redis from 7.2 on is asked for what is on disk then.
#[tokio::test]
async fn keeps_the_contract_with_a_replica_whose_disk_is_waited_for() {
    with_a_replica(Fsync::Always).await;
}

async fn with_a_replica(fsync: Fsync) {
    let (primary, _replica, url) = pair(fsync).await;
    conformance(async || {
        let () = cli(&primary, &cmd("FLUSHALL")).await;
        owned(&url, OpenOptions::default()).await.expect("opened")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_replica_has_is_not_acknowledged_and_not_read_either() {
    let (_primary, replica, url) = pair(Fsync::Always).await;
    let store = owned(&url, OpenOptions::default()).await.expect("opened");
    assert_eq!(store.durability(), Durability::Replicated);
    store.create(&header("a", "p", "x")).await.expect("created");
    assert_eq!(store.commit(write("a", 0)).await.expect("committed"), Version(1));

    replica.pause();
    let asked = Instant::now();
    let committed = store.commit(write("a", 1)).await;
    assert!(
        matches!(committed, Err(CommitError::Storage(StorageError::Unavailable { .. }))),
        "{committed:?}"
    );
    assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
    let loaded = store.load(&id("a")).await;
    assert!(matches!(loaded, Err(StorageError::Unavailable { .. })), "it shows what may be lost: {loaded:?}");

    replica.resume();
    let deadline = Instant::now() + Duration::from_secs(30);
    let found = loop {
        match store.load(&id("a")).await {
            Ok(found) => break found.expect("there"),
            Err(error) => assert!(Instant::now() < deadline, "{error:?}"),
        }
    };
    assert_eq!(found.version, Version(2), "it was unknown whether it happened");
    assert_eq!(store.commit(write("a", 2)).await.expect("committed"), Version(3));
    assert_eq!(cli::<u64>(&replica, cmd("GET").arg("tw:{a}:version")).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_commits_wait_together() {
    let (primary, _replica, url) = pair(Fsync::EverySecond).await;
    let store = owned(&url, OpenOptions::default()).await.expect("opened");
    let studies: Vec<String> = (0..200).map(|n| format!("s{n}")).collect();
    join_all(studies.iter().map(async |study| {
        store.create(&header(study, "p", study)).await.expect("created");
        for version in 0..5 {
            store.commit(write(study, version)).await.expect("committed");
        }
    }))
    .await;
    let rounds: u64 = cli(&primary, cmd("GET").arg(keys::ROUNDS)).await;
    println!("{rounds} rounds for 1,200 writes");
    assert!(rounds < 600, "{rounds}");
}
