//! The study's own document.

use serde::{Deserialize, Serialize};

use super::{Objective, StudySpec};
use crate::Timestamp;
use crate::name::{ProjectName, StudyId, StudyName};

/// Counts the commits of a study; each commit raises it by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u64);

impl Version {
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// The study's own document: everything but its trials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    pub id: StudyId,
    pub project: ProjectName,
    pub name: StudyName,
    pub spec: StudySpec,
    /// What evaluates the attempts leased from here on; `None`: the worker's own command, or whoever asks. Code
    /// changes while a study goes on, so it is not part of the definition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<Objective>,
    pub status: Status,
    /// Set once the study will lease nothing more; the status follows when the last running trial has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<EndCause>,
    pub created_at: Timestamp,
    /// When the first trial was leased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The version of the commit that last changed this document.
    #[serde(default)]
    pub rev: Version,
}

impl Header {
    /// When the study's time is up; `None` before the first lease, and without a timeout.
    #[must_use]
    pub fn deadline(&self) -> Option<Timestamp> {
        let started_at = self.started_at?;
        Some(started_at.plus_millis(self.spec.budget.timeout_ms?))
    }

    /// Whether queued trials may still run, now or after a pause. When the space is exhausted nothing new is drawn, but
    /// what is queued goes first.
    #[must_use]
    pub fn may_lease(&self) -> bool {
        !self.status.is_terminal() && matches!(self.closing, None | Some(EndCause::SpaceExhausted))
    }
}

/// Where a study stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Active,
    /// Leases nothing; running trials go on.
    Paused,
    /// A budget or a stop rule was met.
    Completed,
    /// A person ended it.
    Stopped,
    /// Too many trials failed.
    Failed,
}

impl Status {
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Stopped | Self::Failed)
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }
}

/// Why a study ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    MaxTrials,
    Timeout,
    LossThreshold,
    NoProgress,
    /// Every point of a finite space was tried.
    SpaceExhausted,
    MaxFailed,
    Stopped,
}

impl EndCause {
    /// The status a study gets that ends for this cause.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::MaxFailed => Status::Failed,
            Self::Stopped => Status::Stopped,
            Self::MaxTrials
            | Self::Timeout
            | Self::LossThreshold
            | Self::NoProgress
            | Self::SpaceExhausted => Status::Completed,
        }
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MaxTrials => "max_trials",
            Self::Timeout => "timeout",
            Self::LossThreshold => "loss_threshold",
            Self::NoProgress => "no_progress",
            Self::SpaceExhausted => "space_exhausted",
            Self::MaxFailed => "max_failed",
            Self::Stopped => "stopped",
        }
    }
}
