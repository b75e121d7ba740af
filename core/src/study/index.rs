//! What is derived from the trials' documents, kept up with each change so that no question walks over them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::progress::Progress;
use super::staircase::Staircase;
use super::{Counts, NoProgress, Trial, TrialNumber, TrialState, Version};
use crate::Timestamp;

/// Look-ups over the trials.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    by_state: [BTreeSet<TrialNumber>; TrialState::ALL.len()],
    /// Queued, and nothing to wait for.
    ready: BTreeSet<TrialNumber>,
    /// Queued until a backoff is over, soonest first.
    waiting: BTreeSet<(Timestamp, TrialNumber)>,
    /// When the running trials' leases end; volatile.
    deadlines: BTreeMap<TrialNumber, Timestamp>,
    expiries: BTreeSet<(Timestamp, TrialNumber)>,
    /// How many values the running attempts have reported since the study was loaded; volatile.
    reports: BTreeMap<TrialNumber, u32>,
    /// The requests that first leased or enqueued a trial; of several the newest trial.
    requests: BTreeMap<String, TrialNumber>,
    /// The requests that made the leases of now.
    lease_requests: BTreeMap<String, TrialNumber>,
    /// The trials by the version at which they last changed.
    revised: BTreeSet<(Version, TrialNumber)>,
    staircase: Staircase,
    progress: Progress,
}

impl Index {
    pub(super) fn new(rule: Option<NoProgress>) -> Self {
        Self { progress: Progress::new(rule), ..Self::default() }
    }

    /// Takes in a document that replaces `old`.
    pub(super) fn replace(&mut self, old: Option<&Trial>, new: &Trial) {
        if let Some(old) = old {
            self.remove(old, new);
        }
        self.by_state[new.state as usize].insert(new.number);
        self.revised.insert((new.rev, new.number));
        match (new.state, new.not_before) {
            (TrialState::Queued, Some(until)) => drop(self.waiting.insert((until, new.number))),
            (TrialState::Queued, None) => drop(self.ready.insert(new.number)),
            _ => {}
        }
        if let Some(request) = &new.request_id
            && self.requests.get(request).is_none_or(|number| *number < new.number)
        {
            self.requests.insert(request.clone(), new.number);
        }
        if let Some(request) = new.lease.as_ref().and_then(|lease| lease.request_id.as_ref()) {
            self.lease_requests.insert(request.clone(), new.number);
        }
        let was_completed = old.is_some_and(|old| old.state == TrialState::Completed);
        if new.state == TrialState::Completed && !was_completed {
            self.complete(new);
        }
    }

    fn remove(&mut self, old: &Trial, new: &Trial) {
        self.by_state[old.state as usize].remove(&old.number);
        self.revised.remove(&(old.rev, old.number));
        if old.state == TrialState::Queued {
            self.ready.remove(&old.number);
            if let Some(until) = old.not_before {
                self.waiting.remove(&(until, old.number));
            }
        }
        if old.state == TrialState::Running && new.state != TrialState::Running {
            self.end_lease(old.number);
        }
        if let Some(request) = old.lease.as_ref().and_then(|lease| lease.request_id.as_ref()) {
            self.lease_requests.remove(request);
        }
    }

    fn complete(&mut self, trial: &Trial) {
        let Some(loss) = trial.outcome.as_ref().and_then(|outcome| outcome.loss) else { return };
        let loss = trial.is_feasible().then_some(loss);
        if let Some(loss) = loss {
            self.staircase.observe(trial.number, loss);
        }
        self.progress.observe(trial.ended_at.unwrap_or_default(), trial.number, loss);
    }

    /// A running attempt has reported one more value.
    pub(super) fn count_report(&mut self, number: TrialNumber) {
        *self.reports.entry(number).or_default() += 1;
    }

    /// How many values a running attempt has reported since the study was loaded.
    pub(super) fn reports(&self, number: TrialNumber) -> u32 {
        self.reports.get(&number).copied().unwrap_or(0)
    }

    /// A running trial's lease lives until then.
    pub(super) fn renew(&mut self, number: TrialNumber, until: Timestamp) {
        if self.is(number, TrialState::Running) {
            if let Some(old) = self.deadlines.insert(number, until) {
                self.expiries.remove(&(old, number));
            }
            self.expiries.insert((until, number));
        }
    }

    fn end_lease(&mut self, number: TrialNumber) {
        self.reports.remove(&number);
        if let Some(old) = self.deadlines.remove(&number) {
            self.expiries.remove(&(old, number));
        }
    }

    /// A queued trial waits no more.
    pub(super) fn wake(&mut self, number: TrialNumber, not_before: Timestamp) {
        if self.waiting.remove(&(not_before, number)) {
            self.ready.insert(number);
        }
    }

    fn is(&self, number: TrialNumber, state: TrialState) -> bool {
        self.by_state[state as usize].contains(&number)
    }

    pub(super) fn counts(&self) -> Counts {
        let count = |state: TrialState| self.by_state[state as usize].len() as u64;
        Counts {
            queued: count(TrialState::Queued),
            running: count(TrialState::Running),
            completed: count(TrialState::Completed),
            failed: count(TrialState::Failed),
            pruned: count(TrialState::Pruned),
            cancelled: count(TrialState::Cancelled),
        }
    }

    pub(super) fn in_state(&self, state: TrialState) -> impl DoubleEndedIterator<Item = TrialNumber> {
        self.by_state[state as usize].iter().copied()
    }

    /// The first queued trial that may be leased now.
    pub(super) fn first_ready(&self, now: Timestamp) -> Option<TrialNumber> {
        let woken = self.backoffs_over(now).map(|(_, number)| number);
        woken.chain(self.ready.first().copied()).min()
    }

    /// Queued trials whose backoff is over, but that no tick has woken yet; with the end of the backoff.
    pub(super) fn backoffs_over(&self, now: Timestamp) -> impl Iterator<Item = (Timestamp, TrialNumber)> {
        self.waiting.range(..=(now, TrialNumber(u64::MAX))).copied()
    }

    /// When the next backoff is over.
    pub(super) fn next_backoff(&self) -> Option<Timestamp> {
        self.waiting.first().map(|(until, _)| *until)
    }

    /// When the next lease ends.
    pub(super) fn next_expiry(&self) -> Option<Timestamp> {
        self.expiries.first().map(|(until, _)| *until)
    }

    /// Running trials whose lease has ended.
    pub(super) fn expired(&self, now: Timestamp) -> impl Iterator<Item = TrialNumber> {
        self.expiries.range(..=(now, TrialNumber(u64::MAX))).map(|(_, number)| *number)
    }

    pub(super) fn best(&self) -> Option<(f64, TrialNumber)> {
        self.staircase.best()
    }

    pub(super) fn staircase(&self) -> &Staircase {
        &self.staircase
    }

    /// The trials that changed after this one did, in the order in which they last changed.
    pub(super) fn revised_after(
        &self,
        last: Option<(Version, TrialNumber)>,
    ) -> impl DoubleEndedIterator<Item = (Version, TrialNumber)> {
        let from = last.map_or(Bound::Unbounded, Bound::Excluded);
        self.revised.range((from, Bound::Unbounded)).copied()
    }

    pub(super) fn progress(&self) -> &Progress {
        &self.progress
    }

    pub(super) fn requested(&self, request_id: &str) -> Option<TrialNumber> {
        self.requests.get(request_id).copied()
    }

    pub(super) fn lease_requested(&self, request_id: &str) -> Option<TrialNumber> {
        self.lease_requests.get(request_id).copied()
    }
}
