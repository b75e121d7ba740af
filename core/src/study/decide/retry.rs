//! Retry: an ended trial's point is tried once more, as a new trial.

use super::super::{Decision, Origin, Reply, Study, Trial, TrialNumber};
use super::draft::Draft;
use super::{enqueue, lease};
use crate::{Refusal, Timestamp};

pub(super) fn decide(
    study: &Study,
    number: TrialNumber,
    request_id: Option<&str>,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let same = |trial: &Trial| trial.origin == Origin::RetryOf(number);
    if let Some(known) = enqueue::sent_before(study, request_id, same)? {
        return Ok(Draft::new(study, now).finish(Reply::Enqueued(known.number)));
    }
    let Some(ended) = study.trial(number) else {
        return Err(Refusal::not_found(format!("there is no trial {number}")));
    };
    if !ended.state.is_terminal() {
        let state = ended.state.as_str();
        let message = format!("trial {number} is `{state}`; only an ended trial can be tried once more");
        return Err(Refusal::conflict(message));
    }
    let draft = Draft::new(study, now);
    draft.check_takes_trials()?;
    let trial = Trial {
        fixed: ended.fixed.clone(),
        point: ended.point.clone(),
        request_id: request_id.map(str::to_owned),
        ..lease::new(study, study.next_number(), Origin::RetryOf(number), now)
    };
    Ok(enqueue::put(draft, trial))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{Bench, x};
    use super::super::super::{CancelTrial, Command, EndReason, Next, TrialState};
    use super::*;
    use crate::Code;

    fn retry(trial: u64, request_id: Option<&str>) -> Command {
        Command::Retry { trial: TrialNumber(trial), request_id: request_id.map(str::to_owned) }
    }

    #[test]
    fn an_ended_trials_point_is_queued_as_a_new_trial() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.fail(&lease, EndReason::NoLoss).expect("failed");
        assert_eq!(bench.tell(retry(0, Some("r"))), Ok(Reply::Enqueued(TrialNumber(1))));
        let trial = bench.trial(1);
        assert_eq!((trial.origin, trial.state), (Origin::RetryOf(TrialNumber(0)), TrialState::Queued));
        assert_eq!((&trial.point, trial.attempt), (&bench.trial(0).point, 0));
        assert_eq!(bench.state(0), TrialState::Failed);
        let expected = Next::Queued { trial: TrialNumber(1), needs_point: false };
        assert_eq!(bench.study.next(bench.now), expected);
        assert_eq!(bench.tell(retry(0, Some("r"))), Ok(Reply::Enqueued(TrialNumber(1))));
        assert_eq!(bench.changes, []);
        assert_eq!(bench.refused(retry(1, Some("r"))).0, Code::Conflict);
    }

    #[test]
    fn a_trial_cancelled_before_it_ran_keeps_what_was_fixed() {
        let mut bench = Bench::new(|_| ());
        bench.enqueue(x(0.5));
        bench.tell(Command::Cancel(CancelTrial { trial: TrialNumber(0) })).expect("cancelled");
        bench.tell(retry(0, None)).expect("queued");
        assert_eq!((&bench.trial(1).fixed, &bench.trial(1).point), (&x(0.5), &None));
    }

    #[test]
    fn it_needs_an_ended_trial_and_room_in_the_budget() {
        let mut bench = Bench::new(|spec| spec.budget.max_trials = Some(2));
        assert_eq!(bench.refused(retry(0, None)), (Code::NotFound, "there is no trial 0".to_owned()));
        let first = bench.lease();
        let text = "trial 0 is `running`; only an ended trial can be tried once more";
        assert_eq!(bench.refused(retry(0, None)), (Code::Conflict, text.to_owned()));
        bench.lease();
        bench.complete(&first, 0.5).expect("completed");
        let refusal = bench.tell(retry(0, None)).expect_err("the budget is spent");
        assert_eq!((refusal.code, refusal.hint.is_some()), (Code::Closed, true));
    }
}
