//! Any two stores have the same backups of the same studies.

use tempfile::TempDir;

use super::*;
use crate::storage::testing::{Fsync, RedisServer};
use crate::storage::{Durability, OpenOptions, RedbStorage, RedisStorage};

async fn redb(directory: &TempDir, name: &str) -> Arc<dyn Storage> {
    let opened = RedbStorage::open(&directory.path().join(name), Durability::Buffered).await;
    Arc::new(opened.expect("opened"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_from_store_to_store_is_the_same_to_the_byte() {
    let directory = TempDir::new().expect("a directory");
    let redis = RedisServer::start(Fsync::EverySecond);
    let redis = Arc::new(RedisStorage::open(&redis.url(), OpenOptions::default()).await.expect("opened"));
    let redis = redis.acquire("").await.expect("asked").expect("nobody else has it").storage;
    for seed in 1..=6 {
        let first = redb(&directory, &format!("from-{seed}")).await;
        some::random(&*first, seed).await;
        let (file, report) = backed_up(&*first).await;
        let through_redis = restored(&*redis, &file, &everything()).await.expect("into Redis");
        assert_eq!(through_redis.studies, report.studies, "seed {seed}");
        let (of_redis, _) = backed_up(&*redis).await;
        assert!(of_redis == file, "seed {seed}: Redis has all of it");

        let last = redb(&directory, &format!("to-{seed}")).await;
        restored(&*last, &of_redis, &everything()).await.expect("and back");
        let (of_redb, _) = backed_up(&*last).await;
        assert!(of_redb == file, "seed {seed}: so has redb");
        for study in &report.studies {
            let (there, here) = (first.load(&study.id).await, last.load(&study.id).await);
            assert_eq!(there.expect("loaded"), here.expect("loaded"), "seed {seed}: with its version");
            redis.delete(&study.id).await.expect("deleted");
        }
    }
}
