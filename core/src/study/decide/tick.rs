//! Tick: time has passed. Lost leases end, backoffs are over, the study's time may be up.

use super::super::{Change, Decision, EndReason, Reply, Study, TrialNumber};
use super::draft::Draft;
use crate::Timestamp;

pub(super) fn decide(study: &Study, now: Timestamp) -> Decision {
    let mut draft = Draft::new(study, now);
    for (_, trial) in study.index.backoffs_over(now) {
        draft.push(Change::BackoffEnded { trial });
    }
    let expired: Vec<TrialNumber> = study.index.expired(now).collect();
    for number in expired {
        draft.lose(number, EndReason::LeaseExpired, "", None);
    }
    draft.settle();
    draft.finish(Reply::Ticked)
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{Bench, worker, xy};
    use super::super::super::{Command, Effect, EndCause, Next, Status, Transition, TrialState};
    use super::*;

    #[test]
    fn a_lost_lease_is_queued_again_until_the_budget_is_spent() {
        let mut bench = Bench::new(|spec| spec.retry.max_losses = 1);
        let first = bench.lease();
        bench.pass(29_999);
        bench.tick();
        assert_eq!(bench.changes, []);
        bench.pass(1);
        bench.tick();
        assert_eq!(bench.transitions(), [(0, Transition::Requeued(EndReason::LeaseExpired))]);
        assert!(bench.effects.contains(&Effect::Revoke { lessee: worker("w1"), lease: first }));
        assert!(bench.effects.contains(&Effect::OfferWork));
        let trial = bench.trial(0);
        assert_eq!((trial.losses, trial.failures), (1, 0));
        assert!(trial.not_before.is_some_and(|until| until > bench.now));
        assert_eq!(trial.attempts[0].reason, Some(EndReason::LeaseExpired));
        bench.pass(1_000);
        assert_eq!(bench.lease().attempt, 2);
        bench.expire();
        let trial = bench.trial(0);
        assert_eq!((trial.state, trial.losses), (TrialState::Failed, 2));
        let outcome = trial.outcome.as_ref().expect("ended");
        assert_eq!((outcome.reason, outcome.attempt), (Some(EndReason::LeaseExpired), None));
        assert!(bench.effects.contains(&Effect::Observe(TrialNumber(0))));
    }

    #[test]
    fn after_a_restart_every_lease_gets_a_full_period() {
        let mut bench = Bench::new(|_| ());
        bench.lease();
        bench.pass(300_000);
        bench.reload();
        bench.tick();
        assert_eq!(bench.state(0), TrialState::Running);
        assert_eq!(bench.study.next_timer(), Some(bench.now.plus_millis(30_000)));
        bench.expire();
        assert_eq!(bench.state(0), TrialState::Queued);
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_backoff_longer_than_the_longest() {
        let mut bench = Bench::new(|_| ());
        bench.lease();
        bench.expire();
        bench.now = Timestamp(bench.now.as_millis() - 900_000);
        bench.reload();
        let longest = bench.study.header().spec.retry.backoff_max_ms;
        assert_eq!(bench.trial(0).not_before, Some(bench.now.plus_millis(longest)));
        assert_eq!(bench.study.next_timer(), Some(bench.now.plus_millis(longest)));
        bench.pass(longest);
        assert_eq!(bench.lease().attempt, 2);
    }

    #[test]
    fn the_studys_time_runs_from_the_first_lease_pauses_included() {
        let mut bench = Bench::new(|spec| spec.budget.timeout_ms = Some(20_000));
        assert_eq!(bench.study.next_timer(), None);
        bench.pass(100_000);
        let lease = bench.lease();
        assert_eq!(bench.study.next_timer(), Some(bench.now.plus_millis(20_000)));
        bench.enqueue(xy(0.5, 5));
        bench.tell(Command::Pause).expect("paused");
        bench.pass(20_000);
        assert_eq!(bench.study.next(bench.now), Next::Ended(EndCause::Timeout));
        bench.tick();
        assert_eq!(bench.study.header().closing, Some(EndCause::Timeout));
        assert_eq!((bench.state(0), bench.state(1)), (TrialState::Running, TrialState::Cancelled));
        assert_eq!(bench.study.next_timer(), Some(bench.now.plus_millis(10_000)));
        bench.complete(&lease, 0.5).expect("it counts");
        assert_eq!((bench.status(), bench.study.counts().completed), (Status::Completed, 1));
        assert_eq!(bench.study.next_timer(), None);
    }

    #[test]
    fn a_trial_lost_while_the_study_ends_fails() {
        let mut bench = Bench::new(|spec| spec.budget.timeout_ms = Some(10_000));
        bench.lease();
        bench.pass(10_000);
        bench.tick();
        bench.expire();
        assert_eq!((bench.state(0), bench.status()), (TrialState::Failed, Status::Completed));
    }

    #[test]
    fn losses_that_fail_the_study_cancel_what_the_same_tick_queued_again() {
        let mut bench = Bench::new(|spec| {
            spec.retry.max_losses = 1;
            spec.budget.max_failed = Some(0);
        });
        bench.lease();
        bench.expire();
        bench.lease();
        bench.pass(1_000);
        assert_eq!(bench.lease().trial, TrialNumber(0));
        bench.expire();
        assert_eq!((bench.state(0), bench.state(1)), (TrialState::Failed, TrialState::Cancelled));
        assert_eq!(
            (bench.status(), bench.study.header().closing),
            (Status::Failed, Some(EndCause::MaxFailed))
        );
        let counts = bench.study.counts();
        bench.reload();
        assert_eq!(bench.study.counts(), counts);
    }
}
