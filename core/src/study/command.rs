//! What can be asked of a study: imperatives.

use std::collections::BTreeMap;

use super::{EndReason, Lessee, Objective, ResumeHint, TrialNumber, TrialResult};
use crate::name::LeaseId;
use crate::space::Point;
use crate::suggest::{Algorithm, Credit};

/// What can be asked of a study.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Lease(LeaseTrial),
    /// Pushes the lease's end back by a full period.
    Heartbeat(LeaseRef),
    Report(ReportTrial),
    Complete(CompleteTrial),
    Prune(PruneTrial),
    Fail(FailTrial),
    /// Gives the trial back: queued at once, no failure counted.
    Release(ReleaseTrial),
    Enqueue(EnqueueTrial),
    /// Adds a trial that was evaluated elsewhere.
    Add(AddTrial),
    /// Ends a trial for good, running or queued.
    Cancel(CancelTrial),
    /// Enqueues an ended trial's point once more, as a new trial.
    Retry {
        trial: TrialNumber,
        request_id: Option<String>,
    },
    Pause,
    Resume,
    Stop(StopStudy),
    Update(UpdateStudy),
    /// The suggester has nothing left to propose.
    Exhaust,
    /// Time has passed: expires leases and checks the study's deadline.
    Tick,
}

/// The fencing token of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseRef {
    pub trial: TrialNumber,
    pub attempt: u32,
    pub lease: LeaseId,
}

/// Leases the trial that [`super::Next`] named.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaseTrial {
    pub trial: TrialNumber,
    pub lease: LeaseId,
    pub lessee: Lessee,
    pub request_id: Option<String>,
    /// The full point, where the trial has none yet.
    pub point: Option<Point>,
    /// Who proposed it.
    pub credit: Option<Credit>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ReportTrial {
    pub lease: LeaseRef,
    pub step: u64,
    pub loss: Option<f64>,
    pub metrics: BTreeMap<String, f64>,
    pub checkpoint_uri: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CompleteTrial {
    pub lease: LeaseRef,
    pub loss: f64,
    pub metrics: BTreeMap<String, f64>,
    /// The tail of what the objective printed, at most 64 KiB; kept beside the trial.
    pub output: String,
    pub result: TrialResult,
}

/// Ends a trial that was told to stop early.
#[derive(Clone, Debug, PartialEq)]
pub struct PruneTrial {
    pub lease: LeaseRef,
    pub loss: Option<f64>,
    pub metrics: BTreeMap<String, f64>,
    pub output: String,
    pub result: TrialResult,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FailTrial {
    pub lease: LeaseRef,
    pub reason: EndReason,
    pub message: String,
    pub output: String,
    pub result: TrialResult,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseTrial {
    pub lease: LeaseRef,
    pub hint: Option<ResumeHint>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EnqueueTrial {
    /// A full or partial point.
    pub fixed: Point,
    pub request_id: Option<String>,
}

/// A trial that was evaluated elsewhere: completed with its loss, or failed without.
#[derive(Clone, Debug, PartialEq)]
pub struct AddTrial {
    /// Full.
    pub point: Point,
    /// Finite.
    pub loss: Option<f64>,
    pub metrics: BTreeMap<String, f64>,
    /// Only without a loss; `None` then: the objective failed.
    pub reason: Option<EndReason>,
    /// Only without a loss: what failed.
    pub message: String,
    pub result: TrialResult,
    pub request_id: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelTrial {
    pub trial: TrialNumber,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopStudy {
    /// Whether running trials are cancelled; else they finish first.
    pub cancel_running: bool,
}

/// Changes what may change in a living study; `None` leaves a part as it is, `Some(None)` removes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateStudy {
    pub max_trials: Option<Option<u64>>,
    pub timeout_ms: Option<Option<u64>>,
    pub loss_threshold: Option<Option<f64>>,
    pub max_failed: Option<Option<u64>>,
    pub parallelism: Option<Option<u32>>,
    /// Proposes from here on; what it knows is the study's whole history.
    pub algorithm: Option<Algorithm>,
    pub objective: Option<Option<Objective>>,
    pub note: Option<String>,
    pub tags: Option<BTreeMap<String, String>>,
}
