//! A decision in the making.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{
    Attempt, Change, Counts, Decision, EndReason, Header, Outcome, Reply, Study, Transition, Trial,
    TrialNumber, TrialResult, TrialState,
};
use crate::{Refusal, Timestamp};

/// The study as it will be once the changes collected so far are applied.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    study: &'a Study,
    pub(super) now: Timestamp,
    /// Only if it changes: it holds the whole space.
    header: Option<Box<Header>>,
    /// Where the newest document of a changed trial stands in `changes`.
    changed: BTreeMap<TrialNumber, usize>,
    changes: Vec<Change>,
    counts: Counts,
    best: Option<f64>,
    stalled: u64,
}

impl<'a> Draft<'a> {
    pub(super) fn new(study: &'a Study, now: Timestamp) -> Self {
        Self {
            study,
            now,
            header: None,
            changed: BTreeMap::new(),
            changes: Vec::new(),
            counts: study.counts(),
            best: study.index.best().map(|(loss, _)| loss),
            stalled: study.index.progress().stalled(),
        }
    }

    pub(super) fn header(&self) -> &Header {
        self.header.as_deref().unwrap_or(&self.study.header)
    }

    pub(super) fn header_mut(&mut self) -> &mut Header {
        self.header.get_or_insert_with(|| Box::new(self.study.header.clone()))
    }

    pub(super) fn trial(&self, number: TrialNumber) -> Option<&Trial> {
        let changed = self.changed.get(&number).and_then(|position| self.changes.get(*position));
        match changed {
            Some(Change::TrialChanged { trial, .. }) => Some(trial),
            _ => self.study.trial(number),
        }
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    /// The lowest loss of a completed trial that is feasible.
    pub(super) fn best(&self) -> Option<f64> {
        self.best
    }

    /// How many completed trials in a row are without an improvement.
    pub(super) fn stalled(&self) -> u64 {
        self.stalled
    }

    /// Numbers of the trials in this state.
    pub(super) fn in_state(&self, state: TrialState) -> BTreeSet<TrialNumber> {
        let candidates = self.study.in_state(state).chain(self.changed.keys().copied());
        candidates.filter(|number| self.trial(*number).is_some_and(|trial| trial.state == state)).collect()
    }

    pub(super) fn push(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Puts a trial's new document in.
    pub(super) fn put(&mut self, mut trial: Trial, transition: Transition) {
        trial.rev = self.study.version().next();
        let old = self.trial(trial.number).map(|trial| trial.state);
        if let Some(old) = old {
            *self.counts.of(old) -= 1;
        }
        *self.counts.of(trial.state) += 1;
        if let (Transition::Completed, Some(loss)) =
            (transition, trial.outcome.as_ref().and_then(|outcome| outcome.loss))
        {
            let loss = trial.is_feasible().then_some(loss);
            self.best = self.best.into_iter().chain(loss).reduce(f64::min);
            self.stalled = self.study.index.progress().stalled_after(self.now, trial.number, loss);
        }
        self.changed.insert(trial.number, self.changes.len());
        self.push(Change::TrialChanged { trial: Box::new(trial), transition });
    }

    /// Gives a running trial's lease a full period from now.
    pub(super) fn renew(&mut self, trial: TrialNumber) -> Timestamp {
        let until = self.now.plus_millis(self.header().spec.lease_ttl_ms);
        self.push(Change::LeaseRenewed { trial, until });
        until
    }

    /// Ends a trial for good. `result`: what its attempt told, if one brought the end.
    pub(super) fn end(
        &mut self,
        mut trial: Trial,
        transition: Transition,
        outcome: Outcome,
        result: Option<TrialResult>,
    ) {
        trial.state = match transition {
            Transition::Completed => TrialState::Completed,
            Transition::Pruned => TrialState::Pruned,
            Transition::Failed(_) => TrialState::Failed,
            _ => TrialState::Cancelled,
        };
        self.close_attempt(&mut trial, outcome.reason, &outcome.message);
        if let Some(result) = result {
            trial.result = result;
        }
        trial.not_before = None;
        trial.outcome = Some(outcome);
        trial.ended_at = Some(self.now);
        self.put(trial, transition);
    }

    /// Notes the end of the running attempt, if there is one. What an earlier attempt told is told no more.
    pub(super) fn close_attempt(&self, trial: &mut Trial, reason: Option<EndReason>, message: &str) {
        let Some(lease) = trial.lease.take() else { return };
        trial.result = TrialResult::default();
        trial.attempts.push(Attempt {
            number: trial.attempt,
            lessee: lease.lessee,
            lease_id: lease.id,
            leased_at: lease.leased_at,
            ended_at: self.now,
            reason,
            message: message.to_owned(),
        });
        let surplus = trial.attempts.len().saturating_sub(Trial::ATTEMPTS_KEPT);
        trial.attempts.drain(..surplus);
    }

    /// Cancels a queued or running trial.
    pub(super) fn cancel(&mut self, number: TrialNumber, reason: EndReason) {
        if let Some(trial) = self.trial(number).filter(|trial| !trial.state.is_terminal()).cloned() {
            let outcome = Outcome { reason: Some(reason), ..Outcome::default() };
            self.end(trial, Transition::Cancelled, outcome, None);
        }
    }

    /// The decision, answered with the study's document as it will be.
    pub(super) fn finish_with_study(self) -> Decision {
        let mut header = Box::new(self.header().clone());
        if self.header.is_some() {
            header.rev = self.study.version().next();
        }
        self.finish(Reply::Study(header))
    }

    pub(super) fn finish(self, reply: Reply) -> Decision {
        self.answer(Ok(reply))
    }

    /// The decision to keep what was put in, and yet to refuse.
    pub(super) fn refuse(self, refusal: Refusal) -> Decision {
        self.answer(Err(refusal))
    }

    fn answer(mut self, reply: Result<Reply, Refusal>) -> Decision {
        if let Some(mut header) = self.header.take() {
            header.rev = self.study.version().next();
            self.changes.push(Change::StudyChanged(header));
        }
        Decision { changes: self.changes, reply }
    }
}
