//! What a study would lease next.

use super::{EndCause, Status, Study, TrialNumber};
use crate::Timestamp;
use crate::suggest::Algorithm;

/// What a study would lease next.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// This queued trial; `needs_point` if a suggester has to complete its fixed values first.
    Queued { trial: TrialNumber, needs_point: bool },
    /// A new trial of this number, with a point from the suggester.
    Fresh(TrialNumber),
    /// Nothing at the moment; perhaps at `until`, perhaps when a running trial ends.
    Wait { why: Waiting, until: Option<Timestamp> },
    /// Nothing any more.
    Ended(EndCause),
}

/// Why there is nothing to lease at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    Paused,
    /// As many trials run as may run at once.
    Parallelism,
    /// All trials of the budget are running or wait for their next attempt.
    BudgetInFlight,
    /// Queued trials wait for their backoff.
    Backoff,
    /// The algorithm is `external`, and nothing is enqueued.
    NothingQueued,
}

impl Study {
    /// What would be leased next.
    ///
    /// Queued trials go first, those with the lowest number before others, save those that wait for a backoff.
    #[must_use]
    pub fn next(&self, now: Timestamp) -> Next {
        let header = self.header();
        if let Some(cause) = self.ended_for(now) {
            return Next::Ended(cause);
        }
        if header.status == Status::Paused {
            return Next::Wait { why: Waiting::Paused, until: None };
        }
        let counts = self.counts();
        if header.spec.parallelism.is_some_and(|most| counts.running >= u64::from(most)) {
            return Next::Wait { why: Waiting::Parallelism, until: None };
        }
        if let Some(trial) = self.index.first_ready(now).and_then(|number| self.trial(number)) {
            return Next::Queued { trial: trial.number, needs_point: trial.point.is_none() };
        }
        let has_budget = header.spec.budget.max_trials.is_none_or(|most| counts.budgeted() < most);
        let has_room = self.trial(Self::LAST_TRIAL).is_none();
        let takes_more = header.closing.is_none() && has_budget && has_room;
        let is_external = header.spec.algorithm == Algorithm::External;
        if takes_more && !is_external {
            return Next::Fresh(self.next_number());
        }
        match self.index.next_backoff() {
            Some(until) => Next::Wait { why: Waiting::Backoff, until: Some(until) },
            None if takes_more => Next::Wait { why: Waiting::NothingQueued, until: None },
            None => Next::Wait { why: Waiting::BudgetInFlight, until: None },
        }
    }

    /// Why nothing is leased any more, if so.
    fn ended_for(&self, now: Timestamp) -> Option<EndCause> {
        let header = self.header();
        if header.status.is_terminal() {
            // A terminal document without its cause was not written by us.
            return Some(header.closing.unwrap_or(EndCause::Stopped));
        }
        match header.closing {
            None | Some(EndCause::SpaceExhausted) => {
                header.deadline().filter(|deadline| *deadline <= now).map(|_| EndCause::Timeout)
            }
            closing => closing,
        }
    }

    /// When [`Command::Tick`] has something to do, at the earliest.
    ///
    /// [`Command::Tick`]: super::Command::Tick
    #[must_use]
    pub fn next_timer(&self) -> Option<Timestamp> {
        let header = self.header();
        let deadline = header.deadline().filter(|_| header.may_lease());
        [self.index.next_expiry(), self.index.next_backoff(), deadline].into_iter().flatten().min()
    }
}

impl Waiting {
    /// For people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "it is paused",
            Self::Parallelism => "as many trials run as may run at once",
            Self::BudgetInFlight => "all trials of its budget are running or waiting",
            Self::Backoff => "its queued trials wait for their next attempt",
            Self::NothingQueued => "no trial is enqueued, and its algorithm is `external`",
        }
    }
}
