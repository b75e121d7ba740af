//! The documents' JSON, pinned: what a released version has stored, every later one must read.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::fixture::{header, spec, worker, xy};
use super::{
    Attempt, Budget, EndCause, EndReason, Header, Lease, NoProgress, Objective, Origin, Orphan, Outcome,
    PickledFunction, ResumeHint, Status, Trial, TrialNumber, TrialResult, TrialState, Version,
};
use crate::Timestamp;
use crate::name::LeaseId;
use crate::suggest::{Algorithm, Credit};

fn pinned<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(document: &T, json: &str) {
    let expected: serde_json::Value = serde_json::from_str(json).expect("the golden text is JSON");
    assert_eq!(serde_json::to_value(document).expect("it can be written"), expected);
    assert_eq!(serde_json::from_str::<T>(json).expect("it can be read"), *document);
}

fn lease_id(id: &str) -> LeaseId {
    LeaseId::new(id).expect("legal")
}

/// A new trial of which most is absent.
fn queued() -> Trial {
    Trial {
        number: TrialNumber(3),
        state: TrialState::Queued,
        rev: Version(9),
        origin: Origin::Suggested,
        fixed: xy(0.5, 2),
        point: None,
        credit: None,
        attempt: 0,
        lease: None,
        request_id: None,
        failures: 0,
        losses: 0,
        not_before: None,
        hint: None,
        attempts: Vec::new(),
        result: TrialResult::default(),
        outcome: None,
        orphans: Vec::new(),
        created_at: Timestamp(1_000),
        ended_at: None,
    }
}

#[test]
fn a_queued_trial() {
    let json = r#"{
        "number": 3, "state": "queued", "rev": 9, "origin": "suggested", "fixed": {"x": 0.5, "y": 2},
        "attempt": 0, "failures": 0, "losses": 0, "created_at": 1000
    }"#;
    pinned(&queued(), json);
}

#[test]
fn a_running_trial() {
    let trial = Trial {
        state: TrialState::Running,
        origin: Origin::Enqueued,
        point: Some(xy(0.5, 2)),
        attempt: 2,
        lease: Some(Lease {
            id: lease_id("l2"),
            lessee: worker("w1"),
            leased_at: Timestamp(2_000),
            request_id: Some("ask-2".to_owned()),
        }),
        request_id: Some("enqueue-1".to_owned()),
        losses: 1,
        hint: Some(ResumeHint { step: 40, checkpoint_uri: "s3://bucket/40".to_owned() }),
        attempts: vec![Attempt {
            number: 1,
            lessee: super::Lessee::Client("trainer".to_owned()),
            lease_id: lease_id("l1"),
            leased_at: Timestamp(1_100),
            ended_at: Timestamp(1_900),
            reason: Some(EndReason::LeaseExpired),
            message: String::new(),
        }],
        ..queued()
    };
    let json = r#"{
        "number": 3, "state": "running", "rev": 9, "origin": "enqueued", "fixed": {"x": 0.5, "y": 2},
        "point": {"x": 0.5, "y": 2}, "attempt": 2,
        "lease": {"id": "l2", "lessee": {"worker": "w1"}, "leased_at": 2000, "request_id": "ask-2"},
        "request_id": "enqueue-1", "failures": 0, "losses": 1,
        "hint": {"step": 40, "checkpoint_uri": "s3://bucket/40"},
        "attempts": [{
            "number": 1, "lessee": {"client": "trainer"}, "lease_id": "l1", "leased_at": 1100, "ended_at": 1900,
            "reason": "lease_expired"
        }],
        "created_at": 1000
    }"#;
    pinned(&trial, json);
}

#[test]
fn a_trial_with_a_credit() {
    let credit = Credit { member: "gp".to_owned(), why: "few trials left".to_owned() };
    let json = r#"{
        "number": 3, "state": "queued", "rev": 9, "origin": "suggested", "fixed": {"x": 0.5, "y": 2},
        "point": {"x": 0.5, "y": 2}, "credit": {"member": "gp", "why": "few trials left"},
        "attempt": 0, "failures": 0, "losses": 0, "created_at": 1000
    }"#;
    pinned(&Trial { point: Some(xy(0.5, 2)), credit: Some(credit), ..queued() }, json);
}

#[test]
fn an_ended_trial() {
    let trial = Trial {
        state: TrialState::Completed,
        origin: Origin::RetryOf(TrialNumber(1)),
        point: Some(xy(0.5, 2)),
        attempt: 1,
        outcome: Some(Outcome {
            loss: Some(0.1),
            metrics: BTreeMap::from([("accuracy".to_owned(), 0.9)]),
            attempt: Some(1),
            lease_id: Some(lease_id("l1")),
            late: true,
            ..Outcome::default()
        }),
        orphans: vec![Orphan { attempt: 1, lease_id: lease_id("l0"), loss: Some(2.5), at: Timestamp(3_500) }],
        ended_at: Some(Timestamp(3_000)),
        ..queued()
    };
    let json = r#"{
        "number": 3, "state": "completed", "rev": 9, "origin": {"retry_of": 1}, "fixed": {"x": 0.5, "y": 2},
        "point": {"x": 0.5, "y": 2}, "attempt": 1, "failures": 0, "losses": 0,
        "outcome": {
            "loss": 0.1, "metrics": {"accuracy": 0.9}, "attempt": 1, "lease_id": "l1", "late": true
        },
        "orphans": [{"attempt": 1, "lease_id": "l0", "loss": 2.5, "at": 3500}],
        "created_at": 1000, "ended_at": 3000
    }"#;
    pinned(&trial, json);
}

