//! What a worker has done, and why it could not.

use tunewright_core::Refusal;

/// How the trials of a worker's life ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkerSummary {
    pub completed: u64,
    pub pruned: u64,
    pub failed: u64,
    /// Given back to the study because the worker was asked to end.
    pub released: u64,
    /// Their attempts counted no more: cancelled, or leased to another.
    pub lost: u64,
    /// The worker ended before the server took their results; their leases expire by themselves.
    pub undelivered: u64,
}

/// How one trial ended for the worker that ran it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TrialEnd {
    Completed,
    Pruned,
    Failed,
    Released,
    Lost,
    Undelivered,
}

impl WorkerSummary {
    pub(crate) const fn count(&mut self, end: TrialEnd) {
        match end {
            TrialEnd::Completed => self.completed += 1,
            TrialEnd::Pruned => self.pruned += 1,
            TrialEnd::Failed => self.failed += 1,
            TrialEnd::Released => self.released += 1,
            TrialEnd::Lost => self.lost += 1,
            TrialEnd::Undelivered => self.undelivered += 1,
        }
    }
}

/// Why a worker could not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkerError {
    /// It was started with something that can never work.
    #[error("{0}")]
    Config(Refusal),
    /// The server does not let it in.
    #[error("the server refuses this worker: {0}")]
    Refused(Refusal),
}

impl WorkerError {
    /// The refusal behind it, with its hint.
    #[must_use]
    pub const fn refusal(&self) -> &Refusal {
        match self {
            Self::Config(refusal) | Self::Refused(refusal) => refusal,
        }
    }
}
