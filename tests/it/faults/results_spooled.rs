//! Results that no server takes at the moment: they wait on disk, and outlive a `kill -9` of their worker.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tokio::time::sleep;
use tunewright::{Client, ConnectOptions, Metrics, TrialNumber, TrialState};

use super::{assert_each_counted_once, create, until};
use crate::support::process::{Process, Server};

const TRIALS: u64 = 6;

/// The reports that wait in a directory.
pub(super) fn waiting(spool: &Path) -> usize {
    let entries =
        fs::read_dir(spool).map(|entries| entries.flatten().collect::<Vec<_>>()).unwrap_or_default();
    entries.iter().filter(|entry| entry.path().extension().is_some_and(|it| it == "report")).count()
}

fn worker(url: &str, spool: &Path, script: &str) -> Process {
    let spool = spool.display().to_string();
    let fixed = ["--server", url, "worker", "--slots", "2", "--spool", &spool];
    Process::start(&[&fixed[..], &["--", "sh", "-c", script]].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_keeps_them_while_the_server_is_away() {
    let directory = tempfile::tempdir().expect("a directory");
    let spool = directory.path().join("spool");
    let mut server = Server::start(&format!("redb:{}", directory.path().join("store").display()));
    let study = create(&server.url, "away", TRIALS).await;
    let begun = directory.path().join("begun");
    let _worker = worker(&server.url, &spool, &format!("touch {}; sleep 0.3; echo {{x}}", begun.display()));
    until("a trial that runs", || begun.exists()).await;
    server.kill_9();
    until("a spooled result", || waiting(&spool) > 0).await;
    sleep(Duration::from_secs(2)).await;
    assert!(waiting(&spool) > 0, "nobody could take it");
    server.start_again();
    assert_each_counted_once(&study, TRIALS).await;
    until("an empty spool", || waiting(&spool) == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_workers_result_is_sent_by_its_successor_and_counted_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let (spool, runs) = (directory.path().join("spool"), directory.path().join("runs"));
    let go = directory.path().join("go");
    let mut server = Server::start(&format!("redb:{}", directory.path().join("store").display()));
    let study = create(&server.url, "killed", 1).await;
    let script = format!(
        "echo run >> {}; while [ ! -e {} ]; do sleep 0.02; done; echo 0.25",
        runs.display(),
        go.display()
    );
    let doomed = worker(&server.url, &spool, &script);
    // That the server has leased the trial does not yet mean that the worker has heard of it.
    until("a trial that runs", || runs.exists()).await;
    server.kill_9();
    fs::write(&go, "").expect("written");
    until("a spooled result", || waiting(&spool) == 1).await;
    doomed.kill_9();
    assert_eq!(waiting(&spool), 1, "the kill took nothing along");
    // A file that makes no sense stands in nobody's way.
    fs::write(spool.join("0.report"), "torn").expect("written");

    server.start_again();
    let _successor = worker(&server.url, &spool, &script);
    assert_each_counted_once(&study, 1).await;
    let trial = study.trial(TrialNumber(0)).await.expect("trial 0").trial;
    assert_eq!((trial.state, trial.loss, trial.attempt), (TrialState::Completed, Some(0.25), 1));
    assert_eq!(fs::read_to_string(&runs).expect("runs").lines().count(), 1, "it was evaluated once");
    until("an empty spool", || waiting(&spool) == 0).await;
    assert!(spool.join("0.corrupt").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_gave_up_sends_them_when_it_connects_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let spool = directory.path().join("spool");
    let mut server = Server::start(&format!("redb:{}", directory.path().join("store").display()));
    let study = create(&server.url, "client", 2).await;
    let mut options = ConnectOptions::to(&server.url).with_spool_dir(&spool);
    options.result_deadline = Duration::from_millis(500);
    let client = Client::connect_with(options.clone()).await.expect("connected");
    let asked = client.study(study.study_ref().clone()).ask(2).await.expect("two trials");
    let [first, second] = <[_; 2]>::try_from(asked.trials).expect("two");
    first.complete(1.0, Metrics::new(), "").await.expect("taken");
    assert_eq!(waiting(&spool), 0, "what was acknowledged waits no more");

    server.kill_9();
    let refused = second.complete(0.5, Metrics::new(), "").await.expect_err("nobody is there");
    assert!(refused.is_retryable(), "{refused}");
    assert_eq!(waiting(&spool), 1);
    server.start_again();
    let again = Client::connect_with(options).await.expect("connected");
    assert_eq!(waiting(&spool), 0);
    assert_eq!(again.send_spooled().await.expect("nothing left"), 0);
    assert_each_counted_once(&study, 2).await;
    second.complete(0.5, Metrics::new(), "").await.expect("a duplicate");
}
