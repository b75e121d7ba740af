//! What happens when Redis is away, slow, full, or no longer the one that takes writes.

use std::time::{Duration, Instant};

use super::*;

async fn one_study(server: &RedisServer) -> Arc<dyn Storage> {
    let store = store(server).await;
    store.create(&header("a", "p", "x")).await.expect("created");
    assert_eq!(store.commit(write("a", 0)).await.expect("committed"), Version(1));
    store
}

fn is_unavailable<T: fmt::Debug>(answer: &Result<T, CommitError>) -> bool {
    matches!(answer, Err(CommitError::Storage(StorageError::Unavailable { .. })))
}

/// Tries until the store is back.
async fn recovers(store: &dyn Storage) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while let Err(error) = store.probe().await {
        assert!(Instant::now() < deadline, "still {error:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Commits one version after another from `from` until one fails; when each was acknowledged.
fn writes_on(store: &Arc<dyn Storage>, from: u64) -> tokio::task::JoinHandle<Vec<(u64, Instant)>> {
    let store = Arc::clone(store);
    tokio::spawn(async move {
        let mut acknowledged = vec![(from, Instant::now())];
        while let Ok(next) = store.commit(write("a", acknowledged[acknowledged.len() - 1].0)).await {
            acknowledged.push((next.0, Instant::now()));
        }
        acknowledged
    })
}

/// What is there after a restart: whole commits without a gap, the last of them with all that belongs to it.
async fn whole_commits(store: &dyn Storage) -> u64 {
    let found = store.load(&id("a")).await.expect("loaded").expect("the study is there");
    assert!(found.trials.iter().map(|trial| trial.number.0).eq(0..found.version.0), "{:?}", found.version);
    let last = TrialNumber(found.version.0 - 1);
    assert_eq!(store.reports(&id("a"), last).await.expect("reports"), [report(1)]);
    found.version.0
}

#[tokio::test]
async fn a_killed_redis_that_syncs_always_loses_nothing_acknowledged() {
    let mut server = RedisServer::start(Fsync::Always);
    let store = one_study(&server).await;
    let mut version = 1;
    for round in 0..3 {
        let writer = writes_on(&store, version);
        tokio::time::sleep(Duration::from_millis(100 + 70 * round)).await;
        server.kill_9();
        let (acknowledged, _) = *writer.await.expect("no panic").last().expect("one at least");
        assert!(acknowledged > version, "the kill fell into work");
        server.start_again();
        recovers(&*store).await;
        version = whole_commits(&*store).await;
        // The last commit may have been made without our being told.
        assert!(
            (acknowledged..=acknowledged + 1).contains(&version),
            "{acknowledged} acknowledged, {version} found"
        );
    }
}

/// Under `everysec` Redis answers before it has written when a sync of its file is slow, for two seconds at most (by a clock of
/// whole seconds, hence three): a killed Redis can lose what it acknowledged since, and nothing older.
#[tokio::test]
async fn a_killed_redis_that_syncs_every_second_loses_what_is_older_than_that_never() {
    let mut server = RedisServer::start(Fsync::EverySecond);
    let store = one_study(&server).await;
    let mut version = 1;
    for work in [Duration::from_millis(3_500), Duration::from_millis(100)] {
        let writer = writes_on(&store, version);
        tokio::time::sleep(work).await;
        let killed = Instant::now();
        server.kill_9();
        let acknowledged = writer.await.expect("no panic");
        let (newest, _) = *acknowledged.last().expect("one at least");
        assert!(newest > version, "the kill fell into work");
        let older = acknowledged.iter().filter(|(_, at)| killed.duration_since(*at) > Duration::from_secs(3));
        let safe = older.map(|(version, _)| *version).max().unwrap_or(version);
        assert!(work < Duration::from_secs(3) || safe > version, "some of it was old");
        server.start_again();
        recovers(&*store).await;
        version = whole_commits(&*store).await;
        assert!((safe..=newest + 1).contains(&version), "{safe} to {newest} expected, {version} found");
    }
}

#[tokio::test]
async fn a_paused_redis_is_unavailable_within_the_deadline_and_recovers() {
    let server = RedisServer::start(Fsync::EverySecond);
    let store = one_study(&server).await;
    let a = id("a");
    server.pause();
    let started = Instant::now();
    let (one, two, load) =
        tokio::join!(store.commit(write("a", 1)), store.commit(write("a", 1)), store.load(&a));
    let took = started.elapsed();
    assert!(is_unavailable(&one) && is_unavailable(&two) && load.is_err(), "{one:?} {two:?} {load:?}");
    assert!((Duration::from_secs(4)..Duration::from_secs(8)).contains(&took), "{took:?}");

    // Now there is no connection: a crowd shares one failed attempt instead of trying in turn.
    let started = Instant::now();
    let crowd = futures::future::join_all((0..50).map(|_| store.commit(write("a", 1)))).await;
    let took = started.elapsed();
    assert!(crowd.iter().all(is_unavailable));
    assert!(took < Duration::from_secs(8), "{took:?}");

    server.resume();
    recovers(&*store).await;
    // One of those that were not answered may have been carried out after all, and only one.
    let found = store.load(&id("a")).await.expect("loaded").expect("the study is there");
    assert!((1..=2).contains(&found.version.0), "{found:?}");
    assert_eq!(store.commit(write("a", found.version.0)).await.expect("committed"), found.version.next());
}

#[tokio::test]
async fn a_primary_that_becomes_a_replica_is_left_and_found_again() {
    let (server, other) = (RedisServer::start(Fsync::EverySecond), RedisServer::start(Fsync::EverySecond));
    let store = one_study(&server).await;
    // Of a primary that cannot be reached, so that it keeps its data.
    drop(other);
    let () = cli(&server, cmd("REPLICAOF").arg("127.0.0.1").arg("1")).await;
    let refused = store.commit(write("a", 1)).await;
    assert!(is_unavailable(&refused), "{refused:?}");
    store.probe().await.expect_err("a replica takes no writes");
    let () = cli(&server, cmd("REPLICAOF").arg("NO").arg("ONE")).await;
    recovers(&*store).await;
    assert_eq!(store.commit(write("a", 1)).await.expect("committed"), Version(2));
}

#[tokio::test]
async fn a_full_redis_writes_all_of_a_commit_or_nothing() {
    let server = RedisServer::start(Fsync::EverySecond);
    let store = one_study(&server).await;
    let before = store.load(&id("a")).await.expect("loaded");
    let () = cli(&server, cmd("CONFIG").arg("SET").arg("maxmemory").arg("1")).await;
    let refused = store.commit(write("a", 1)).await;
    assert!(is_unavailable(&refused), "{refused:?}");
    store.create(&header("b", "p", "y")).await.expect_err("no memory");
    assert_eq!(store.load(&id("a")).await.expect("reads go on"), before);
    assert_eq!(store.reports(&id("a"), TrialNumber(1)).await.expect("reports"), []);
    let () = cli(&server, cmd("CONFIG").arg("SET").arg("maxmemory").arg("0")).await;
    assert_eq!(store.commit(write("a", 1)).await.expect("committed"), Version(2));
    assert_eq!(store.create(&header("b", "p", "y")).await.expect("created"), None);
}

#[tokio::test]
async fn a_key_of_another_type_is_named_and_nothing_is_written() {
    let server = RedisServer::start(Fsync::EverySecond);
    let store = one_study(&server).await;
    let before = store.load(&id("a")).await.expect("loaded");
    let () = cli(&server, cmd("SET").arg("tw:{a}:reports:1").arg("mine")).await;
    let corrupt = store.commit(write("a", 1)).await;
    let Err(CommitError::Storage(StorageError::Corrupt { key, .. })) = &corrupt else {
        panic!("{corrupt:?}")
    };
    assert_eq!(key, "tw:{a}:reports:1");
    assert_eq!(store.load(&id("a")).await.expect("loaded"), before);
    assert_eq!(store.output(&id("a"), TrialNumber(1)).await.expect("output"), None);
}

#[tokio::test]
async fn a_forgotten_script_is_loaded_again() {
    let server = RedisServer::start(Fsync::EverySecond);
    let store = one_study(&server).await;
    let () = cli(&server, cmd("SCRIPT").arg("FLUSH")).await;
    assert_eq!(store.commit(write("a", 1)).await.expect("committed"), Version(2));
}

#[tokio::test]
async fn nobody_there_is_said_at_once() {
    let mut server = RedisServer::start(Fsync::EverySecond);
    let url = server.url();
    server.kill_9();
    let started = Instant::now();
    let error = RedisStorage::open(&url, OpenOptions::default()).await.expect_err("nobody there");
    assert!(matches!(error, StorageError::Unavailable { during: "opening", .. }), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(2));
}
