//! What a run came to.

use crate::trial::Ending;

/// What [`Study::run`](crate::Study::run) came to: how the trials ended that this process evaluated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunSummary {
    pub completed: u64,
    pub pruned: u64,
    /// Attempts, of which some may be tried again.
    pub failed: u64,
    /// Given back, or seen to by somebody else.
    pub released: u64,
    /// Cancelled, or taken over by another attempt.
    pub lost: u64,
    /// Why the study ended, for example `max_trials`; `None` if the run was stopped first.
    pub ended: Option<String>,
}

impl RunSummary {
    /// Counts one trial; one without an ending of ours was lost.
    pub(crate) fn count(&mut self, ending: Option<Ending>) {
        match ending {
            Some(Ending::Completed) => self.completed += 1,
            Some(Ending::Pruned) => self.pruned += 1,
            Some(Ending::Failed) => self.failed += 1,
            Some(Ending::Released | Ending::Kept) => self.released += 1,
            None => self.lost += 1,
        }
    }
}
