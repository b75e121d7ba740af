//! Enqueue: a person has a point tried.

use super::super::{Decision, EnqueueTrial, Origin, Reply, Study, Transition, Trial};
use super::draft::Draft;
use super::{lease, limits};
use crate::suggest::Algorithm;
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: &EnqueueTrial, now: Timestamp) -> Result<Decision, Refusal> {
    let same = |trial: &Trial| trial.origin == Origin::Enqueued && trial.fixed == command.fixed;
    if let Some(known) = sent_before(study, command.request_id.as_deref(), same)? {
        return Ok(Draft::new(study, now).finish(Reply::Enqueued(known.number)));
    }
    let draft = Draft::new(study, now);
    draft.check_takes_trials()?;
    let space = &study.header().spec.space;
    space.check_partial(&command.fixed).map_err(|refusal| refusal.within("fixed"))?;
    let full = space.check(&command.fixed);
    if study.header().spec.algorithm == Algorithm::External {
        let hint = "the study's algorithm is `external`: nobody fills in what is left open";
        full.clone().map_err(|refusal| refusal.within("fixed").with_hint(hint))?;
    }
    let is_full = full.is_ok();
    let trial = Trial {
        fixed: command.fixed.clone(),
        point: is_full.then(|| command.fixed.clone()),
        request_id: command.request_id.clone(),
        ..lease::new(study, study.next_number(), Origin::Enqueued, now)
    };
    Ok(put(draft, trial))
}

/// The decision to queue a new trial.
pub(super) fn put(mut draft: Draft<'_>, trial: Trial) -> Decision {
    let number = trial.number;
    draft.put(trial, Transition::Enqueued);
    draft.settle();
    draft.finish(Reply::Enqueued(number))
}

