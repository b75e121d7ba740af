//! `tunewright backup` and `tunewright restore`, with real stores and servers.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::{Value, json};
use tokio::time::timeout;
use tunewright::{
    Client, ConnectOptions, Metrics, Study, StudyRef, StudySpec, TrialFilter, TrialNumber, TrialState,
};
use tunewright_server::storage::testing::{Fsync, RedisServer};

use crate::support::binary::binary;
use crate::support::process::{Process, Server};

const SOON: Duration = Duration::from_secs(60);

/// Runs it to its end: its exit code, its standard output and its standard error.
async fn tunewright(arguments: &[&str]) -> (Option<i32>, String, String) {
    let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
    let run = tokio::task::spawn_blocking(move || Command::new(binary()).args(arguments).output());
    let output = timeout(SOON, run).await.expect("in time").expect("no panic").expect("tunewright starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Runs what has to work, and reads its answer.
async fn answered(arguments: &[&str]) -> Value {
    let (code, answer, said) = tunewright(&[&["--json"], arguments].concat()).await;
    assert_eq!(code, Some(0), "{said}");
    serde_json::from_str(&answer).expect("JSON")
}

fn spec(max_trials: u64) -> StudySpec {
    serde_json::from_value(json!({
        "space": {"x": {"type": "float", "low": -1.0, "high": 1.0}},
        "algorithm": {"name": "tpe", "n_startup": 2},
        "seed": 7,
        "budget": {"max_trials": max_trials},
    }))
    .expect("a spec")
}

async fn connect(url: &str) -> Client {
    let options = ConnectOptions::to(url).with_client_id("trainer").with_deadline(SOON);
    Client::connect_with(options).await.expect("connected")
}

async fn create(client: &Client, name: &str, max_trials: u64) -> Study {
    let name: StudyRef = name.parse().expect("a name");
    client.create_study(&name, &spec(max_trials)).await.expect("created");
    client.study(name)
}

/// Asks for so many trials and completes them.
async fn complete(study: &Study, count: u64) {
    for _ in 0..count {
        let trial = study.ask(1).await.expect("asked").trials.remove(0);
        let x: f64 = serde_json::from_value(trial.config()["x"].clone()).expect("a number");
        trial.report(0, x * x + 1.0, Metrics::new()).await.expect("noted");
        trial.complete(x * x, Metrics::from([("x".to_owned(), x)]), "done\n").await.expect("taken");
    }
}

fn in_dir(directory: &Path, name: &str) -> String {
    directory.join(name).display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_moves_to_another_store_with_a_trial_under_way_and_goes_on() {
    let directory = tempfile::tempdir().expect("a directory");
    let (store, file) = (in_dir(directory.path(), "store"), in_dir(directory.path(), "all.twb"));
    let redb = format!("redb:{store}");
    let mut server = Server::start(&redb);
    let client = connect(&server.url).await;
    let study = create(&client, "vision/digits", 8).await;
    create(&client, "words", 3).await;
    complete(&study, 4).await;
    study.put_attachment(Some(TrialNumber(1)), "model", vec![7; 2_000_000]).await.expect("attached");
    let under_way = study.ask(1).await.expect("asked").trials.remove(0);

    let backup = ["backup", "--store", &redb, "--all", "-o", &file];
    let (code, _, said) = tunewright(&backup).await;
    assert_eq!(code, Some(1));
    assert!(
        said.contains("used by another tunewright server") && said.contains("stop that server"),
        "{said}"
    );
    server.kill_9();
    let made = answered(&backup).await;
    assert_eq!(made["studies"].as_array().map(Vec::len), Some(2));
    let (code, _, said) = tunewright(&backup).await;
    assert!(code == Some(1) && said.contains("--force"), "{said}");
    let mut again = answered(&[&backup[..], &["--force"]].concat()).await;
    again["created_at"] = made["created_at"].clone();
    assert_eq!(again["studies"], made["studies"], "nothing has changed");

    let redis = RedisServer::start(Fsync::EverySecond);
    let restored = answered(&["restore", &file, "--store", &redis.url()]).await;
    assert_eq!(restored["studies"], made["studies"], "with the same digests");
    let other = in_dir(directory.path(), "of-redis.twb");
    let of_redis = answered(&["backup", "--store", &redis.url(), "--all", "-o", &other]).await;
    assert_eq!(of_redis["studies"], made["studies"]);

    let moved = Server::start(&redis.url());
    let client = connect(&moved.url).await;
    client.studies(None).await.expect("it serves");
    for command in [&["backup", "--all", "-o", &file, "--force"][..], &["restore", &file]] {
        let (code, _, said) = tunewright(&[command, &["--store", &redis.url()]].concat()).await;
        assert!(code == Some(1) && said.contains("stop that server"), "{said}");
    }
    let study = client.study("vision/digits".parse().expect("a name"));
    let reclaimed = study.reclaim(1).await.expect("asked").trials.remove(0);
    assert_eq!((reclaimed.number(), reclaimed.config()), (under_way.number(), under_way.config()));
    reclaimed.complete(0.5, Metrics::new(), "").await.expect("its lease is good");
    let best = study.attachment(Some(TrialNumber(1)), "model").await.expect("there");
    assert_eq!(best.len(), 2_000_000);
    complete(&study, 3).await;
    let trials = study.trials(&TrialFilter::default()).await.expect("all");
    assert!(trials.iter().all(|trial| trial.state == TrialState::Completed && trial.attempt == 1));
    assert_eq!(trials.len(), 8);
    assert!(study.info().await.expect("there").status.is_terminal());
    assert_eq!(study.trial(TrialNumber(2)).await.expect("there").output, "done\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_restored_beside_the_first_and_what_is_damaged_changes_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let (store, file) = (in_dir(directory.path(), "store"), in_dir(directory.path(), "one.twb"));
    let redb = format!("redb:{store}");
    let mut server = Server::start(&redb);
    let study = create(&connect(&server.url).await, "digits", 8).await;
    complete(&study, 4).await;
    server.kill_9();
    answered(&["backup", "--store", &redb, "-o", &file, "digits"]).await;

    let damaged = in_dir(directory.path(), "damaged.twb");
    let mut bytes = std::fs::read(&file).expect("read");
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    for wrong in [&bytes[..], &bytes[..at]] {
        std::fs::write(&damaged, wrong).expect("written");
        let nowhere = format!("redb:{}", in_dir(directory.path(), "never"));
        let (code, _, said) = tunewright(&["restore", &damaged, "--store", &nowhere]).await;
        assert!(code == Some(1) && said.contains("the backup is damaged at record"), "{said}");
        assert!(!directory.path().join("never").exists(), "the store is not even made");
    }
    let (code, _, said) = tunewright(&["restore", &file, "--store", &redb]).await;
    assert!(code == Some(1) && said.contains("`default/digits` is there already"), "{said}");
    answered(&["restore", &file, "--store", &redb, "--as", "copy"]).await;

    server.start_again();
    let client = connect(&server.url).await;
    assert_eq!(client.studies(None).await.expect("listed").len(), 2);
    let copy = client.study("copy".parse().expect("a name"));
    // The suggester knows what it knew, so the next point is the same as that of the first.
    let points: Vec<_> = [&study, &copy].map(|study| study.ask(1)).into_iter().collect();
    let asked = futures::future::join_all(points).await;
    let configs: Vec<_> =
        asked.into_iter().map(|asked| asked.expect("asked").trials.remove(0).config().clone()).collect();
    assert_eq!(configs[0], configs[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_restore_shows_whole_studies_only_and_can_be_taken_up() {
    const STUDIES: usize = 30;
    let directory = tempfile::tempdir().expect("a directory");
    let (store, file) = (in_dir(directory.path(), "store"), in_dir(directory.path(), "all.twb"));
    let redb = format!("redb:{store}");
    let mut server = Server::start(&redb);
    let client = connect(&server.url).await;
    for number in 0..STUDIES {
        let study = create(&client, &format!("s{number}"), 8).await;
        study.put_attachment(None, "large", vec![7; 1_000_000]).await.expect("attached");
        complete(&study, 1).await;
    }
    server.kill_9();
    let made = answered(&["backup", "--store", &redb, "-o", &file]).await;
    let target = format!("redb:{}", in_dir(directory.path(), "target"));
    for signal in [Signal::SIGINT, Signal::SIGKILL] {
        let mut restore = Process::start(&["restore", &file, "--skip-existing", "--store", &target]);
        while !directory.path().join("target/tunewright.redb").exists() && restore.is_running() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(60)).await;
        if restore.is_running() {
            restore.signal(signal);
        }
        tokio::task::spawn_blocking(|| restore.exit_code()).await.expect("no panic");
        let there = in_dir(directory.path(), &format!("{signal}.twb"));
        let part = answered(&["backup", "--store", &target, "--all", "-o", &there]).await;
        let part = part["studies"].as_array().expect("a list").clone();
        let whole = made["studies"].as_array().expect("a list");
        assert!(part.iter().all(|study| whole.contains(study)), "each is whole, or not there");
        println!("{signal}: {} of {STUDIES} studies were restored", part.len());
    }
    answered(&["restore", &file, "--skip-existing", "--store", &target]).await;
    let there = in_dir(directory.path(), "again.twb");
    let all = answered(&["backup", "--store", &target, "-o", &there]).await;
    assert_eq!(all["studies"], made["studies"]);
}
