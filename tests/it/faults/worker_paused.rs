//! A worker that stands still for longer than its lease, and wakes up with a result.

use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::time::{Instant, sleep};
use tunewright::Study;
use tunewright_core::study::{EndReason, TrialNumber, TrialState};
use tunewright_proto::convert::TrialInfo;

use super::{PATIENCE, assert_each_counted_once, create, until};
use crate::support::process::{Process, Server};

/// Starts a worker whose trial goes on until it is let go, and then says this loss.
async fn held(server: &Server, desk: &std::path::Path, name: &str, loss: &str) -> Process {
    let (begun, go) = (desk.join(format!("{name}-begun")), desk.join(format!("{name}-go")));
    let script = format!(
        "touch {}; while [ ! -e {} ]; do sleep 0.02; done; echo {loss}",
        begun.display(),
        go.display()
    );
    let spool = desk.join(name).display().to_string();
    let command = ["--server", &server.url, "worker", "--spool", &spool, "--", "sh", "-c", &script];
    let worker = Process::start(&command);
    until("a trial that runs", || begun.exists()).await;
    worker
}

fn let_go(desk: &std::path::Path, name: &str) {
    std::fs::write(desk.join(format!("{name}-go")), "").expect("written");
}

/// The trial, as soon as it is so.
async fn once(study: &Study, what: &str, is_so: impl Fn(&TrialInfo) -> bool) -> TrialInfo {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let trial = study.trial(TrialNumber(0)).await.expect("trial 0").trial;
        if is_so(&trial) {
            return trial;
        }
        assert!(Instant::now() < deadline, "it is never {what}: {trial:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// While nobody else has its trial, what it has done is not thrown away.
#[tokio::test(flavor = "multi_thread")]
async fn its_late_result_counts_if_nobody_has_its_trial() {
    let desk = tempfile::tempdir().expect("a directory");
    let server = Server::start(&format!("redb:{}", desk.path().join("store").display()));
    let study = create(&server.url, "late", 1).await;
    let worker = held(&server, desk.path(), "paused", "0.25").await;
    worker.signal(Signal::SIGSTOP);
    once(&study, "queued again", |trial| trial.state == TrialState::Queued).await;
    let_go(desk.path(), "paused");
    // Its trial ends while it stands still.
    sleep(Duration::from_millis(300)).await;
    worker.signal(Signal::SIGCONT);
    let trial = once(&study, "completed", |trial| trial.state == TrialState::Completed).await;
    assert_eq!(trial.loss, Some(0.25), "{trial:?}");
}

/// The one that was leased the trial meanwhile has the say.
#[tokio::test(flavor = "multi_thread")]
async fn its_late_result_does_not_count_once_another_worker_has_its_trial() {
    let desk = tempfile::tempdir().expect("a directory");
    let server = Server::start(&format!("redb:{}", desk.path().join("store").display()));
    let study = create(&server.url, "fenced", 1).await;
    let paused = held(&server, desk.path(), "paused", "0.25").await;
    paused.signal(Signal::SIGSTOP);
    let _next = held(&server, desk.path(), "next", "0.75").await;
    let_go(desk.path(), "paused");
    sleep(Duration::from_millis(300)).await;
    paused.signal(Signal::SIGCONT);
    // Time enough for it to tell its result, and to hear that it counts no more.
    sleep(Duration::from_secs(2)).await;
    let trial = once(&study, "running", |_| true).await;
    assert_eq!((trial.state, trial.attempt, trial.loss), (TrialState::Running, 2, None), "{trial:?}");
    let_go(desk.path(), "next");
    assert_each_counted_once(&study, 1).await;
    let trial = once(&study, "completed", |trial| trial.state == TrialState::Completed).await;
    assert_eq!((trial.loss, trial.attempt), (Some(0.75), 2), "{trial:?}");
    assert_eq!(trial.attempts[0].reason, Some(EndReason::LeaseExpired));
}
