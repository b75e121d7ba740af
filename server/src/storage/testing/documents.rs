//! Documents to keep, each kind with all its fields in use somewhere.

use std::collections::BTreeMap;

use tunewright_core::Timestamp;
use tunewright_core::name::{LeaseId, ProjectName, StudyId, StudyName, WorkerId};
use tunewright_core::space::{ParamValue, Point};
use tunewright_core::study::{
    Attempt, EndReason, Header, Lease, Lessee, Origin, Orphan, Outcome, Report, ResumeHint, Status,
    StudySpec, Trial, TrialNumber, TrialResult, TrialState, Version,
};

const T0: Timestamp = Timestamp(1_750_000_000_000);

/// A new study's header.
#[must_use]
pub fn header(id: &str, project: &str, name: &str) -> Header {
    Header {
        id: StudyId::new(id).expect("a legal id"),
        project: ProjectName::new(project).expect("a legal name"),
        name: StudyName::new(name).expect("a legal name"),
        spec: spec(),
        objective: None,
        status: Status::Active,
        closing: None,
        created_at: T0,
        started_at: None,
        ended_at: None,
        rev: Version(0),
    }
}

fn spec() -> StudySpec {
    // As text: the order of a space's entries and options has to be kept too.
    let spec = r#"{
        "space": {
            "model": {"type": "choice", "options": {
                "svm": {"C": {"type": "uniform", "low": 0.5, "high": 8.0}},
                "ridge": {"alpha": 1.0}
            }},
            "lr": {"type": "loguniform", "low": 1e-5, "high": 0.1}
        },
        "algorithm": {"name": "tpe", "mode": "hyperopt", "n_startup": 10},
        "seed": 42,
        "budget": {"max_trials": 100, "loss_threshold": 0.05, "no_progress": {"trials": 20}},
        "retry": {"max_failures": 1},
        "parallelism": 4,
        "trial_timeout_ms": 60000,
        "note": "Größe, 大きさ, 🦀 and a \"quote\"\n",
        "tags": {"team": "vision"}
    }"#;
    serde_json::from_str(spec).expect("a legal spec")
}

/// A queued trial that nobody has touched.
#[must_use]
pub fn trial(number: u64) -> Trial {
    Trial {
        number: TrialNumber(number),
        state: TrialState::Queued,
        rev: Version(1),
        origin: Origin::Suggested,
        fixed: Point::default(),
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
        created_at: T0,
        ended_at: None,
    }
}

/// A trial in this state, with what it has by then; about 600 bytes as JSON.
#[must_use]
pub fn trial_in_state(number: u64, state: TrialState) -> Trial {
    let queued = Trial {
        origin: Origin::RetryOf(TrialNumber(0)),
        fixed: Point::from_iter([("model".to_owned(), ParamValue::Option("ridge".to_owned()))]),
        request_id: Some(format!("request-{number}")),
        not_before: Some(T0.plus_millis(500)),
        ..trial(number)
    };
    let leased = || Trial {
        state,
        rev: Version(7),
        origin: Origin::Suggested,
        fixed: Point::default(),
        point: Some(point()),
        attempt: 2,
        losses: 1,
        not_before: None,
        hint: Some(ResumeHint { step: 12, checkpoint_uri: "s3://checkpoints/größe/12".to_owned() }),
        attempts: vec![attempt(1, Some(EndReason::LeaseExpired))],
        ..queued.clone()
    };
    match state {
        TrialState::Queued => queued,
        TrialState::Running => Trial { lease: Some(lease()), ..leased() },
        TrialState::Completed => Trial {
            attempts: vec![attempt(1, Some(EndReason::LeaseExpired)), attempt(2, None)],
            outcome: Some(outcome(Some(0.1 + 0.2), None)),
            orphans: vec![Orphan {
                attempt: 1,
                lease_id: lease_id(1),
                loss: Some(0.5),
                at: T0.plus_millis(9_000),
            }],
            ended_at: Some(T0.plus_millis(8_000)),
            ..leased()
        },
        TrialState::Failed => Trial {
            failures: 1,
            attempts: vec![attempt(1, None), attempt(2, Some(EndReason::ObjectiveError))],
            outcome: Some(outcome(None, Some(EndReason::ObjectiveError))),
            ended_at: Some(T0.plus_millis(8_000)),
            ..leased()
        },
        TrialState::Pruned => Trial {
            outcome: Some(outcome(Some(-1e-300), None)),
            ended_at: Some(T0.plus_millis(8_000)),
            ..leased()
        },
        TrialState::Cancelled => Trial {
            outcome: Some(Outcome {
                attempt: None,
                lease_id: None,
                ..outcome(None, Some(EndReason::UserCancelled))
            }),
            ended_at: Some(T0.plus_millis(8_000)),
            ..leased()
        },
    }
}

/// An intermediate value at this step.
#[must_use]
pub fn report(step: u64) -> Report {
    Report {
        attempt: 2,
        step,
        loss: Some(0.7),
        metrics: BTreeMap::from([("accuracy".to_owned(), 0.3), ("größe".to_owned(), 1e21)]),
        at: T0.plus_millis(step),
    }
}

fn point() -> Point {
    Point::from_iter([
        ("lr".to_owned(), ParamValue::Float(0.003_162_277_660_168_379_5)),
        ("model".to_owned(), ParamValue::Option("svm".to_owned())),
        ("model.svm.C".to_owned(), ParamValue::Float(2.0)),
    ])
}

fn lease_id(attempt: u32) -> LeaseId {
    LeaseId::new(format!("0197c0de-0000-7000-8000-00000000000{attempt}")).expect("a legal id")
}

fn lease() -> Lease {
    Lease {
        id: lease_id(2),
        lessee: Lessee::Client("notebook 1".to_owned()),
        leased_at: T0.plus_millis(2_000),
        request_id: Some("request-7".to_owned()),
    }
}

fn attempt(number: u32, reason: Option<EndReason>) -> Attempt {
    Attempt {
        number,
        lessee: Lessee::Worker(WorkerId::new("worker-a").expect("a legal name")),
        lease_id: lease_id(number),
        leased_at: T0.plus_millis(u64::from(number) * 1_000),
        ended_at: T0.plus_millis(u64::from(number) * 1_000 + 900),
        message: reason.map(|reason| format!("`{}` it was", reason.as_str())).unwrap_or_default(),
        reason,
    }
}

fn outcome(loss: Option<f64>, reason: Option<EndReason>) -> Outcome {
    Outcome {
        loss,
        metrics: BTreeMap::from([("accuracy".to_owned(), 0.9)]),
        reason,
        message: reason.map(|_| "Traceback:\n\tZeroDivisionError".to_owned()).unwrap_or_default(),
        attempt: Some(2),
        lease_id: Some(lease_id(2)),
        late: loss.is_some(),
    }
}
