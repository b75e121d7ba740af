//! What an evaluation tells beside its loss.

use serde::Serialize;
use serde_json::json;
use tunewright::{Code, EndReason, Metrics};

use super::study;

#[derive(Serialize)]
struct Figures {
    accuracy: f64,
    classes: Vec<&'static str>,
    worst: Option<u32>,
}

#[tokio::test]
async fn every_end_tells_the_result_that_was_set() {
    let (_server, study) = study(4).await;
    let mut trials = study.ask(4).await.expect("trials").trials;

    let completed = trials.remove(0);
    completed.set_result(&json!({"thrown": "away"})).expect("a map");
    let figures = Figures { accuracy: 0.5, classes: vec!["a", "b"], worst: None };
    completed.clone().set_result(&figures).expect("a struct");
    completed.complete(1.0, Metrics::new(), "").await.expect("it counts");

    let pruned = trials.remove(0);
    pruned.set_result(&json!({"step": 7})).expect("a map");
    pruned.prune(2.0, Metrics::new(), "").await.expect("it counts");

    let failed = trials.remove(0);
    failed.set_result(&json!({"exception": {"type": "Overflow"}})).expect("a map");
    failed.fail(EndReason::ObjectiveError, "overflow", "").await.expect("it counts");

    let silent = trials.remove(0);
    silent.set_result(&json!({"thrown": "away"})).expect("a map");
    silent.set_result(&()).expect("nothing");
    silent.complete(3.0, Metrics::new(), "").await.expect("it counts");

    let mut told = Vec::new();
    for number in [completed.number(), pruned.number(), failed.number(), silent.number()] {
        told.push(serde_json::Value::Object(study.trial(number).await.expect("it").trial.result));
    }
    let expected = [
        json!({"accuracy": 0.5, "classes": ["a", "b"], "worst": null}),
        json!({"step": 7}),
        json!({"exception": {"type": "Overflow"}}),
        json!({}),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_result_that_cannot_be_kept_is_refused_at_once() {
    let (_server, study) = study(1).await;
    let trial = study.ask(1).await.expect("a trial").trials.remove(0);
    trial.set_result(&json!({"kept": true})).expect("a map");
    let long = json!({"log": "x".repeat(64 * 1024 - 9)});
    for (bad, problem) in [
        (json!([1, 2]), "must be a map"),
        (long, "must be at most 65536 bytes as JSON, not 65537"),
        (json!({"a": {"b": u64::MAX}}), "result.a.b"),
    ] {
        let error = trial.set_result(&bad).expect_err(problem);
        assert_eq!(error.code(), Code::Invalid);
        assert!(error.to_string().contains(problem), "{error}");
    }
    let most = json!({"log": "x".repeat(64 * 1024 - 10)});
    trial.clone().set_result(&most).expect("just short enough");
    trial.set_result(&json!({"kept": true})).expect("a map");
    trial.complete(1.0, Metrics::new(), "").await.expect("it counts");
    let kept = study.trial(trial.number()).await.expect("it").trial.result;
    assert_eq!(serde_json::Value::Object(kept), json!({"kept": true}));
}
