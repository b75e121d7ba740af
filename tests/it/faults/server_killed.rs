//! `kill -9` of the server: workers attach again, and nothing acknowledged is lost.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tunewright::Study;
use tunewright_server::storage::testing::{Fsync, RedisServer};

use super::{PATIENCE, assert_each_counted_once, create, trials, until};
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

/// Much longer than a lease lives, and than the worker's first waits between two attempts to connect.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_outage_ends_no_lease_either() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut server = Server::start(&format!("redb:{}", directory.path().display()));
    let study = create(&server.url, "patient", 1).await;
    let begun = directory.path().join("begun");
    let script = format!("touch {}; sleep 14; echo {{x}}", begun.display());
    let command = ["--server", &server.url, "worker", "--slots", "1", "--", "sh", "-c", &script];
    let _worker = Process::start(&command);
    // That the server has leased the trial does not yet mean that the worker has heard of it.
    until("a trial that runs", || begun.exists()).await;
    server.kill_9();
    sleep(Duration::from_secs(6)).await;
    server.start_again();
    assert_each_counted_once(&study, 1).await;
    assert_eq!(trials(&study).await[0].attempt, 1, "{:?}", trials(&study).await);
}

async fn survive_kills(store: &str) {
    let mut server = Server::start(store);
    let study = create(&server.url, "restarted", TRIALS).await;
    let desk = tempfile::tempdir().expect("a directory");
    let begun = desk.path().join("begun");
    let script = format!("echo $TUNEWRIGHT_TRIAL >> {}; sleep 0.3; echo {{x}}", begun.display());
    let command = ["--server", &server.url, "worker", "--slots", "2", "--", "sh", "-c", &script];
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
    // The server being down ends no lease of a worker. One that was granted in the moment of a kill and never reached its
    // worker runs out instead, so it is what was begun that counts, not the number of the attempt.
    let begun = std::fs::read_to_string(begun).expect("what was begun");
    let mut begun: Vec<u64> = begun.lines().map(|line| line.parse().expect("a number")).collect();
    begun.sort_unstable();
    assert!(begun.iter().copied().eq(0..TRIALS), "each was run, and once only: {begun:?}");
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
