//! `kill -9` of the server: workers attach again, and nothing acknowledged is lost.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tunewright::Study;
use tunewright_server::storage::testing::{Fsync, RedisServer};

use super::{PATIENCE, assert_each_counted_once, create, trials};
use crate::support::process::{Process, Server};

const TRIALS: u64 = 40;
const KILLS: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_with_the_embedded_store() {
    let directory = tempfile::tempdir().expect("a directory");
    survive_kills(&format!("redb:{}", directory.path().display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_with_redis() {
    let redis = RedisServer::start(Fsync::EverySecond);
    survive_kills(&redis.url()).await;
}

async fn survive_kills(store: &str) {
    let mut server = Server::start(store);
    let study = create(&server.url, "restarted", TRIALS).await;
    let command =
        ["--server", &server.url, "worker", "--slots", "2", "--", "sh", "-c", "sleep 0.3; echo {x}"];
    let mut workers = [Process::start(&command), Process::start(&command)];

    let mut acknowledged = BTreeMap::new();
    for kill in 1..=KILLS {
        let some_more = acknowledged.len() + 5;
        wait_for_completed(&study, some_more, &mut acknowledged).await;
        server.kill_9();
        sleep(Duration::from_millis(400 * kill as u64)).await;
        server.start_again();
    }
    assert_each_counted_once(&study, TRIALS).await;

    let recovered = losses(&study).await;
    for (number, loss) in &acknowledged {
        assert_eq!(recovered.get(number), Some(loss), "trial {number} was acknowledged with this loss");
    }
    assert!(workers.iter_mut().all(Process::is_running), "the workers outlived the server");
    for trial in trials(&study).await {
        assert_eq!(trial.attempt, 1, "the server being down ends no lease: {trial:?}");
    }
}

/// Waits until so many trials are completed, and notes what the server said of them.
async fn wait_for_completed(study: &Study, count: usize, acknowledged: &mut BTreeMap<u64, f64>) {
    let deadline = Instant::now() + PATIENCE;
    while acknowledged.len() < count {
        assert!(Instant::now() < deadline, "only {} trials are completed", acknowledged.len());
        acknowledged.extend(losses(study).await);
        sleep(Duration::from_millis(50)).await;
    }
}

async fn losses(study: &Study) -> BTreeMap<u64, f64> {
    trials(study).await.iter().filter_map(|trial| Some((trial.number.0, trial.loss?))).collect()
}
