//! Promises over the real wire: a result counts once, a race has one winner, a restart changes no point.

use std::path::Path;

use serde_json::json;
use tunewright::{Client, Code, ConnectOptions, LeasedTrial, Metrics, Point, Study, StudySpec};
use tunewright_core::study::TrialState;

use crate::support::in_process::InProcess;

async fn study(server: &InProcess, spec: serde_json::Value) -> Study {
    let client = Client::connect_with(ConnectOptions::to(&server.url)).await.expect("connected");
    let spec: StudySpec = serde_json::from_value(spec).expect("a spec");
    let name = "promised".parse().expect("a name");
    client.create_study(&name, &spec).await.expect("created");
    client.study(name)
}

async fn one(study: &Study) -> LeasedTrial {
    study.ask(1).await.expect("asked").trials.remove(0)
}

async fn complete(trial: &LeasedTrial, loss: f64) -> Result<bool, Code> {
    trial.complete(loss, Metrics::new(), "").await.map(|done| done.duplicate).map_err(|error| error.code())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_counts_once_whatever_is_sent_again() {
    let server = InProcess::start().await;
    let study = study(&server, json!({"space": {"x": {"type": "uniform", "low": 0, "high": 1}}})).await;
    let trial = one(&study).await;
    assert_eq!(complete(&trial, 0.5).await, Ok(false));
    assert_eq!(complete(&trial, 0.5).await, Ok(true), "the same result again is a duplicate");
    assert_eq!(complete(&trial, 0.4).await, Err(Code::Conflict));
    let info = study.info().await.expect("info");
    assert_eq!(info.counts.completed, 1);
    assert_eq!(info.best.map(|best| best.loss), Some(0.5));

    let given_back = one(&study).await;
    given_back.release(None).await.expect("released");
    let again = one(&study).await;
    assert_eq!((again.number(), again.attempt()), (given_back.number(), 2));
    assert_eq!(complete(&given_back, 0.1).await, Err(Code::LeaseLost), "from an older attempt");
    assert_eq!(complete(&again, 0.2).await, Ok(false));
    let ended = study.trial(again.number()).await.expect("the trial").trial;
    assert_eq!(ended.loss, Some(0.2));
    assert_eq!(ended.orphans.iter().map(|orphan| orphan.loss).collect::<Vec<_>>(), [Some(0.1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_races_a_completion_has_one_winner() {
    let server = InProcess::start().await;
    let study = study(&server, json!({"space": {"x": {"type": "uniform", "low": 0, "high": 1}}})).await;
    let mut cancelled = 0;
    for _ in 0..200 {
        let trial = one(&study).await;
        let (completion, cancel) = tokio::join!(complete(&trial, 0.5), study.cancel(trial.number()));
        let state = study.trial(trial.number()).await.expect("the trial").trial.state;
        match (completion, cancel.map_err(|error| error.code())) {
            (Ok(false), Err(Code::Closed)) => assert_eq!(state, TrialState::Completed),
            (Err(Code::Closed | Code::LeaseLost), Ok(())) => {
                cancelled += 1;
                assert_eq!(state, TrialState::Cancelled);
            }
            both => panic!("no single winner: {both:?}, the trial is {state:?}"),
        }
    }
    let counts = study.info().await.expect("info").counts;
    assert_eq!((counts.completed, counts.cancelled), (200 - cancelled, cancelled));
    println!("the cancel won {cancelled} of 200 races");
}

/// A search with a history that matters: the default algorithm over a conditional space.
async fn searching(directory: &Path) -> (InProcess, Study) {
    let server = InProcess::with_store(&format!("redb:{}", directory.display())).await;
    let spec = json!({
        "seed": 7,
        "space": {
            "lr": {"type": "loguniform", "low": 1e-5, "high": 1.0},
            "model": {"type": "choice", "options": {
                "z_first": {"depth": {"type": "int", "low": 1, "high": 12}},
                "a_second": {"width": {"type": "quniform", "low": 0, "high": 64, "q": 4}},
            }},
        },
    });
    let study = study(&server, spec).await;
    (server, study)
}

/// Evaluates so many trials one by one and answers with their points.
async fn search(study: &Study, trials: usize) -> Vec<Point> {
    let mut points = Vec::new();
    for _ in 0..trials {
        let trial = one(study).await;
        let lr = trial.config()["lr"].as_f64().expect("a number");
        complete(&trial, (lr.log10() + 2.0).powi(2)).await.expect("completed");
        points.push(trial.point().clone());
    }
    points
}

#[tokio::test(flavor = "multi_thread")]
async fn the_points_are_the_same_with_and_without_restarts() {
    let (straight, restarted) = (tempfile::tempdir().expect("one"), tempfile::tempdir().expect("two"));
    let (server, study) = searching(straight.path()).await;
    let expected = search(&study, 45).await;
    server.stop().await;

    let mut points = Vec::new();
    for _ in 0..3 {
        let (server, study) = searching(restarted.path()).await;
        points.extend(search(&study, 15).await);
        server.stop().await;
    }
    assert_eq!(points, expected);
}
