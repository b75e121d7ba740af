//! Folding changes into the state.

use super::{
    Change, Effect, EndReason, Event, Header, LeaseRef, Report, Study, Transition, Trial, TrialNumber,
    TrialState,
};
use crate::Timestamp;

impl Study {
    /// Folds one change in and names what the outside has to do once it is stored.
    pub fn apply(&mut self, change: &Change) -> Vec<Effect> {
        match change {
            Change::StudyChanged(header) => self.apply_header(header),
            Change::TrialChanged { trial, transition } => self.apply_trial(trial, *transition),
            Change::ReportAdded { trial, report } => self.apply_report(*trial, report),
            Change::OutputKept { .. } => Vec::new(),
            Change::LeaseRenewed { trial, until } => {
                self.index.renew(*trial, *until);
                Vec::new()
            }
            Change::BackoffEnded { trial } => {
                if let Some(until) = self.trial(*trial).and_then(|trial| trial.not_before) {
                    self.index.wake(*trial, until);
                }
                vec![Effect::OfferWork]
            }
        }
    }

    fn apply_header(&mut self, header: &Header) -> Vec<Effect> {
        let mut effects = vec![Effect::Publish(Event::Study {
            rev: header.rev,
            status: header.status,
            closing: header.closing,
        })];
        let old = &self.header;
        let freed = old.status != header.status
            || old.spec.budget != header.spec.budget
            || old.spec.parallelism != header.spec.parallelism
            || old.spec.algorithm != header.spec.algorithm;
        if old.spec.algorithm != header.spec.algorithm {
            effects.push(Effect::TakeOver);
        }
        if freed && header.may_lease() {
            effects.push(Effect::OfferWork);
        }
        self.header = header.clone();
        effects
    }

    fn apply_trial(&mut self, trial: &Trial, transition: Transition) -> Vec<Effect> {
        let old = self.trials.insert(trial.number, trial.clone());
        self.index.replace(old.as_ref(), trial);
        if transition == Transition::Leased {
            // The change that tells the lease's end follows; without it the lease would never end.
            let leased_at = trial.lease.as_ref().map_or(self.clock, |lease| lease.leased_at);
            self.index.renew(trial.number, leased_at.plus_millis(self.header.spec.lease_ttl_ms));
        }
        self.clock = self.clock.max(last_time(trial));

        let mut effects = vec![Effect::Publish(Event::Trial {
            rev: trial.rev,
            number: trial.number,
            state: trial.state,
            transition,
            attempt: trial.attempt,
            loss: trial.outcome.as_ref().and_then(|outcome| outcome.loss),
            at: self.clock,
        })];
        if by_others(transition) {
            effects.extend(old.as_ref().and_then(revocation));
        }
        if matches!(transition, Transition::Completed | Transition::Pruned | Transition::Failed(_)) {
            effects.push(Effect::Observe(trial.number));
        }
        let frees = !matches!(transition, Transition::Leased | Transition::HintKept | Transition::OrphanKept);
        if frees && self.header.may_lease() {
            effects.push(Effect::OfferWork);
        }
        effects
    }

    fn apply_report(&mut self, number: TrialNumber, report: &Report) -> Vec<Effect> {
        self.clock = self.clock.max(report.at);
        self.index.count_report(number);
        vec![Effect::Publish(Event::Report {
            rev: self.version.next(),
            number,
            step: report.step,
            loss: report.loss,
            at: report.at,
        })]
    }
}

/// Whether somebody else than the lessee ended the attempt.
const fn by_others(transition: Transition) -> bool {
    matches!(
        transition,
        Transition::Cancelled
            | Transition::Requeued(EndReason::LeaseExpired)
            | Transition::Failed(EndReason::LeaseExpired)
    )
}

/// What the lessee of a running trial has to be told when the trial is taken away.
fn revocation(old: &Trial) -> Option<Effect> {
    let lease = old.lease.as_ref().filter(|_| old.state == TrialState::Running)?;
    Some(Effect::Revoke {
        lessee: lease.lessee.clone(),
        lease: LeaseRef { trial: old.number, attempt: old.attempt, lease: lease.id.clone() },
    })
}

/// The newest time that a trial's document tells.
fn last_time(trial: &Trial) -> Timestamp {
    let leased_at = trial.lease.as_ref().map(|lease| lease.leased_at);
    let attempt_ended_at = trial.attempts.last().map(|attempt| attempt.ended_at);
    let orphaned_at = trial.orphans.last().map(|orphan| orphan.at);
    let times = [leased_at, attempt_ended_at, orphaned_at, trial.ended_at];
    times.into_iter().flatten().fold(trial.created_at, Timestamp::max)
}