#[test]
fn a_trial_that_told_more_than_its_loss() {
    let json = r#"{
        "number": 3, "state": "failed", "rev": 9, "origin": "suggested", "fixed": {"x": 0.5, "y": 2},
        "attempt": 0, "failures": 0, "losses": 0,
        "result": {"exception": {"type": "builtins.ValueError", "line": 7}, "seconds": 2.0, "ok": [true, null]},
        "created_at": 1000
    }"#;
    let result = serde_json::json!({
        "exception": {"type": "builtins.ValueError", "line": 7}, "seconds": 2.0, "ok": [true, null]
    });
    let result = result.as_object().expect("a map").clone();
    pinned(&Trial { state: TrialState::Failed, result, ..queued() }, json);
}

#[test]
fn a_trial_that_was_added() {
    let outcome = Outcome { loss: Some(0.5), ..Outcome::default() };
    let trial = Trial {
        state: TrialState::Completed,
        origin: Origin::Added,
        fixed: crate::space::Point::default(),
        point: Some(xy(0.5, 2)),
        request_id: Some("add-1".to_owned()),
        outcome: Some(outcome),
        ended_at: Some(Timestamp(1_000)),
        ..queued()
    };
    let json = r#"{
        "number": 3, "state": "completed", "rev": 9, "origin": "added", "point": {"x": 0.5, "y": 2}, "attempt": 0,
        "request_id": "add-1", "failures": 0, "losses": 0, "outcome": {"loss": 0.5}, "created_at": 1000,
        "ended_at": 1000
    }"#;
    pinned(&trial, json);
}

#[test]
fn a_header_with_an_objective() {
    let with = |objective| Header { objective, ..header(spec(), Timestamp(1_000)) };
    let written = |objective| serde_json::to_value(with(objective)).expect("it can be written");
    assert_eq!(written(None).get("objective"), None);
    let function = Objective::Function("train.vision:objective".to_owned());
    let pickled = Objective::Pickled(PickledFunction {
        sha256: "ab".repeat(32),
        size: 4_096,
        python_version: "3.11".to_owned(),
        cloudpickle_version: "3.1.2".to_owned(),
    });
    for (objective, expected) in [
        (function, serde_json::json!({"function": "train.vision:objective"})),
        (
            pickled,
            serde_json::json!({"pickled": {
                "sha256": "ab".repeat(32), "size": 4096, "python_version": "3.11", "cloudpickle_version": "3.1.2"
            }}),
        ),
    ] {
        let document = written(Some(objective.clone()));
        assert_eq!(document["objective"], expected);
        let read: Header = serde_json::from_value(document).expect("it can be read");
        assert_eq!(read, with(Some(objective)));
    }
}

#[test]
fn a_header() {
    let mut spec = spec();
    spec.algorithm = Algorithm::Random;
    spec.budget = Budget {
        max_trials: Some(60),
        timeout_ms: Some(5_000),
        loss_threshold: Some(0.01),
        no_progress: Some(NoProgress { trials: 20, percent: 0.5 }),
        max_failed: Some(4),
    };
    spec.parallelism = Some(2);
    spec.tags = BTreeMap::from([("team".to_owned(), "blue".to_owned())]);
    let space = serde_json::to_string(&spec.space).expect("it can be written");
    let document = Header {
        status: Status::Completed,
        closing: Some(EndCause::LossThreshold),
        started_at: Some(Timestamp(2_000)),
        ended_at: Some(Timestamp(3_000)),
        rev: Version(7),
        ..header(spec, Timestamp(1_000))
    };
    // The space's own form is pinned where spaces are tested.
    let json = r#"{
        "id": "s1", "project": "default", "name": "bench",
        "spec": {
            "space": SPACE, "algorithm": {"name": "random"}, "seed": 7,
            "budget": {
                "max_trials": 60, "timeout_ms": 5000, "loss_threshold": 0.01,
                "no_progress": {"trials": 20, "percent": 0.5}, "max_failed": 4
            },
            "retry": {"max_failures": 0, "max_losses": 3, "backoff_ms": 1000, "backoff_max_ms": 60000},
            "parallelism": 2, "lease_ttl_ms": 30000, "pool": "default", "tags": {"team": "blue"}
        },
        "status": "completed", "closing": "loss_threshold", "created_at": 1000, "started_at": 2000,
        "ended_at": 3000, "rev": 7
    }"#;
    pinned(&document, &json.replace("SPACE", &space));
}

#[test]
fn what_no_version_has_written_is_refused() {
    for bad in [r#"{"number": 3}"#, r#"{"number": 3, "state": "lost"}"#] {
        assert!(serde_json::from_str::<Trial>(bad).is_err());
    }
    for reason in EndReason::ALL {
        assert_eq!(serde_json::to_value(reason).expect("written"), reason.as_str());
    }
    for state in TrialState::ALL {
        assert_eq!(serde_json::to_value(state).expect("written"), state.as_str());
    }
}
