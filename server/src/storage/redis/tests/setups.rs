//! How a Redis may be set up, and what is said about it.

use super::*;

async fn refused(url: &str) -> String {
    match RedisStorage::open(url, OpenOptions::default()).await {
        Err(StorageError::Unsafe(message)) => message,
        Err(StorageError::Setup(refusal)) => refusal.message,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_durability_is_that_of_the_settings() {
    for (fsync, durability) in
        [(Fsync::EverySecond, Durability::Buffered), (Fsync::Always, Durability::Fsynced)]
    {
        assert_eq!(store(&RedisServer::start(fsync)).await.durability(), durability);
    }
}

#[tokio::test]
async fn a_redis_that_can_lose_results_is_refused_unless_allowed() {
    let server = RedisServer::start_with(Fsync::Off, &["--maxmemory-policy", "allkeys-lru"]);
    let said = refused(&server.url()).await;
    assert!(
        said.contains("set `appendonly yes`") && said.contains("set `maxmemory-policy noeviction`"),
        "{said}"
    );

    let allowed = owned(&server.url(), OpenOptions { allow_unsafe: true }).await.expect("allowed");
    assert_eq!(allowed.durability(), Durability::Memory);
    assert_eq!(allowed.create(&header("a", "p", "x")).await.expect("created"), None);

    let () = cli(&server, cmd("CONFIG").arg("SET").arg("appendonly").arg("yes")).await;
    let said = refused(&server.url()).await;
    assert!(!said.contains("appendonly") && said.contains("noeviction"), "{said}");
}

#[tokio::test]
async fn where_config_is_forbidden_info_tells() {
    let server = RedisServer::start_with(Fsync::EverySecond, &["--requirepass", "hunter2"]);
    let as_user = |user: &str| format!("redis://{user}@127.0.0.1:{}/0", server.port());
    let client = Client::open(as_user(":hunter2")).expect("an address");
    let mut admin = client.get_multiplexed_async_connection().await.expect("connected");
    for (user, rights) in [("app", "+@all -config"), ("blind", "+@all -config -info")] {
        let mut acl = cmd("ACL");
        acl.arg("SETUSER")
            .arg(user)
            .arg("on")
            .arg(">hunter3")
            .arg("~tw:*")
            .arg(rights.split(' ').collect::<Vec<_>>());
        let () = acl.query_async(&mut admin).await.expect("set");
    }

    let store = owned(&as_user("app:hunter3"), OpenOptions::default()).await.expect("opened");
    assert_eq!(store.durability(), Durability::Buffered);
    assert_eq!(store.create(&header("a", "p", "x")).await.expect("created"), None);
    assert_eq!(store.commit(write("a", 0)).await.expect("committed"), Version(1));
    store.probe().await.expect("it answers");
    assert!(!format!("{store:?}").contains("hunter"), "{store:?}");

    let said = refused(&as_user("blind:hunter3")).await;
    assert!(said.contains("`appendonly` cannot be read"), "{said}");

    let wrong =
        RedisStorage::open(&as_user("app:hunter4"), OpenOptions::default()).await.expect_err("refused");
    assert!(!format!("{wrong} {wrong:?}").contains("hunter"), "{wrong:?}");
}

#[tokio::test]
async fn a_replica_is_refused() {
    let primary = RedisServer::start(Fsync::EverySecond);
    let replica = RedisServer::start(Fsync::EverySecond);
    let () = cli(&replica, cmd("REPLICAOF").arg("127.0.0.1").arg(primary.port())).await;
    let said = refused(&replica.url()).await;
    assert_eq!(said, format!("the Redis at `127.0.0.1:{}` is a replica", replica.port()));
}

#[tokio::test]
async fn a_cluster_is_refused() {
    let server = RedisServer::start_with(Fsync::EverySecond, &["--cluster-enabled", "yes"]);
    let said = refused(&server.url()).await;
    assert_eq!(said, format!("the Redis at `127.0.0.1:{}` is a cluster", server.port()));
}

#[tokio::test]
async fn the_user_of_the_manual_may_do_all_that_is_needed_and_not_flush() {
    let manual = include_str!("../../../../../docs/storage.md");
    let user = manual.lines().find(|line| line.starts_with("ACL SETUSER")).expect("the manual has a user");
    let server = RedisServer::start(Fsync::Always);
    let mut words = user.split(' ');
    let mut acl = cmd(words.next().expect("ACL"));
    acl.arg(words.collect::<Vec<_>>());
    let () = cli(&server, &acl).await;

    let url = format!("redis://tunewright:PASSWORD@127.0.0.1:{}/0", server.port());
    let store = owned(&url, OpenOptions::default()).await.expect("opened");
    assert_eq!(store.durability(), Durability::Fsynced);
    keeps_everything(store, async |open| {
        drop(open);
        owned(&url, OpenOptions::default()).await.expect("opened")
    })
    .await;

    let client = Client::open(url).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("connected");
    let flushed = cmd("FLUSHALL").query_async::<()>(&mut connection).await;
    assert_eq!(flushed.expect_err("not allowed").code(), Some("NOPERM"));
}
