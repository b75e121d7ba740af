//! What comes from outside the server's own search: points of a program's, trials evaluated elsewhere, objectives,
//! results, and a change of mind about the algorithm; all of it there after a restart.

use std::time::{Duration, Instant};

use serde_json::json;
use tonic::transport::Channel;
use tunewright::{
    AddTrial, Algorithm, Client, Code, ConnectOptions, LeasedTrial, Metrics, Objective, ParamValue, Point,
    Study, StudySpec, TrialFilter, TrialResult, UpdateStudy,
};
use tunewright_core::study::{Origin, TrialState};
use tunewright_proto::v1::trial_service_client::TrialServiceClient;
use tunewright_proto::{status::from_status, v1};
use tunewright_server::storage::testing::{Fsync, RedisServer};

use crate::support::in_process::InProcess;

async fn open(server: &InProcess, algorithm: serde_json::Value) -> Study {
    let client = Client::connect_with(ConnectOptions::to(&server.url)).await.expect("connected");
    let spec: StudySpec = serde_json::from_value(json!({
        "seed": 5, "algorithm": algorithm, "space": {"x": {"type": "uniform", "low": 0, "high": 1}},
    }))
    .expect("a spec");
    let name = "outside".parse().expect("a name");
    client.create_study(&name, &spec).await.expect("created");
    client.study(name)
}

fn x(value: f64) -> Point {
    std::iter::once(("x".to_owned(), ParamValue::Float(value))).collect()
}

fn added(value: f64, loss: f64, request_id: &str) -> AddTrial {
    AddTrial {
        point: x(value),
        loss: Some(loss),
        metrics: Metrics::new(),
        reason: None,
        message: String::new(),
        result: told(json!({"source": "paper"})),
        request_id: Some(request_id.to_owned()),
    }
}

fn told(json: serde_json::Value) -> TrialResult {
    json.as_object().expect("a map").clone()
}

async fn one(study: &Study) -> LeasedTrial {
    study.ask(1).await.expect("asked").trials.remove(0)
}

