//! Stop: a person ends the study. What is queued never runs; what runs finishes first, or is cancelled.

use super::super::{Decision, EndCause, EndReason, Status, StopStudy, Study, TrialState};
use super::draft::Draft;
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: StopStudy, now: Timestamp) -> Result<Decision, Refusal> {
    let mut draft = Draft::new(study, now);
    if study.header().status == Status::Stopped {
        return Ok(draft.finish_with_study());
    }
    draft.check_alive()?;
    if draft.header().may_lease() {
        draft.close(EndCause::Stopped);
    }
    if command.cancel_running {
        for number in draft.in_state(TrialState::Running) {
            draft.cancel(number, EndReason::StudyEnded);
        }
    }
    draft.settle();
    Ok(draft.finish_with_study())
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{Bench, x};
    use super::super::super::{Command, Effect, Reply};
    use super::*;
    use crate::Code;

    const GENTLY: Command = Command::Stop(StopStudy { cancel_running: false });
    const AT_ONCE: Command = Command::Stop(StopStudy { cancel_running: true });

    #[test]
    fn what_is_queued_is_cancelled_and_what_runs_finishes_and_counts() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.enqueue(x(0.5));
        bench.tell(GENTLY).expect("stopping");
        assert_eq!((bench.state(0), bench.state(1)), (TrialState::Running, TrialState::Cancelled));
        let reason = bench.trial(1).outcome.as_ref().and_then(|outcome| outcome.reason);
        assert_eq!(reason, Some(EndReason::StudyEnded));
        assert_eq!((bench.status(), bench.study.header().ended_at), (Status::Active, None));
        assert_eq!(bench.study.header().closing, Some(EndCause::Stopped));
        bench.pass(5);
        bench.complete(&lease, 0.5).expect("it counts");
        assert_eq!((bench.status(), bench.study.header().ended_at), (Status::Stopped, Some(bench.now)));
        assert_eq!(bench.study.counts().completed, 1);
        assert!(!bench.effects.contains(&Effect::OfferWork));
    }

    #[test]
    fn running_trials_are_revoked_if_asked_also_later() {
        let mut bench = Bench::new(|_| ());
        bench.lease();
        bench.lease();
        bench.tell(GENTLY).expect("stopping");
        let Ok(Reply::Study(header)) = bench.tell(AT_ONCE) else { panic!("stopped") };
        assert_eq!(header.status, Status::Stopped);
        assert_eq!(*header, *bench.study.header());
        let revoked = bench.effects.iter().filter(|effect| matches!(effect, Effect::Revoke { .. }));
        assert_eq!(revoked.count(), 2);
        assert_eq!(bench.study.counts().cancelled, 2);
        bench.tell(AT_ONCE).expect("idempotent");
        assert_eq!(bench.changes, []);
    }

    #[test]
    fn an_exhausted_study_that_still_leases_can_be_stopped() {
        let mut bench = Bench::new(|_| ());
        bench.enqueue(x(0.5));
        bench.tell(Command::Exhaust).expect("exhausted");
        bench.tell(GENTLY).expect("stopped");
        assert_eq!((bench.status(), bench.state(0)), (Status::Stopped, TrialState::Cancelled));
    }

    #[test]
    fn a_completed_study_stays_completed() {
        let mut bench = Bench::new(|spec| spec.budget.max_trials = Some(1));
        let lease = bench.lease();
        bench.complete(&lease, 0.5).expect("completed");
        let closed = (Code::Closed, "the study has ended as `completed`".to_owned());
        assert_eq!(bench.refused(GENTLY), closed);
    }
}
