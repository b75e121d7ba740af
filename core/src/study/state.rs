//! The state of a study in memory.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::index::Index;
use super::{Change, Header, Lessee, Reply, Trial, TrialNumber, TrialState, Version};
use crate::{Refusal, Timestamp};

/// A study: its documents and what is derived from them.
#[derive(Clone, Debug)]
pub struct Study {
    pub(super) header: Header,
    pub(super) version: Version,
    pub(super) trials: BTreeMap<TrialNumber, Trial>,
    pub(super) index: Index,
    /// The newest time any change told; for events of changes that tell none themselves.
    pub(super) clock: Timestamp,
}

/// What a command comes to: changes to store and apply, and the answer to give then.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub changes: Vec<Change>,
    /// A refusal here has something to store first: a result that came too late, kept for people to see.
    pub reply: Result<Reply, Refusal>,
}

/// How many trials are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub queued: u64,
    pub running: u64,
    pub completed: u64,
    pub failed: u64,
    pub pruned: u64,
    pub cancelled: u64,
}

impl Counts {
    /// Trials that count toward `max_trials`: all but the cancelled ones.
    #[must_use]
    pub const fn budgeted(&self) -> u64 {
        self.queued + self.running + self.completed + self.failed + self.pruned
    }

    pub(super) fn of(&mut self, state: TrialState) -> &mut u64 {
        match state {
            TrialState::Queued => &mut self.queued,
            TrialState::Running => &mut self.running,
            TrialState::Completed => &mut self.completed,
            TrialState::Failed => &mut self.failed,
            TrialState::Pruned => &mut self.pruned,
            TrialState::Cancelled => &mut self.cancelled,
        }
    }
}

impl Study {
    /// How many trials a study has at most, of whatever end: all of them are in memory while it runs.
    pub const TRIALS_MAX: u64 = 10_000_000;
    pub(super) const LAST_TRIAL: TrialNumber = TrialNumber(Self::TRIALS_MAX - 1);

    /// A study from its documents. Every live lease gets one fresh full period from `now`.
    #[must_use]
    pub fn load(header: Header, version: Version, mut trials: Vec<Trial>, now: Timestamp) -> Self {
        let mut index = Index::new(header.spec.budget.no_progress);
        let until = now.plus_millis(header.spec.lease_ttl_ms);
        let last_backoff = now.plus_millis(header.spec.retry.backoff_max_ms);
        for trial in &mut trials {
            // Whoever wrote that may have had another clock, or this one before it was set back.
            trial.not_before = trial.not_before.map(|until| until.min(last_backoff));
            index.replace(None, trial);
            if trial.state == TrialState::Running {
                index.renew(trial.number, until);
            }
        }
        let trials = trials.into_iter().map(|trial| (trial.number, trial)).collect();
        Self { header, version, trials, index, clock: now }
    }

    /// Gives every live lease a fresh full period: the server could not hear its workers for a while.
    pub fn renew_all(&mut self, now: Timestamp) {
        let until = now.plus_millis(self.header.spec.lease_ttl_ms);
        let running: Vec<_> = self.in_state(TrialState::Running).collect();
        for number in running {
            self.index.renew(number, until);
        }
    }

    /// All changes applied so far are stored, as this version.
    pub fn committed(&mut self, version: Version) {
        self.version = version;
    }

    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The version of the last commit.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    #[must_use]
    pub fn trial(&self, number: TrialNumber) -> Option<&Trial> {
        self.trials.get(&number)
    }

    /// The trials from this number on, in order.
    pub fn trials_from(&self, first: TrialNumber) -> impl Iterator<Item = &Trial> {
        self.trials.range(first..).map(|(_, trial)| trial)
    }

    /// All trials in the order of their numbers.
    pub fn trials(&self) -> impl DoubleEndedIterator<Item = &Trial> {
        self.trials.values()
    }

    /// The number the next new trial gets.
    pub(super) fn next_number(&self) -> TrialNumber {
        self.trials.last_key_value().map_or(TrialNumber(0), |(last, _)| TrialNumber(last.0.saturating_add(1)))
    }

    #[must_use]
    pub fn counts(&self) -> Counts {
        self.index.counts()
    }

    /// The completed trial with the lowest loss of those that are feasible; of equal ones the first.
    #[must_use]
    pub fn best(&self) -> Option<&Trial> {
        self.index.best().and_then(|(_, number)| self.trial(number))
    }

    /// Number and loss of each feasible trial that was better than all of those of a lower number, in the order of their numbers.
    pub fn improvements(&self) -> impl Iterator<Item = (TrialNumber, f64)> {
        self.index.staircase().steps()
    }

    /// The trials that have changed after `last` did, a version and a trial that changed then, in the order in which they
    /// last changed; all without it.
    pub fn revised_after(&self, last: Option<(Version, TrialNumber)>) -> impl Iterator<Item = &Trial> {
        self.index.revised_after(last).filter_map(|(_, number)| self.trial(number))
    }

    /// All trials, the one that changed last first.
    pub fn last_revised(&self) -> impl Iterator<Item = &Trial> {
        self.index.revised_after(None).rev().filter_map(|(_, number)| self.trial(number))
    }

    /// Numbers of the trials in this state, in order.
    pub fn in_state(&self, state: TrialState) -> impl DoubleEndedIterator<Item = TrialNumber> {
        self.index.in_state(state)
    }

    /// The trial that was leased or enqueued by this request.
    ///
    /// Its lease may be over, or be another request's by now: [`Study::leased_by_request`] is for a lease sent twice.
    #[must_use]
    pub fn by_request(&self, request_id: &str) -> Option<&Trial> {
        self.index
            .lease_requested(request_id)
            .or_else(|| self.index.requested(request_id))
            .and_then(|number| self.trial(number))
    }

    /// The running trial whose lease was made by this request.
    #[must_use]
    pub fn leased_by_request(&self, request_id: &str) -> Option<&Trial> {
        self.index.lease_requested(request_id).and_then(|number| self.trial(number))
    }

    /// The running trials of this lessee: what a client that was started again gets back.
    pub fn leased_to<'a>(&'a self, lessee: &'a Lessee) -> impl Iterator<Item = &'a Trial> {
        self.in_state(TrialState::Running)
            .filter_map(|number| self.trial(number))
            .filter(move |trial| trial.lease.as_ref().is_some_and(|lease| lease.lessee == *lessee))
    }
}
