//! A trial's document.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Told, Version};
use crate::Timestamp;
use crate::name::{LeaseId, WorkerId};
use crate::space::Point;
use crate::suggest::Credit;

/// Numbers the trials of one study from 0, without gaps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrialNumber(pub u64);

impl fmt::Display for TrialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One point to be tried, and all that happened to it. Rewritten whole at each transition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    pub number: TrialNumber,
    pub state: TrialState,
    /// The study's version at which this document last changed.
    pub rev: Version,
    pub origin: Origin,
    /// What a person fixed when enqueuing; empty for suggested trials.
    #[serde(default, skip_serializing_if = "Point::is_empty")]
    pub fixed: Point,
    /// The full point; set at the first lease, the same for all attempts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<Point>,
    /// Who proposed the point, where the study's algorithm is made of several; set with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<Credit>,
    /// The newest attempt; 0 before the first lease, then from 1.
    pub attempt: u32,
    /// The lease of the newest attempt; only while running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// The idempotency key of the request that first leased or enqueued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Attempts that ended because the objective failed.
    #[serde(default)]
    pub failures: u32,
    /// Attempts that were lost: lease expired. Releases (drain, preemption) are not counted.
    #[serde(default)]
    pub losses: u32,
    /// While queued: not to be leased before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// The last acknowledged hint of an earlier or the running attempt, handed to the next attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<ResumeHint>,
    /// Attempts that have ended, oldest first; the newest [`Trial::ATTEMPTS_KEPT`] of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// What the newest ended attempt told beside its loss, also when the trial was queued again after it.
    #[serde(default, skip_serializing_if = "TrialResult::is_empty")]
    pub result: TrialResult,
    /// Set when terminal, and immutable then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Late results that do not count, kept for people to see; the newest [`Trial::ORPHANS_KEPT`] of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orphans: Vec<Orphan>,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

impl Trial {
    /// Who holds or held the newest attempt that the document knows of, and since when.
    #[must_use]
    pub fn holder(&self) -> Option<(&Lessee, Timestamp)> {
        let held = self.lease.as_ref().map(|lease| (&lease.lessee, lease.leased_at));
        held.or_else(|| self.attempts.last().map(|attempt| (&attempt.lessee, attempt.leased_at)))
    }

    /// Whether its result tells of no constraint that the point violates.
    #[must_use]
    pub fn is_feasible(&self) -> bool {
        Told::of_stored(&self.result).is_feasible()
    }

    /// How many ended attempts a document remembers: releases are unlimited, a document is not.
    pub const ATTEMPTS_KEPT: usize = 64;
    /// How many late results a document remembers.
    pub const ORPHANS_KEPT: usize = 8;
    /// How many values of one attempt are kept, counted from when the study was last loaded.
    pub const REPORTS_MAX: u32 = 10_000;
    /// The longest result, in bytes of JSON.
    pub const RESULT_LEN_MAX: usize = 64 * 1024;
}

/// Anything an objective returned or raised beside its loss: JSON by name, at most [`Trial::RESULT_LEN_MAX`] bytes when
/// written. Empty for nothing.
pub type TrialResult = serde_json::Map<String, serde_json::Value>;

/// Where a trial stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialState {
    Queued,
    Running,
    Completed,
    Failed,
    Pruned,
    Cancelled,
}

impl TrialState {
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Completed, Self::Failed, Self::Pruned, Self::Cancelled];

    #[must_use]
    pub const fn is_terminal(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Pruned => "pruned",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Where a trial's point came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Suggested,
    Enqueued,
    /// A person had an ended trial (its number) tried once more.
    RetryOf(TrialNumber),
    /// Evaluated elsewhere and added with its outcome; it never ran here.
    Added,
}

/// Who holds a running trial. Id and attempt together are the fencing token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lease {
    pub id: LeaseId,
    pub lessee: Lessee,
    pub leased_at: Timestamp,
    /// The idempotency key of the request that made this lease. The trial's own may be another: that of the
    /// request that enqueued it, or of an earlier attempt's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// Who leases: a worker that was assigned the trial, or training code that asked for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lessee {
    Worker(WorkerId),
    /// A client's own id: stable over its restarts, so that it gets its running trials back.
    Client(String),
}

impl Lessee {
    /// A worker's name or a client's id.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Worker(worker) => worker.as_str(),
            Self::Client(client) => client,
        }
    }
}

/// Where the next attempt can go on; opaque to the server. At most [`ResumeHint::URI_LEN_MAX`] bytes of URI.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumeHint {
    pub step: u64,
    pub checkpoint_uri: String,
}

impl ResumeHint {
    pub const URI_LEN_MAX: usize = 4096;
}

/// One ended attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    pub lessee: Lessee,
    pub lease_id: LeaseId,
    pub leased_at: Timestamp,
    pub ended_at: Timestamp,
    /// `None` if it ended with a result.
    pub reason: Option<EndReason>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// Why an attempt or a trial ended without a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The objective raised, or its process ended with a non-zero code or by a signal.
    ObjectiveError,
    /// It ended without a loss, or with one that is not a finite number.
    NoLoss,
    /// It ran longer than the trial's timeout.
    Timeout,
    OutOfMemory,
    /// The lease was not renewed in time.
    LeaseExpired,
    /// The worker was drained or its machine taken away.
    Preempted,
    UserCancelled,
    /// The point cannot be evaluated.
    Infeasible,
    /// The command could not be started.
    StartFailed,
    /// The study was stopped.
    StudyEnded,
}

impl EndReason {
    pub const ALL: [Self; 10] = [
        Self::ObjectiveError,
        Self::NoLoss,
        Self::Timeout,
        Self::OutOfMemory,
        Self::LeaseExpired,
        Self::Preempted,
        Self::UserCancelled,
        Self::Infeasible,
        Self::StartFailed,
        Self::StudyEnded,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ObjectiveError => "objective_error",
            Self::NoLoss => "no_loss",
            Self::Timeout => "timeout",
            Self::OutOfMemory => "out_of_memory",
            Self::LeaseExpired => "lease_expired",
            Self::Preempted => "preempted",
            Self::UserCancelled => "user_cancelled",
            Self::Infeasible => "infeasible",
            Self::StartFailed => "start_failed",
            Self::StudyEnded => "study_ended",
        }
    }
}

/// How a trial ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Finite. Always there when completed; when pruned the last reported one, if any; else `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<f64>,
    /// Any other figures, all finite; at most 1,000, names of at most 256 bytes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<String, f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<EndReason>,
    /// What failed, in a line or a few; at most 4 KiB.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// The attempt and lease that brought it; `None` when it ended while nobody held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_id: Option<LeaseId>,
    /// The lease had expired, but no newer attempt had been leased.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
}

/// A result that came too late to count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Orphan {
    pub attempt: u32,
    pub lease_id: LeaseId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<f64>,
    pub at: Timestamp,
}

/// One intermediate value; kept in an append-only list beside the trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub attempt: u32,
    pub step: u64,
    /// Finite, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<f64>,
    /// All finite.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<String, f64>,
    pub at: Timestamp,
}
