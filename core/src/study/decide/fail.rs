//! Fail: an attempt ends without a result. The trial is tried again while its budgets last.

use super::super::{
    Attempt, Decision, EndReason, FailTrial, LeaseRef, Outcome, Reply, Study, Transition, Trial, TrialNumber,
    TrialResult, TrialState,
};
use super::backoff::backoff_ms;
use super::draft::Draft;
use super::limits;
use super::standing::{Standing, conflict, too_late};
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: &FailTrial, now: Timestamp) -> Result<Decision, Refusal> {
    limits::check_result(&command.result)?;
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
            let same = outcome.reason == Some(command.reason)
                && outcome.message == message
                && trial.result == command.result;
            if trial.state != TrialState::Failed || !same {
                return Err(conflict(trial, &command.lease, trial.state.as_str()));
            }
            return Ok(draft.finish(again(false, false)));
        }
        Standing::Past(trial, past) if past.reason == Some(command.reason) && past.message == message => {
            // Of older attempts it is not kept what they told.
            let is_newest = trial.attempts.last().is_some_and(|last| last.number == past.number);
            if is_newest && trial.result != command.result {
                return Err(conflict(trial, &command.lease, command.reason.as_str()));
            }
            return Ok(draft.finish(again(false, was_requeued(trial, past))));
        }
        Standing::Past(trial, _) => return Err(too_late(trial, &command.lease)),
    }
    draft.keep_output(&command.lease, &command.output);
    let brought_by = Some((&command.lease, &command.result));
    let requeued = draft.lose(command.lease.trial, command.reason, message, brought_by);
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
    /// `brought_by`: the lease that said so, with what it told; none when the server noticed.
    pub(super) fn lose(
        &mut self,
        number: TrialNumber,
        reason: EndReason,
        message: &str,
        brought_by: Option<(&LeaseRef, &TrialResult)>,
    ) -> bool {
        let Some(mut trial) = self.trial(number).filter(|trial| trial.lease.is_some()).cloned() else {
            return false;
        };
        let result = brought_by.map(|(_, result)| result.clone()).unwrap_or_default();
        let brought_by = brought_by.map(|(lease, _)| lease);
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
            trial.result = result;
            self.put(trial, Transition::Requeued(reason));
            return true;
        }
        if reason == EndReason::Preempted {
            // Nothing was wrong with it, but the study leases nothing more.
            self.close_attempt(&mut trial, Some(reason), message);
            let outcome = Outcome { reason: Some(EndReason::StudyEnded), ..Outcome::default() };
            self.end(trial, Transition::Cancelled, outcome, Some(result));
            return false;
        }
        let outcome = Outcome {
            reason: Some(reason),
            message: message.to_owned(),
            attempt: brought_by.map(|lease| lease.attempt),
            lease_id: brought_by.map(|lease| lease.lease.clone()),
            ..Outcome::default()
        };
        self.end(trial, Transition::Failed(reason), outcome, Some(result));
        false
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{Bench, DUPLICATE, ENDED, REQUEUED};
    use super::super::super::{Change, Command, Effect, Next, StopStudy};
    use super::*;
    use crate::Code;

    const DUPLICATE_REQUEUED: Reply = Reply::Ended { duplicate: true, late: false, requeued: true };

    #[test]
    fn failures_are_retried_with_backoff_until_their_budget_is_spent() {
        let mut bench = Bench::new(|spec| spec.retry.max_failures = 2);
        for (attempt, most) in [(1, 1_000), (2, 2_000)] {
            let lease = bench.lease();
            assert_eq!(lease.attempt, attempt);
            assert_eq!(bench.fail(&lease, EndReason::ObjectiveError), Ok(REQUEUED));
            assert_eq!(bench.transitions(), [(0, Transition::Requeued(EndReason::ObjectiveError))]);
            let until = bench.trial(0).not_before.expect("it waits");
            let wait = until.as_millis() - bench.now.as_millis();
            assert!((most / 2..=most).contains(&wait), "{wait}");
            assert_eq!(bench.study.next_timer(), Some(until));
            bench.pass(wait);
            bench.tick();
            assert_eq!(bench.effects, [Effect::OfferWork]);
            assert_eq!(bench.study.next_timer(), None);
        }
        let lease = bench.lease();
        assert_eq!(bench.fail(&lease, EndReason::ObjectiveError), Ok(ENDED));
        let trial = bench.trial(0);
        assert_eq!((trial.state, trial.failures, trial.losses), (TrialState::Failed, 3, 0));
        let outcome = trial.outcome.as_ref().expect("ended");
        assert_eq!((outcome.reason, outcome.loss), (Some(EndReason::ObjectiveError), None));
        assert_eq!((outcome.message.as_str(), outcome.attempt), ("it broke", Some(3)));
        assert_eq!(trial.attempts.len(), 3);
        assert!(bench.effects.contains(&Effect::Observe(TrialNumber(0))));
        assert_eq!(bench.fail(&lease, EndReason::ObjectiveError), Ok(DUPLICATE));
        assert_eq!(bench.study.counts().failed, 1);
    }

    #[test]
    fn what_is_infeasible_is_never_retried() {
        let mut bench = Bench::new(|spec| spec.retry.max_failures = 9);
        let lease = bench.lease();
        assert_eq!(bench.fail(&lease, EndReason::Infeasible), Ok(ENDED));
        assert_eq!(bench.state(0), TrialState::Failed);
    }

    #[test]
    fn each_reason_counts_in_its_own_budget() {
        let mut bench = Bench::new(|spec| spec.retry.max_failures = 100);
        for (reason, failures, losses) in [
            (EndReason::LeaseExpired, 0, 1),
            (EndReason::Preempted, 0, 1),
            (EndReason::StartFailed, 1, 1),
            (EndReason::Timeout, 2, 1),
            (EndReason::NoLoss, 3, 1),
        ] {
            let lease = bench.lease();
            assert_eq!(bench.fail(&lease, reason), Ok(REQUEUED));
            let trial = bench.trial(0);
            assert_eq!((trial.failures, trial.losses), (failures, losses));
            assert_eq!(trial.not_before.is_none(), reason == EndReason::Preempted);
            bench.pass(60_000);
        }
    }

    #[test]
    fn the_same_again_counts_once_also_after_the_next_attempt_began() {
        let mut bench = Bench::new(|spec| spec.retry.max_failures = 1);
        let first = bench.lease();
        assert_eq!(bench.fail(&first, EndReason::NoLoss), Ok(REQUEUED));
        assert_eq!(bench.fail(&first, EndReason::NoLoss), Ok(DUPLICATE_REQUEUED));
        bench.pass(60_000);
        let second = bench.lease();
        assert_eq!(bench.fail(&first, EndReason::NoLoss), Ok(DUPLICATE_REQUEUED));
        assert_eq!(bench.changes, []);
        assert_eq!(bench.trial(0).failures, 1);
        let refusal = bench.fail(&first, EndReason::OutOfMemory).expect_err("it was another reason");
        assert_eq!(refusal, Refusal::lease_lost("trial 0 was given to attempt 2"));
        bench.complete(&second, 0.5).expect("the second attempt is untouched");
        assert_eq!(bench.fail(&first, EndReason::NoLoss), Ok(DUPLICATE_REQUEUED));
    }

    #[test]
    fn a_late_failure_changes_nothing() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.expire();
        let late = Reply::Ended { duplicate: true, late: true, requeued: true };
        assert_eq!(bench.fail(&lease, EndReason::ObjectiveError), Ok(late));
        assert_eq!(bench.changes, []);
        assert_eq!((bench.trial(0).failures, bench.trial(0).losses), (0, 1));
    }

    #[test]
    fn message_and_output_are_cut_to_size() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        let command = FailTrial {
            lease,
            reason: EndReason::ObjectiveError,
            message: "é".repeat(4_000),
            output: format!("gone{}", "z".repeat(65_536)),
            result: TrialResult::default(),
        };
        bench.tell(Command::Fail(command)).expect("failed");
        let outcome = bench.trial(0).outcome.as_ref().expect("ended");
        assert_eq!(outcome.message, "é".repeat(2_048));
        let kept = Change::OutputKept { trial: TrialNumber(0), attempt: 1, output: "z".repeat(65_536) };
        assert!(bench.changes.contains(&kept));
    }

    #[test]
    fn an_ending_study_retries_nothing() {
        let mut bench = Bench::new(|spec| spec.retry.max_failures = 5);
        let (failing, leaving) = (bench.lease(), bench.lease());
        bench.tell(Command::Stop(StopStudy { cancel_running: false })).expect("stopping");
        assert_eq!(bench.fail(&failing, EndReason::NoLoss), Ok(ENDED));
        assert_eq!(bench.state(0), TrialState::Failed);
        assert_eq!(bench.fail(&leaving, EndReason::Preempted), Ok(ENDED));
        let trial = bench.trial(1);
        assert_eq!(trial.state, TrialState::Cancelled);
        assert_eq!(trial.outcome.as_ref().and_then(|outcome| outcome.reason), Some(EndReason::StudyEnded));
        assert_eq!(bench.fail(&leaving, EndReason::Preempted).map_err(|refusal| refusal.code), Ok(DUPLICATE));
        assert!(matches!(bench.study.next(bench.now), Next::Ended(_)));
        assert!(bench.status().is_terminal());
    }

    #[test]
    fn a_failure_of_a_trial_that_is_gone_is_refused() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.complete(&lease, 0.5).expect("completed");
        let refusal = bench.fail(&lease, EndReason::NoLoss).expect_err("it has ended");
        assert_eq!(refusal.code, Code::Conflict);
    }
}
