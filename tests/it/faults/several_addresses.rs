//! One server is killed, and another takes its place elsewhere: workers and clients that know both addresses move on.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tunewright::{Client, ConnectOptions};

use super::{PATIENCE, assert_each_counted_once, create, ended, trials};
use crate::support::process::{Process, Server};

const TRIALS: u64 = 20;
const SLOTS: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn workers_and_clients_move_on_to_the_next_server() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = format!("redb:{}", directory.path().join("store").display());
    let (mut first, mut second) = (Server::start(&store), Server::planned(&store));
    let both = format!("{},{}", first.url, second.url);
    create(&first.url, "moved", TRIALS).await;
    // The one that is not there yet is named first: it is passed over.
    let backwards = format!("{},{}", second.url, first.url);
    let client = Client::connect_with(ConnectOptions::to(backwards)).await.expect("one answers");
    let study = client.study("moved".parse().expect("a name"));
    let slots = SLOTS.to_string();
    let command = ["sh", "-c", "sleep 0.2; echo {x}"];
    let fixed = ["--server", &both, "worker", "--slots", &slots, "--no-spool", "--"];
    let mut worker = Process::start(&[&fixed[..], &command].concat());
    let deadline = Instant::now() + PATIENCE;
    while study.info().await.expect("the study").counts.completed < 4 {
        assert!(Instant::now() < deadline, "nothing is completed");
        sleep(Duration::from_millis(20)).await;
    }
    first.kill_9();
    second.start_again();
    assert_each_counted_once(&study, TRIALS).await;
    assert!(worker.is_running(), "the worker moved on");
    // What the first server had leased but not yet handed over is leased again: at most one trial for each slot.
    let again = trials(&study).await.iter().filter(|trial| trial.attempt > 1).count();
    assert!(again <= SLOTS, "{again} leases were lost on the way");

    // The command line moves on as well.
    let shown = Process::start(&["--server", &both, "study", "show", "moved"]);
    let code = tokio::task::spawn_blocking(|| shown.exit_code()).await.expect("no panic");
    assert_eq!(code, Some(0));
    assert!(ended(&study).await.status.is_terminal());
}