fn loss(trial: &LeasedTrial) -> f64 {
    (trial.config()["x"].as_f64().expect("a number") - 0.25).powi(2)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_external_study_runs_what_a_program_enqueues_and_at_once() {
    let server = InProcess::start().await;
    let study = open(&server, json!("external")).await;
    let channel =
        Channel::from_shared(server.url.clone()).expect("a url").connect().await.expect("connected");
    let request = v1::AskTrialsRequest {
        study: Some(study.study_ref().into()),
        client_id: "asker".to_owned(),
        ..Default::default()
    };
    let status = TrialServiceClient::new(channel).ask_trials(request).await.expect_err("nothing is there");
    let refusal = from_status(&status);
    assert_eq!((refusal.code, refusal.retry_after_ms), (Code::Exhausted, Some(100)));

    let mut waits = Vec::new();
    for number in 0..10_u32 {
        let waiting = tokio::spawn({
            let study = study.clone();
            async move { one(&study).await }
        });
        tokio::time::sleep(Duration::from_millis(30)).await;
        let value = f64::from(number) / 16.0;
        let since = Instant::now();
        study.enqueue(x(value)).await.expect("enqueued");
        let trial =
            tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("soon").expect("asked");
        waits.push(since.elapsed());
        assert_eq!(trial.point(), &x(value));
        trial.complete(f64::from(number), Metrics::new(), "").await.expect("completed");
    }
    waits.sort_unstable();
    assert!(waits[5] < Duration::from_secs(1), "an asker waits long: {waits:?}");
    assert_eq!(study.info().await.expect("info").counts.completed, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_shown_and_part_of_what_makes_a_completion_the_same() {
    let server = InProcess::start().await;
    let study = open(&server, json!("random")).await;
    let trial = one(&study).await;
    let channel =
        Channel::from_shared(server.url.clone()).expect("a url").connect().await.expect("connected");
    let mut trials = TrialServiceClient::new(channel);
    let complete = |result: serde_json::Value| v1::CompleteTrialRequest {
        lease: Some(trial.lease().into()),
        loss: 0.5,
        result: Some((&result).try_into().expect("it can be sent")),
        ..Default::default()
    };
    let large = complete(json!({"text": "x".repeat(70_000)}));
    let refusal = from_status(&trials.complete_trial(large).await.expect_err("too large"));
    assert_eq!((refusal.code, refusal.field.as_deref()), (Code::Invalid, Some("result")));
    let first = trials.complete_trial(complete(json!({"n": 3, "ratio": 3.0}))).await.expect("completed");
    assert!(!first.into_inner().duplicate);
    let again = trials.complete_trial(complete(json!({"n": 3, "ratio": 3.0}))).await.expect("the same");
    assert!(again.into_inner().duplicate);
    let other = from_status(&trials.complete_trial(complete(json!({"n": 4}))).await.expect_err("another"));
    assert_eq!(other.code, Code::Conflict);
    let shown = study.trial(trial.number()).await.expect("the trial").trial;
    assert_eq!(shown.result, told(json!({"n": 3, "ratio": 3.0})));
}

/// All that came from outside is there after each restart, and the search goes on as if there had been none.
async fn survives(store: &str, restarts: bool) -> Vec<Point> {
    let mix = json!({"name": "mix", "of": [
        {"weight": 1, "algorithm": "random"}, {"weight": 3, "algorithm": {"name": "tpe", "n_startup": 5}},
    ]});
    let mut server = InProcess::with_store(store).await;
    let mut study = open(&server, mix).await;
    let mut points = Vec::new();
    for stage in 0..3_u32 {
        if stage == 1 {
            study.add(added(0.25, 0.0, "add-1")).await.expect("added");
            let objective = Some(Some(Objective::Function("train:objective".to_owned())));
            let algorithm = Some(Algorithm::named("anneal").expect("known"));
            let update = UpdateStudy { algorithm, objective, ..UpdateStudy::default() };
            study.update(update).await.expect("updated");
        }
        for _ in 0..12 {
            let trial = one(&study).await;
            points.push(trial.point().clone());
            trial.complete(loss(&trial), Metrics::new(), "").await.expect("completed");
        }
        if restarts {
            server.stop().await;
            server = InProcess::with_store(store).await;
            let client = Client::connect_with(ConnectOptions::to(&server.url)).await.expect("connected");
            study = client.study(study.study_ref().clone());
        }
    }
    let info = study.info().await.expect("info");
    assert_eq!(info.spec.algorithm.name(), "anneal");
    assert_eq!(info.objective, Some(Objective::Function("train:objective".to_owned())));
    assert_eq!((info.counts.completed, info.best.map(|best| best.trial.0)), (37, Some(12)));
    let again = study.add(added(0.25, 0.0, "add-1")).await.expect("the same request");
    assert_eq!(again.0, 12);
    let conflict = study.add(added(0.25, 1.0, "add-1")).await.expect_err("other content");
    assert_eq!(conflict.code(), Code::Conflict);
    let trials = study.trials(&TrialFilter::default()).await.expect("trials");
    let trial = &trials[12];
    assert_eq!((trial.origin, trial.state, trial.attempts.len()), (Origin::Added, TrialState::Completed, 0));
    assert_eq!((trial.loss, &trial.result), (Some(0.0), &told(json!({"source": "paper"}))));
    server.stop().await;
    points
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_it_survives_restarts_on_redb() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = format!("redb:{}", directory.path().display());
    assert_eq!(survives(&store, true).await, survives("memory:", false).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_it_survives_restarts_on_redis() {
    let redis = RedisServer::start(Fsync::EverySecond);
    assert_eq!(survives(&redis.url(), true).await, survives("memory:", false).await);
}