/// The trial that this request made when it was sent before.
///
/// # Errors
/// `conflict` if the request asked for something else then.
pub(super) fn sent_before<'a>(
    study: &'a Study,
    request_id: Option<&str>,
    same: impl FnOnce(&Trial) -> bool,
) -> Result<Option<&'a Trial>, Refusal> {
    let Some(request_id) = request_id else { return Ok(None) };
    limits::check_key("request_id", request_id)?;
    match study.index.requested(request_id).and_then(|number| study.trial(number)) {
        None => Ok(None),
        Some(known) if same(known) => Ok(Some(known)),
        Some(known) => {
            let message =
                format!("request `{request_id}` was used for trial {}, with other content", known.number);
            Err(Refusal::conflict(message).with_hint("use a new `request_id` for a new request"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{Bench, x, xy};
    use super::super::super::{
        CancelTrial, Command, Effect, EndCause, EndReason, Next, StopStudy, TrialNumber, TrialState, Waiting,
    };
    use super::*;
    use crate::Code;
    use crate::space::{ParamValue, Point};

    fn enqueue(fixed: Point, request_id: Option<&str>) -> Command {
        Command::Enqueue(EnqueueTrial { fixed, request_id: request_id.map(str::to_owned) })
    }

    #[test]
    fn a_full_point_needs_no_suggester_a_partial_one_does() {
        let mut bench = Bench::new(|_| ());
        assert_eq!(bench.enqueue(x(0.5)), TrialNumber(0));
        assert!(bench.effects.contains(&Effect::OfferWork));
        assert_eq!(bench.enqueue(xy(0.5, 5)), TrialNumber(1));
        assert_eq!((bench.trial(0).point.as_ref(), &bench.trial(0).fixed), (None, &x(0.5)));
        assert_eq!(bench.trial(1).point, Some(xy(0.5, 5)));
        assert_eq!((bench.trial(1).origin, bench.trial(1).attempt), (Origin::Enqueued, 0));
        assert_eq!(bench.state(0), TrialState::Queued);
        let expected = Next::Queued { trial: TrialNumber(0), needs_point: true };
        assert_eq!(bench.study.next(bench.now), expected);
        assert_eq!(bench.study.header().started_at, None);
    }

    #[test]
    fn an_external_study_leases_what_is_enqueued_and_nothing_else() {
        let mut bench = Bench::new(|spec| {
            spec.algorithm = Algorithm::External;
            spec.budget.max_trials = Some(3);
            spec.retry.max_failures = 1;
        });
        let nothing = Next::Wait { why: Waiting::NothingQueued, until: None };
        assert_eq!(bench.study.next(bench.now), nothing);
        let (code, text) = bench.refused(enqueue(x(0.5), None));
        assert_eq!(code, Code::Invalid);
        assert!(text.starts_with("fixed.y: "), "{text}");
        bench.enqueue(xy(0.5, 5));
        assert!(bench.effects.contains(&Effect::OfferWork));
        let mut command = bench.lease_next();
        let first = bench.lease();
        assert_eq!((first.trial, bench.study.next(bench.now)), (TrialNumber(0), nothing.clone()));
        command.trial = TrialNumber(1);
        command.point = Some(xy(0.25, 1));
        let refusal = bench.tell(Command::Lease(command)).expect_err("nothing is enqueued");
        assert_eq!((refusal.code, refusal.retry_after_ms.is_some()), (Code::Exhausted, true));
        assert_eq!(refusal.message, "no trial is enqueued, and the study's algorithm is `external`");

        bench.fail(&first, EndReason::NoLoss).expect("failed, and tried again");
        assert!(matches!(bench.study.next(bench.now), Next::Wait { why: Waiting::Backoff, until: Some(_) }));
        bench.pass(60_000);
        let again = bench.lease();
        bench.complete(&again, 0.5).expect("completed");
        bench.enqueue(xy(0.5, 5));
        bench.enqueue(xy(0.5, 6));
        for _ in 0..2 {
            let lease = bench.lease();
            bench.complete(&lease, 0.5).expect("completed");
        }
        assert_eq!(bench.study.next(bench.now), Next::Ended(EndCause::MaxTrials));
    }

    #[test]
    fn a_request_sent_twice_makes_one_trial() {
        let mut bench = Bench::new(|_| ());
        let command = enqueue(x(0.5), Some("r1"));
        assert_eq!(bench.tell(command.clone()), Ok(Reply::Enqueued(TrialNumber(0))));
        bench.reload();
        assert_eq!(bench.tell(command.clone()), Ok(Reply::Enqueued(TrialNumber(0))));
        assert_eq!(bench.changes, []);
        bench.tell(Command::Stop(StopStudy { cancel_running: true })).expect("stopped");
        assert_eq!(bench.tell(command), Ok(Reply::Enqueued(TrialNumber(0))));
        let text = "request `r1` was used for trial 0, with other content";
        assert_eq!(bench.refused(enqueue(x(0.25), Some("r1"))), (Code::Conflict, text.to_owned()));
    }

    #[test]
    fn it_counts_toward_the_budget_and_cancelled_ones_do_not() {
        let mut bench = Bench::new(|spec| spec.budget.max_trials = Some(2));
        bench.enqueue(x(0.5));
        bench.enqueue(x(0.5));
        let refusal = bench.tell(enqueue(x(0.5), None)).expect_err("the budget is spent");
        assert_eq!(refusal.code, Code::Closed);
        assert_eq!(refusal.message, "all 2 trials of the study's budget exist already");
        assert_eq!(refusal.hint.as_deref(), Some("raise `budget.max_trials`"));
        bench.tell(Command::Cancel(CancelTrial { trial: TrialNumber(0) })).expect("cancelled");
        assert_eq!(bench.enqueue(x(0.5)), TrialNumber(2));
    }

    #[test]
    fn a_point_outside_the_space_is_refused_by_its_label() {
        let mut bench = Bench::new(|_| ());
        let (code, text) = bench.refused(enqueue(xy(0.5, 10), None));
        assert_eq!(code, Code::Invalid);
        assert!(text.starts_with("fixed.y: "), "{text}");
        let mut unknown = x(0.5);
        unknown.set("z", ParamValue::Int(1));
        assert_eq!(bench.refused(enqueue(unknown, None)).0, Code::Invalid);
        assert_eq!(bench.study.trials().count(), 0);
    }

    #[test]
    fn a_paused_study_takes_trials_an_ending_or_ended_one_does_not() {
        let mut bench = Bench::new(|_| ());
        bench.lease();
        bench.tell(Command::Pause).expect("paused");
        bench.enqueue(x(0.5));
        bench.tell(Command::Stop(StopStudy { cancel_running: false })).expect("stopping");
        let text = "the study is ending for `stopped`";
        assert_eq!(bench.refused(enqueue(x(0.5), None)), (Code::Closed, text.to_owned()));
        bench.tell(Command::Stop(StopStudy { cancel_running: true })).expect("stopped");
        let text = "the study has ended as `stopped`";
        assert_eq!(bench.refused(enqueue(x(0.5), None)), (Code::Closed, text.to_owned()));
    }
}
