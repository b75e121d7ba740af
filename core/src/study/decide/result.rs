//! A result that a lease brings: the part that Complete and Prune share.

use std::collections::BTreeMap;

use super::super::{
    Change, Decision, EndReason, LeaseRef, Outcome, Reply, Study, Told, Transition, TrialNumber, TrialResult,
    TrialState,
};
use super::draft::Draft;
use super::limits;
use super::standing::{Standing, conflict, too_late};
use crate::{Refusal, Timestamp};

/// What was measured, and how the trial ended with it.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) lease: &'a LeaseRef,
    pub(super) loss: Option<f64>,
    pub(super) metrics: &'a BTreeMap<String, f64>,
    pub(super) output: &'a str,
    pub(super) result: &'a TrialResult,
    /// `Completed` or `Pruned`.
    pub(super) transition: Transition,
    pub(super) state: TrialState,
}

/// Counts the result exactly once: from the valid lease, or from a lost one while nobody else has the trial.
pub(super) fn decide(study: &Study, found: &Found<'_>, now: Timestamp) -> Result<Decision, Refusal> {
    found.loss.map_or(Ok(()), limits::check_loss)?;
    limits::check_metrics(found.metrics)?;
    limits::check_result(found.result)?;
    Told::read(found.result)?;
    let mut draft = Draft::new(study, now);
    let (trial, late) = match Standing::of(study, found.lease)? {
        Standing::Holds(trial) => (trial, false),
        Standing::Late(trial, _) => (trial, true),
        Standing::Brought(trial, outcome) => {
            let same = trial.state == found.state
                && outcome.loss == found.loss
                && outcome.metrics == *found.metrics
                && trial.result == *found.result;
            if !same {
                return Err(conflict(trial, found.lease, trial.state.as_str()));
            }
            return Ok(draft.finish(Reply::Ended { duplicate: true, late: outcome.late, requeued: false }));
        }
        Standing::Past(trial, past) => {
            if let Some(reason) = past.reason.filter(|reason| is_own(*reason))
                && past.number == trial.attempt
                && !trial.state.is_terminal()
            {
                return Err(conflict(trial, found.lease, reason.as_str()));
            }
            draft.keep_orphan(trial, found.lease, found.loss);
            return Ok(draft.refuse(too_late(trial, found.lease)));
        }
    };
    draft.keep_output(found.lease, found.output);
    let outcome = Outcome {
        loss: found.loss,
        metrics: found.metrics.clone(),
        attempt: Some(found.lease.attempt),
        lease_id: Some(found.lease.lease.clone()),
        late,
        ..Outcome::default()
    };
    draft.end(trial.clone(), found.transition, outcome, Some(found.result.clone()));
    draft.settle();
    Ok(draft.finish(Reply::Ended { duplicate: false, late, requeued: false }))
}

/// Whether an attempt that ended for this reason was ended by its own lessee's word, not by what happened to it.
const fn is_own(reason: EndReason) -> bool {
    !matches!(
        reason,
        EndReason::LeaseExpired | EndReason::Preempted | EndReason::UserCancelled | EndReason::StudyEnded
    )
}

