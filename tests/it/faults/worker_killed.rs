//! `kill -9` of a worker: its trial is queued again within the lease time plus a second, and counted once.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tunewright_core::study::{EndReason, TrialNumber, TrialState};

use super::{assert_each_counted_once, create, trials, until};
use crate::support::process::{Process, Server};

const TRIALS: u64 = 8;
const LEASE: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn its_trial_is_queued_again_in_time_and_counted_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = Server::start(&format!("redb:{}", directory.path().display()));
    let study = create(&server.url, "killed", TRIALS).await;
    let begun = directory.path().join("begun");
    let script = format!("touch {}; sleep 600", begun.display());
    let slow = ["--server", &server.url, "worker", "--slots", "1", "--", "sh", "-c", &script];
    let doomed = Process::start(&slow);

    // Only the doomed worker is there, and its objective never ends: trial 0 runs on it.
    until("a trial that runs", || begun.exists()).await;
    doomed.kill_9();
    let killed = Instant::now();
    let found = loop {
        let first = study.trial(TrialNumber(0)).await.expect("trial 0").trial;
        if first.state == TrialState::Queued {
            break first;
        }
        let waited = killed.elapsed();
        assert!(waited < LEASE + Duration::from_secs(1), "still {:?} after {waited:?}", first.state);
        sleep(Duration::from_millis(20)).await;
    };
    println!("queued again {:?} after the kill", killed.elapsed());
    assert_eq!(found.losses, 1);
    assert_eq!(found.attempts[0].reason, Some(EndReason::LeaseExpired));

    let well = ["--server", &server.url, "worker", "--slots", "2", "--", "sh", "-c", "sleep 0.1; echo {x}"];
    let _well = Process::start(&well);
    assert_each_counted_once(&study, TRIALS).await;
    let trials = trials(&study).await;
    assert_eq!(trials[0].attempt, 2, "the lost trial was run once more");
    assert!(trials[1..].iter().all(|trial| trial.attempt == 1), "no other trial was touched");
}
