//! Fail: an attempt ends without a result. The trial is tried again while its budgets last.

use super::super::{
    Attempt, Decision, EndReason, FailTrial, LeaseRef, Outcome, Reply, Study, Transition, Trial, TrialNumber,
    TrialState,
};
use super::backoff::backoff_ms;
use super::draft::Draft;
use super::limits;
use super::standing::{Standing, conflict, too_late};
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: &FailTrial, now: Timestamp) -> Result<Decision, Refusal> {
    let message = limits::message_head(&command.message);
    let mut draft = Draft::new(study, now);
    let again = |late, requeued| Reply::Ended { duplicate: true, late, requeued };
    match Standing::of(study, &command.lease)? {
        Standing::Holds(_) => {}
        // The loss of the lease was counted already, and the trial waits for its next attempt.
        Standing::Late(_, past) => {
            return Ok(draft.finish(again(past.reason == Some(EndReason::LeaseExpired), true)));
        }
        Standing::Brought(trial, outcome) => {
            let same = outcome.reason == Some(command.reason) && outcome.message == message;
            if trial.state != TrialState::Failed || !same {
                return Err(conflict(trial, &command.lease, trial.state.as_str()));
            }
            return Ok(draft.finish(again(false, false)));
        }
        Standing::Past(trial, past) if past.reason == Some(command.reason) && past.message == message => {
            return Ok(draft.finish(again(false, was_requeued(trial, past))));
        }
        Standing::Past(trial, _) => return Err(too_late(trial, &command.lease)),
    }
    draft.keep_output(&command.lease, &command.output);
    let requeued = draft.lose(command.lease.trial, command.reason, message, Some(&command.lease));
    draft.settle();
    Ok(draft.finish(Reply::Ended { duplicate: false, late: false, requeued }))
}

/// Whether the trial went on after this attempt.
pub(super) fn was_requeued(trial: &Trial, past: &Attempt) -> bool {
    past.number < trial.attempt || !trial.state.is_terminal()
}

impl Draft<'_> {
    /// Ends a running attempt without a result, and says whether the trial is queued again.
    ///
    /// `brought_by`: the lease that said so; none when the server noticed.
    pub(super) fn lose(
        &mut self,
        number: TrialNumber,
        reason: EndReason,
        message: &str,
        brought_by: Option<&LeaseRef>,
    ) -> bool {
        let Some(mut trial) = self.trial(number).filter(|trial| trial.lease.is_some()).cloned() else {
            return false;
        };
        let spec = &self.header().spec;
        let (policy, seed) = (spec.retry, spec.seed);
        let has_retry = match reason {
            EndReason::Preempted => true,
            EndReason::LeaseExpired => {
                trial.losses = trial.losses.saturating_add(1);
                trial.losses <= policy.max_losses
            }
            _ => {
                trial.failures = trial.failures.saturating_add(1);
                reason != EndReason::Infeasible && trial.failures <= policy.max_failures
            }
        };
        if has_retry && self.header().may_lease() {
            trial.state = TrialState::Queued;
            trial.not_before = (reason != EndReason::Preempted).then(|| {
                let retry = trial.failures.saturating_add(trial.losses);
                self.now.plus_millis(backoff_ms(policy, retry, seed, number, trial.attempt))
            });
            self.close_attempt(&mut trial, Some(reason), message);
            self.put(trial, Transition::Requeued(reason));
            return true;
        }
        if reason == EndReason::Preempted {
            // Nothing was wrong with it, but the study leases nothing more.
            self.close_attempt(&mut trial, Some(reason), message);
            let outcome = Outcome { reason: Some(EndReason::StudyEnded), ..Outcome::default() };
            self.end(trial, Transition::Cancelled, outcome);
            return false;
        }
        let outcome = Outcome {
            reason: Some(reason),
            message: message.to_owned(),
            attempt: brought_by.map(|lease| lease.attempt),
            lease_id: brought_by.map(|lease| lease.lease.clone()),
            ..Outcome::default()
        };
        self.end(trial, Transition::Failed(reason), outcome);
        false
    }
}