impl Draft<'_> {
    /// Keeps the end of what an attempt printed beside its trial.
    pub(super) fn keep_output(&mut self, lease: &LeaseRef, output: &str) {
        if !output.is_empty() {
            let (trial, attempt): (TrialNumber, u32) = (lease.trial, lease.attempt);
            let output = limits::output_tail(output).to_owned();
            self.push(Change::OutputKept { trial, attempt, output });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{Bench, DUPLICATE, ENDED, REQUEUED, complete, fail};
    use super::super::super::{
        CancelTrial, Command, CompleteTrial, Effect, FailTrial, Orphan, PruneTrial, Transition, TrialNumber,
    };
    use super::*;
    use crate::Code;

    fn prune(lease: &LeaseRef, loss: Option<f64>) -> Command {
        let (metrics, output, result) = (BTreeMap::new(), String::new(), TrialResult::default());
        Command::Prune(PruneTrial { lease: lease.clone(), loss, metrics, output, result })
    }

    #[test]
    fn a_result_ends_the_trial_and_is_observed() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.pass(5);
        let metrics = BTreeMap::from([("accuracy".to_owned(), 0.75)]);
        let output = "epoch 1\n".to_owned();
        let command = CompleteTrial {
            lease: lease.clone(),
            loss: 0.25,
            metrics: metrics.clone(),
            output: output.clone(),
            result: TrialResult::default(),
        };
        assert_eq!(bench.tell(Command::Complete(command)), Ok(ENDED));
        let trial = bench.trial(0);
        assert_eq!((trial.state, trial.ended_at), (TrialState::Completed, Some(bench.now)));
        assert_eq!((trial.rev, &trial.lease), (bench.study.version(), &None));
        let expected = Outcome {
            loss: Some(0.25),
            metrics,
            attempt: Some(1),
            lease_id: Some(lease.lease),
            ..Outcome::default()
        };
        assert_eq!(trial.outcome, Some(expected));
        assert_eq!(trial.attempts.len(), 1);
        assert_eq!(trial.attempts[0].reason, None);
        let kept = Change::OutputKept { trial: TrialNumber(0), attempt: 1, output };
        assert!(bench.changes.contains(&kept));
        assert!(bench.effects.contains(&Effect::Observe(TrialNumber(0))));
        assert!(bench.effects.contains(&Effect::OfferWork));
        assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Revoke { .. })));
        assert_eq!(bench.study.best().map(|trial| trial.number), Some(TrialNumber(0)));
        assert_eq!(bench.study.next_timer(), None);
    }

    fn told(json: serde_json::Value) -> TrialResult {
        json.as_object().expect("a map").clone()
    }

    #[test]
    fn what_it_told_is_kept_and_part_of_what_makes_it_the_same() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        let with = |result: &TrialResult| {
            let Command::Complete(command) = complete(&lease, 0.25) else { panic!("a completion") };
            Command::Complete(CompleteTrial { result: result.clone(), ..command })
        };
        let result = told(serde_json::json!({"curve": [1.0, 0.1], "classes": {"cat": 3}}));
        assert_eq!(bench.tell(with(&result)), Ok(ENDED));
        assert_eq!(bench.trial(0).result, result);
        bench.reload();
        assert_eq!(bench.tell(with(&result)), Ok(DUPLICATE));
        let other = told(serde_json::json!({"curve": [1.0, 0.1], "classes": {"cat": 3.0}}));
        assert_eq!(bench.refused(with(&other)).0, Code::Conflict);
        assert_eq!(bench.refused(with(&TrialResult::default())).0, Code::Conflict);
        assert_eq!(bench.trial(0).result, result);
    }

    #[test]
    fn the_newest_ended_attempts_result_is_shown_also_while_the_trial_goes_on() {
        let mut bench = Bench::new(|spec| spec.retry.max_failures = 3);
        let failing = |lease: &LeaseRef, line: u32| {
            let Command::Fail(command) = fail(lease, EndReason::ObjectiveError) else { panic!("a failure") };
            Command::Fail(FailTrial { result: told(serde_json::json!({"line": line})), ..command })
        };
        let first = bench.lease();
        assert_eq!(bench.tell(failing(&first, 1)), Ok(REQUEUED));
        assert_eq!(bench.trial(0).result, told(serde_json::json!({"line": 1})));
        let again = Reply::Ended { duplicate: true, late: false, requeued: true };
        assert_eq!(bench.tell(failing(&first, 1)), Ok(again.clone()));
        assert_eq!(bench.refused(failing(&first, 2)).0, Code::Conflict);
        bench.pass(60_000);
        let second = bench.lease();
        assert_eq!(bench.trial(0).result, told(serde_json::json!({"line": 1})));
        assert_eq!(bench.tell(failing(&second, 2)), Ok(REQUEUED));
        assert_eq!(bench.trial(0).result, told(serde_json::json!({"line": 2})));
        assert_eq!(bench.tell(failing(&first, 9)), Ok(again), "of older attempts it is not kept");
        bench.pass(60_000);
        bench.lease();
        bench.expire();
        assert_eq!(bench.trial(0).result, TrialResult::default(), "a lost attempt told nothing");
    }

    #[test]
    fn a_late_result_brings_what_it_told() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.expire();
        let Command::Complete(command) = complete(&lease, 0.25) else { panic!("a completion") };
        let result = told(serde_json::json!({"n": 1}));
        let command = CompleteTrial { result: result.clone(), ..command };
        bench.tell(Command::Complete(command)).expect("it counts");
        assert_eq!((bench.state(0), &bench.trial(0).result), (TrialState::Completed, &result));
    }

    #[test]
    fn the_best_is_the_lowest_loss_and_of_equals_the_first() {
        let mut bench = Bench::new(|_| ());
        let leases: Vec<_> = (0..4).map(|_| bench.lease()).collect();
        for (number, loss, best) in [(2, 0.5, 2), (1, 0.5, 1), (3, 0.5, 1), (0, 0.25, 0)] {
            bench.complete(&leases[number], loss).expect("completed");
            assert_eq!(bench.study.best().map(|trial| trial.number.0), Some(best));
        }
        bench.reload();
        assert_eq!(bench.study.best().map(|trial| trial.number.0), Some(0));
    }

    /// Completes with this loss and these constraints.
    fn constrained(lease: &LeaseRef, loss: f64, constraints: &serde_json::Value) -> Command {
        let result = told(serde_json::json!({"constraints": constraints}));
        let (metrics, output) = (BTreeMap::new(), String::new());
        Command::Complete(CompleteTrial { lease: lease.clone(), loss, metrics, output, result })
    }

    #[test]
    fn the_best_is_feasible() {
        let mut bench = Bench::new(|spec| spec.budget.loss_threshold = Some(0.05));
        let leases: Vec<_> = (0..4).map(|_| bench.lease()).collect();
        let best = |bench: &Bench| bench.study.best().map(|trial| trial.number.0);
        for (at, loss, constraint, expected) in [
            (0, 0.01, 0.5, None),
            (1, 0.5, 0.0, Some(1)),
            (2, 0.25, 1e-300, Some(1)),
            (3, 0.375, -1.0, Some(3)),
        ] {
            bench
                .tell(constrained(&leases[at], loss, &serde_json::json!([-3, constraint])))
                .expect("completed");
            assert_eq!(best(&bench), expected);
            assert!(bench.effects.contains(&Effect::Observe(TrialNumber(at as u64))));
        }
        let steps = [(TrialNumber(1), 0.5), (TrialNumber(3), 0.375)];
        assert_eq!(bench.study.improvements().collect::<Vec<_>>(), steps);
        assert_eq!(
            bench.study.header().closing,
            None,
            "a threshold is not reached where constraints are not met"
        );
        bench.reload();
        assert_eq!(best(&bench), Some(3));
        let last = bench.lease();
        bench.tell(constrained(&last, 0.05, &serde_json::json!([]))).expect("completed");
        assert_eq!(bench.study.header().closing, Some(super::super::super::EndCause::LossThreshold));
    }

    #[test]
    fn malformed_figures_change_nothing_unless_the_trial_failed() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        let before = bench.trial(0).clone();
        let refusal =
            bench.tell(constrained(&lease, 0.5, &serde_json::json!([0, "x"]))).expect_err("refused");
        assert_eq!((refusal.code, refusal.field.as_deref()), (Code::Invalid, Some("result.constraints.1")));
        let odd = told(serde_json::json!({"loss_variance": -1}));
        let Command::Prune(command) = prune(&lease, Some(0.5)) else { panic!("a pruning") };
        let refusal =
            bench.tell(Command::Prune(PruneTrial { result: odd.clone(), ..command })).expect_err("refused");
        assert_eq!(refusal.field.as_deref(), Some("result.loss_variance"));
        assert_eq!(*bench.trial(0), before);
        let Command::Fail(command) = fail(&lease, EndReason::NoLoss) else { panic!("a failure") };
        bench
            .tell(Command::Fail(FailTrial { result: odd, ..command }))
            .expect("what failed is told as it is");
        assert_eq!(bench.state(0), TrialState::Failed);
    }

    #[test]
    fn the_same_again_is_fine_and_another_result_a_conflict() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.complete(&lease, 0.25).expect("completed");
        let before = bench.trial(0).clone();
        assert_eq!(bench.complete(&lease, 0.25), Ok(DUPLICATE));
        assert_eq!(bench.changes, []);
        let text = "attempt 1 of trial 0 has already ended as `completed`";
        let conflict = (Code::Conflict, text.to_owned());
        assert_eq!(bench.refused(complete(&lease, 0.5)), conflict);
        assert_eq!(bench.refused(prune(&lease, Some(0.25))), conflict);
        assert_eq!(
            bench.fail(&lease, EndReason::NoLoss).map_err(|refusal| refusal.code),
            Err(Code::Conflict)
        );
        assert_eq!(*bench.trial(0), before);
        assert_eq!(bench.study.counts().completed, 1);
    }

    #[test]
    fn a_pruned_trial_keeps_its_last_loss_but_is_never_best() {
        let mut bench = Bench::new(|_| ());
        let (first, second) = (bench.lease(), bench.lease());
        assert_eq!(bench.tell(prune(&first, Some(0.1))), Ok(ENDED));
        assert!(bench.effects.contains(&Effect::Observe(TrialNumber(0))));
        assert_eq!(bench.tell(prune(&first, Some(0.1))), Ok(DUPLICATE));
        assert_eq!(bench.tell(prune(&second, None)), Ok(ENDED));
        assert_eq!(bench.study.counts().pruned, 2);
        assert_eq!(bench.trial(0).outcome.as_ref().and_then(|outcome| outcome.loss), Some(0.1));
        assert_eq!(bench.study.best(), None);
        assert_eq!(bench.refused(prune(&first, Some(f64::NAN))).0, Code::Invalid);
    }

    #[test]
    fn a_late_result_counts_while_nobody_else_has_the_trial() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.expire();
        assert_eq!(bench.state(0), TrialState::Queued);
        let late = Reply::Ended { duplicate: false, late: true, requeued: false };
        assert_eq!(bench.complete(&lease, 0.5), Ok(late));
        let trial = bench.trial(0);
        assert!(trial.outcome.as_ref().is_some_and(|outcome| outcome.late));
        assert_eq!((trial.state, trial.losses, trial.attempts.len()), (TrialState::Completed, 1, 1));
        assert_eq!(trial.not_before, None);
        let again = Reply::Ended { duplicate: true, late: true, requeued: false };
        assert_eq!(bench.complete(&lease, 0.5), Ok(again));
        assert_eq!(bench.study.next_timer(), None);
        assert_eq!(bench.study.next(bench.now), super::super::super::Next::Fresh(TrialNumber(1)));
    }

    #[test]
    fn an_older_attempts_result_is_kept_but_never_counts() {
        let mut bench = Bench::new(|_| ());
        let old = bench.lease();
        bench.expire();
        bench.pass(60_000);
        let new = bench.lease();
        let lost = (Code::LeaseLost, "trial 0 was given to attempt 2".to_owned());
        assert_eq!(bench.refused(complete(&old, 0.125)), lost);
        assert_eq!(bench.transitions(), [(0, Transition::OrphanKept)]);
        let orphan = Orphan { attempt: 1, lease_id: old.lease.clone(), loss: Some(0.125), at: bench.now };
        assert_eq!(bench.trial(0).orphans, [orphan]);
        bench.pass(1);
        assert_eq!(bench.refused(complete(&old, 0.125)), lost);
        assert_eq!(bench.changes, []);
        bench.tell(Command::Heartbeat(new.clone())).expect("the new lease is untouched");
        assert_eq!(bench.complete(&new, 0.5), Ok(ENDED));
        assert_eq!(bench.refused(complete(&old, 0.25)).0, Code::LeaseLost);
        let trial = bench.trial(0);
        assert_eq!(trial.orphans.len(), 2);
        assert_eq!(trial.outcome.as_ref().and_then(|outcome| outcome.loss), Some(0.5));
        assert_eq!(bench.study.counts().completed, 1);
    }

    #[test]
    fn at_most_eight_orphans_are_kept_the_newest() {
        let mut bench = Bench::new(|_| ());
        let old = bench.lease();
        bench.expire();
        bench.pass(60_000);
        bench.lease();
        for loss in 0..10 {
            bench.refused(complete(&old, f64::from(loss)));
        }
        let losses: Vec<_> = bench.trial(0).orphans.iter().filter_map(|orphan| orphan.loss).collect();
        assert_eq!(losses, [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
    }

    #[test]
    fn a_result_after_a_cancel_finds_the_trial_closed() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.tell(Command::Cancel(CancelTrial { trial: TrialNumber(0) })).expect("cancelled");
        let closed = (Code::Closed, "trial 0 was cancelled".to_owned());
        assert_eq!(bench.refused(complete(&lease, 0.5)), closed);
        assert_eq!(bench.trial(0).orphans.len(), 1);
        assert_eq!(bench.refused(prune(&lease, None)), closed);
        assert_eq!(bench.state(0), TrialState::Cancelled);
        assert_eq!(bench.study.best(), None);
    }

    #[test]
    fn a_result_after_the_same_attempts_failure_is_a_conflict() {
        let mut bench = Bench::new(|spec| spec.retry.max_failures = 1);
        let lease = bench.lease();
        assert_eq!(bench.fail(&lease, EndReason::OutOfMemory), Ok(REQUEUED));
        let text = "attempt 1 of trial 0 has already ended as `out_of_memory`";
        assert_eq!(bench.refused(complete(&lease, 0.5)), (Code::Conflict, text.to_owned()));
    }

    #[test]
    fn a_result_after_the_last_loss_is_kept_but_the_trial_stays_failed() {
        let mut bench = Bench::new(|spec| spec.retry.max_losses = 0);
        let lease = bench.lease();
        bench.expire();
        let lost = (Code::LeaseLost, "trial 0 has failed for `lease_expired`".to_owned());
        assert_eq!(bench.refused(complete(&lease, 0.5)), lost);
        assert_eq!((bench.state(0), bench.trial(0).orphans.len()), (TrialState::Failed, 1));
    }
}
