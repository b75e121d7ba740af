//! Exhaust: the suggester has nothing left to propose. What is queued or running goes on; then the study is over.

use super::super::{Decision, EndCause, EndReason, Study, TrialState};
use super::draft::Draft;
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, now: Timestamp) -> Result<Decision, Refusal> {
    let mut draft = Draft::new(study, now);
    draft.check_alive()?;
    match draft.header().closing {
        None => draft.close(EndCause::SpaceExhausted),
        // Asked once more, for a queued trial that is fixed in part: nothing will ever complete its point.
        Some(EndCause::SpaceExhausted) => {
            for number in draft.in_state(TrialState::Queued) {
                if draft.trial(number).is_some_and(|trial| trial.point.is_none()) {
                    draft.cancel(number, EndReason::StudyEnded);
                }
            }
        }
        Some(_) => {}
    }
    draft.settle();
    Ok(draft.finish_with_study())
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{Bench, DUPLICATE, x, xy};
    use super::super::super::{Command, Next, Status, TrialNumber, Waiting};
    use super::*;
    use crate::Code;

    #[test]
    fn a_study_with_nothing_left_is_complete() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.tell(Command::Exhaust).expect("exhausted");
        assert_eq!(bench.study.header().closing, Some(EndCause::SpaceExhausted));
        let waits = Next::Wait { why: Waiting::BudgetInFlight, until: None };
        assert_eq!(bench.study.next(bench.now), waits);
        bench.complete(&lease, 0.5).expect("completed");
        assert_eq!(bench.status(), Status::Completed);
        assert_eq!(bench.study.next(bench.now), Next::Ended(EndCause::SpaceExhausted));
        assert_eq!(bench.complete(&lease, 0.5), Ok(DUPLICATE));
        assert_eq!(bench.refused(Command::Exhaust).0, Code::Closed);
    }

    #[test]
    fn what_is_queued_or_given_back_still_runs() {
        let mut bench = Bench::new(|_| ());
        let lost = bench.lease();
        bench.enqueue(xy(0.5, 5));
        bench.tell(Command::Exhaust).expect("exhausted");
        bench.fail(&lost, EndReason::Preempted).expect("given back");
        for number in [0, 1] {
            let lease = bench.lease();
            assert_eq!(lease.trial, TrialNumber(number));
            bench.complete(&lease, 0.5).expect("completed");
        }
        assert_eq!((bench.status(), bench.study.counts().completed), (Status::Completed, 2));
    }

    #[test]
    fn asked_again_it_drops_what_nobody_can_complete() {
        let mut bench = Bench::new(|_| ());
        bench.enqueue(x(0.5));
        bench.tell(Command::Exhaust).expect("exhausted");
        assert_eq!(bench.state(0), TrialState::Queued);
        bench.tell(Command::Exhaust).expect("exhausted");
        assert_eq!((bench.state(0), bench.status()), (TrialState::Cancelled, Status::Completed));
    }
}
