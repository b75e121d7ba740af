//! What has happened to a study: past participles. Documents go whole, so that a change is idempotent to store.

use serde::{Deserialize, Serialize};

use super::{EndReason, Header, Report, Trial, TrialNumber};
use crate::Timestamp;

/// One change of a study.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The study's document is now this one.
    StudyChanged(Box<Header>),
    /// A trial's document is now this one.
    TrialChanged { trial: Box<Trial>, transition: Transition },
    /// An intermediate value was appended.
    ReportAdded { trial: TrialNumber, report: Report },
    /// The output of an attempt was kept beside its trial.
    OutputKept { trial: TrialNumber, attempt: u32, output: String },
    /// A lease lives until then. Volatile: never stored, and after a restart every lease gets a full period.
    LeaseRenewed { trial: TrialNumber, until: Timestamp },
    /// A queued trial's backoff is over. Volatile: its document says when that is.
    BackoffEnded { trial: TrialNumber },
}

impl Change {
    /// Whether it has to be stored before anybody is told.
    #[must_use]
    pub const fn is_durable(&self) -> bool {
        !matches!(self, Self::LeaseRenewed { .. } | Self::BackoffEnded { .. })
    }
}

/// What happened to a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    Enqueued,
    Leased,
    /// The attempt ended for this reason and the trial is queued again.
    Requeued(EndReason),
    Completed,
    Pruned,
    Failed(EndReason),
    Cancelled,
    /// The newest checkpoint was noted.
    HintKept,
    /// A result came too late and is kept for people to see.
    OrphanKept,
}
