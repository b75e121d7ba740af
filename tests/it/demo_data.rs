//! `tunewright demo-data` against a real server.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tunewright::{Client, StudyInfo, TrialDetail, TrialFilter, TrialInfo, TrialNumber, TrialState};

use crate::support::binary::binary;
use crate::support::process::Server;

/// Far more than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

fn demo_data(server: &Server, arguments: &str) -> Command {
    let mut command = Command::new(binary());
    command
        .args(["--server", &server.url, "demo-data"])
        .args(arguments.split_whitespace())
        .env_remove("TUNEWRIGHT_PROJECT")
        .env_remove("TUNEWRIGHT_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(server: &Server, arguments: &str) -> Output {
    demo_data(server, arguments).output().expect("tunewright starts")
}

fn filled(server: &Server, arguments: &str) -> Value {
    let output = run(server, &format!("{arguments} --json"));
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("one document")
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn info(server: &Server, study: &str) -> StudyInfo {
    let client = Client::connect(&server.url).await.expect("connected");
    client.study(study.parse().expect("a name")).info().await.expect("it is there")
}

async fn trials(server: &Server, study: &str) -> Vec<TrialInfo> {
    let client = Client::connect(&server.url).await.expect("connected");
    client.study(study.parse().expect("a name")).trials(&TrialFilter::default()).await.expect("all")
}

async fn trial(server: &Server, study: &str, number: TrialNumber) -> TrialDetail {
    let client = Client::connect(&server.url).await.expect("connected");
    client.study(study.parse().expect("a name")).trial(number).await.expect("it is there")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_is_filled_with_trials_of_all_kinds() {
    let server = Server::start("memory:");
    let said = filled(&server, "--trials 200 --rate 0");
    assert_eq!((&said["study"], &said["created"]), (&"default/demo".into(), &true.into()));
    assert_eq!(said["ended"], "max_trials");

    let counts = info(&server, "demo").await.counts;
    assert_eq!(counts.completed + counts.pruned + counts.failed, 200);
    let told = ["completed", "pruned", "failed"].map(|what| said[what].as_u64().expect("a count"));
    assert_eq!(told, [counts.completed, counts.pruned, counts.failed]);
    assert!(told.iter().all(|count| *count > 0), "{told:?}");

    let all = trials(&server, "demo").await;
    let failed = all.iter().find(|trial| trial.state == TrialState::Failed).expect("some fail");
    assert!(failed.reason.is_some() && !failed.message.is_empty());
    let done = all.iter().find(|trial| trial.state == TrialState::Completed).expect("some complete");
    assert!(done.metrics.contains_key("accuracy") && done.metrics.contains_key("seconds"));
    let mut reports = 0;
    for number in (0..200).step_by(20) {
        reports += trial(&server, "demo", TrialNumber(number)).await.reports.len();
    }
    assert!(reports >= 50, "every 20th trial reports a curve: {reports} values");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_gives_the_same_trials() {
    let server = Server::start("memory:");
    filled(&server, "--study a --trials 60 --rate 0 --seed 5");
    filled(&server, "--study b --trials 60 --rate 0 --seed 5 --slots 3");
    filled(&server, "--study c --trials 60 --rate 0 --seed 6");
    let ends = async |study| {
        let trials = trials(&server, study).await;
        trials.into_iter().map(|trial| (trial.point, trial.state, trial.loss)).collect::<Vec<_>>()
    };
    let (a, b, c) = (ends("a").await, ends("b").await, ends("c").await);
    assert_eq!(a, b);
    assert_ne!(a, c);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_one_goes_on_and_only_with_the_same_seed() {
    let server = Server::start("memory:");
    let mut begun = demo_data(&server, "--trials 5000 --rate 20").spawn().expect("tunewright starts");
    let deadline = Instant::now() + PATIENCE;
    let client = Client::connect(&server.url).await.expect("connected");
    let study = client.study("demo".parse().expect("a name"));
    while !study.info().await.is_ok_and(|info| info.counts.completed > 0) {
        assert!(Instant::now() < deadline, "nothing is completed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    kill(Pid::from_raw(begun.id().try_into().expect("pids fit")), Signal::SIGINT).expect("it runs");
    assert_eq!(begun.wait().expect("it is ours").code(), Some(130));
    let counts = study.info().await.expect("it is there").counts;
    assert!(counts.running == 0 && counts.queued > 0, "what ran was given back: {counts:?}");

    let other = run(&server, "--trials 5000 --seed 2");
    assert_eq!(other.status.code(), Some(1));
    assert!(error(&other).contains("is there already with the seed 1, not 2"), "{}", error(&other));
    assert!(error(&other).contains("hint: go on with --seed 1"), "{}", error(&other));

    let said = filled(&server, "--study short --trials 20 --rate 0");
    assert_eq!(said["ended"], "max_trials");
    let said = filled(&server, "--study short --trials 30 --rate 0");
    assert_eq!((&said["created"], &said["ended"]), (&false.into(), &"max_trials".into()));
    let ends = ["completed", "pruned", "failed"].map(|what| said[what].as_u64().expect("a count"));
    assert_eq!(ends.iter().sum::<u64>(), 10);
}

#[test]
fn wrong_arguments_are_refused_with_what_they_must_be() {
    let server = Server::planned("memory:");
    for (arguments, says) in [
        ("--rate fast", "`fast` must be a number from 0 (as fast as possible) to 100000"),
        ("--trials 0", "0 is not in 1..=10000000"),
        ("--slots 2000", "2000 is not in 1..=1024"),
        ("--algorithm hill", "possible values: auto, gp, tpe, cmaes, qmc, grid, anneal, random"),
        ("--study a/b", "`a/b`"),
    ] {
        let output = run(&server, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(error(&output).contains(says), "{arguments}: {}", error(&output));
    }
}
