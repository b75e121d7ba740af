//! SIGTERM of a worker: its trial is given back at once, without a failure or a loss, and it exits with 0.

use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::time::{Instant, sleep};
use tunewright_core::study::{EndReason, TrialNumber, TrialState};

use super::{PATIENCE, assert_each_counted_once, create, trials};
use crate::support::process::{Process, Server};

const TRIALS: u64 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn its_trial_is_given_back_at_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = Server::start(&format!("redb:{}", directory.path().display()));
    let study = create(&server.url, "drained", TRIALS).await;
    let worker = |command: &str| {
        let fixed = ["--server", &server.url, "worker", "--slots", "1", "--drain-grace", "200ms"];
        Process::start(&[&fixed[..], &["--", "sh", "-c", command]].concat())
    };
    let drained = worker("sleep 600");
    let deadline = Instant::now() + PATIENCE;
    while !trials(&study).await.iter().any(|trial| trial.state == TrialState::Running) {
        assert!(Instant::now() < deadline, "no trial was leased");
        sleep(Duration::from_millis(20)).await;
    }
    drained.signal(Signal::SIGTERM);
    let exit_code = tokio::task::spawn_blocking(|| drained.exit_code()).await.expect("no panic");
    assert_eq!(exit_code, Some(0));

    let given_back = study.trial(TrialNumber(0)).await.expect("trial 0").trial;
    assert_eq!(given_back.state, TrialState::Queued);
    assert_eq!(given_back.attempts[0].reason, Some(EndReason::Preempted));
    assert_eq!((given_back.failures, given_back.losses), (0, 0));

    let _next = worker("echo {x}");
    assert_each_counted_once(&study, TRIALS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = Server::start(&format!("redb:{}", directory.path().display()));
    let study = create(&server.url, "hurried", TRIALS).await;
    let command = ["--server", &server.url, "worker", "--drain-grace", "10m", "--", "sh", "-c", "sleep 600"];
    let worker = Process::start(&command);
    let deadline = Instant::now() + PATIENCE;
    while !trials(&study).await.iter().any(|trial| trial.state == TrialState::Running) {
        assert!(Instant::now() < deadline, "no trial was leased");
        sleep(Duration::from_millis(20)).await;
    }
    worker.signal(Signal::SIGTERM);
    sleep(Duration::from_millis(500)).await;
    let second = Instant::now();
    worker.signal(Signal::SIGTERM);
    tokio::task::spawn_blocking(|| worker.exit_code()).await.expect("no panic");
    assert!(second.elapsed() < Duration::from_secs(5), "it took {:?}", second.elapsed());
}
