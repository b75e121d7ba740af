//! Add: a trial that was evaluated elsewhere joins, already ended.

use super::super::{
    AddTrial, Decision, EndCause, EndReason, Origin, Outcome, Reply, Status, Study, Told, Transition, Trial,
    TrialState,
};
use super::draft::Draft;
use super::{enqueue, lease, limits};
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: &AddTrial, now: Timestamp) -> Result<Decision, Refusal> {
    check(command)?;
    let outcome = outcome(command);
    let (state, transition) = match outcome.reason {
        None => (TrialState::Completed, Transition::Completed),
        Some(reason) => (TrialState::Failed, Transition::Failed(reason)),
    };
    let same = |trial: &Trial| {
        trial.origin == Origin::Added
            && trial.point.as_ref() == Some(&command.point)
            && trial.outcome.as_ref() == Some(&outcome)
            && trial.result == command.result
    };
    if let Some(known) = enqueue::sent_before(study, command.request_id.as_deref(), same)? {
        return Ok(Draft::new(study, now).finish(Reply::Added(known.number)));
    }
    let mut draft = Draft::new(study, now);
    draft.check_takes_added()?;
    study.header().spec.space.check(&command.point).map_err(|refusal| refusal.within("point"))?;
    let number = study.next_number();
    let trial = Trial {
        state,
        point: Some(command.point.clone()),
        request_id: command.request_id.clone(),
        result: command.result.clone(),
        outcome: Some(outcome),
        ended_at: Some(now),
        ..lease::new(study, number, Origin::Added, now)
    };
    draft.put(trial, transition);
    draft.settle();
    Ok(draft.finish(Reply::Added(number)))
}

fn check(command: &AddTrial) -> Result<(), Refusal> {
    limits::check_metrics(&command.metrics)?;
    limits::check_result(&command.result)?;
    let Some(loss) = command.loss else { return Ok(()) };
    limits::check_loss(loss)?;
    Told::read(&command.result)?;
    if command.reason.is_some() {
        return Err(Refusal::invalid("reason", "must not be given for a trial with a loss"));
    }
    if !command.message.is_empty() {
        return Err(Refusal::invalid("message", "must not be given for a trial with a loss"));
    }
    Ok(())
}

fn outcome(command: &AddTrial) -> Outcome {
    let failed_for = command.reason.unwrap_or(EndReason::ObjectiveError);
    Outcome {
        loss: command.loss,
        metrics: command.metrics.clone(),
        reason: command.loss.is_none().then_some(failed_for),
        message: limits::message_head(&command.message).to_owned(),
        ..Outcome::default()
    }
}

impl Draft<'_> {
    /// Refuses if a trial that was evaluated elsewhere cannot join: a person ended the study, it has failed, or its
    /// budget is given out. One that has reached its goal or its time still learns from what others found.
    fn check_takes_added(&self) -> Result<(), Refusal> {
        let header = self.header();
        if matches!(header.closing, Some(EndCause::Stopped | EndCause::MaxFailed))
            || matches!(header.status, Status::Stopped | Status::Failed)
        {
            return self.check_takes_trials();
        }
        self.check_has_budget()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::super::fixture::{Bench, x, xy};
    use super::super::super::{
        Command, Effect, Next, NoProgress, StopStudy, TrialNumber, TrialResult, UpdateStudy,
    };
    use super::*;
    use crate::Code;
    use crate::space::Point;

    fn added(point: Point, loss: Option<f64>) -> AddTrial {
        AddTrial {
            point,
            loss,
            metrics: BTreeMap::new(),
            reason: None,
            message: String::new(),
            result: TrialResult::default(),
            request_id: None,
        }
    }

    fn add(point: Point, loss: Option<f64>) -> Command {
        Command::Add(added(point, loss))
    }

    #[test]
    fn what_is_malformed_of_a_result_is_refused_only_beside_a_loss() {
        let mut bench = Bench::new(|_| ());
        let result = TrialResult::from_iter([("constraints".to_owned(), "none".into())]);
        let with = |loss| Command::Add(AddTrial { result: result.clone(), ..added(xy(0.5, 5), loss) });
        let (code, text) = bench.refused(with(Some(0.25)));
        let says = "result.constraints: must be a list of numbers, not `none`";
        assert_eq!((code, text.as_str()), (Code::Invalid, says));
        assert_eq!(bench.study.trials().count(), 0);
        assert_eq!(bench.tell(with(None)), Ok(Reply::Added(TrialNumber(0))));
    }

    #[test]
    fn it_is_there_as_if_it_had_run_here() {
        let mut bench = Bench::new(|spec| spec.budget.max_trials = Some(3));
        bench.lease();
        let result = TrialResult::from_iter([("source".to_owned(), "paper".into())]);
        let metrics = BTreeMap::from([("accuracy".to_owned(), 0.75)]);
        let command = AddTrial { result, metrics, ..added(xy(0.5, 5), Some(0.25)) };
        assert_eq!(bench.tell(Command::Add(command.clone())), Ok(Reply::Added(TrialNumber(1))));
        assert!(bench.effects.contains(&Effect::Observe(TrialNumber(1))));
        let trial = bench.trial(1);
        assert_eq!((trial.state, trial.origin, trial.attempt), (TrialState::Completed, Origin::Added, 0));
        assert_eq!((trial.attempts.len(), &trial.point), (0, &Some(xy(0.5, 5))));
        assert_eq!((&trial.result, trial.ended_at), (&command.result, Some(bench.now)));
        assert_eq!(trial.outcome.as_ref().map(|outcome| &outcome.metrics), Some(&command.metrics));
        assert_eq!(bench.study.best().map(|trial| trial.number), Some(TrialNumber(1)));
        assert_eq!(bench.study.next(bench.now), Next::Fresh(TrialNumber(2)));
        assert_eq!(bench.study.header().started_at, Some(bench.now), "of the lease");
        bench.reload();
        assert_eq!((bench.study.counts().completed, bench.study.counts().running), (1, 1));
    }

    #[test]
    fn one_without_a_loss_has_failed() {
        let mut bench = Bench::new(|spec| spec.budget.max_failed = Some(1));
        bench.tell(add(xy(0.5, 5), None)).expect("added");
        let message = "m".repeat(5_000);
        let reason = Some(EndReason::Timeout);
        let command = AddTrial { reason, message, ..added(xy(0.5, 6), None) };
        bench.tell(Command::Add(command)).expect("added");
        let outcome = |number| bench.trial(number).outcome.clone().expect("ended");
        assert_eq!(
            (bench.state(0), outcome(0).reason),
            (TrialState::Failed, Some(EndReason::ObjectiveError))
        );
        assert_eq!((outcome(1).reason, outcome(1).message.len()), (Some(EndReason::Timeout), 4_096));
        assert_eq!(bench.status(), Status::Failed, "more failed than may");
        let text = "the study has ended as `failed`";
        assert_eq!(bench.refused(add(xy(0.5, 7), Some(0.5))), (Code::Closed, text.to_owned()));
    }

    #[test]
    fn the_same_request_adds_it_once() {
        let mut bench = Bench::new(|_| ());
        let with = |loss| AddTrial { request_id: Some("r1".to_owned()), ..added(xy(0.5, 5), Some(loss)) };
        assert_eq!(bench.tell(Command::Add(with(0.5))), Ok(Reply::Added(TrialNumber(0))));
        bench.reload();
        assert_eq!(bench.tell(Command::Add(with(0.5))), Ok(Reply::Added(TrialNumber(0))));
        assert_eq!(bench.changes, []);
        bench.tell(Command::Stop(StopStudy { cancel_running: true })).expect("stopped");
        assert_eq!(bench.tell(Command::Add(with(0.5))), Ok(Reply::Added(TrialNumber(0))));
        let told = TrialResult::from_iter([("n".to_owned(), 1.into())]);
        let text = "request `r1` was used for trial 0, with other content";
        for other in
            [with(0.25), AddTrial { point: xy(0.5, 6), ..with(0.5) }, AddTrial { result: told, ..with(0.5) }]
        {
            assert_eq!(bench.refused(Command::Add(other)), (Code::Conflict, text.to_owned()));
        }
    }

    #[test]
    fn it_meets_budgets_and_stop_rules_as_any_other() {
        let mut bench = Bench::new(|spec| spec.budget.max_trials = Some(2));
        bench.tell(add(xy(0.5, 5), Some(0.5))).expect("added");
        bench.tell(add(xy(0.5, 6), Some(0.25))).expect("added");
        assert_eq!((bench.status(), bench.study.counts().completed), (Status::Completed, 2));
        let refusal = bench.tell(add(xy(0.5, 7), Some(0.5))).expect_err("the budget is spent");
        assert_eq!(
            (refusal.code, refusal.hint.as_deref()),
            (Code::Closed, Some("raise `budget.max_trials`"))
        );
        let update = UpdateStudy { max_trials: Some(Some(3)), ..UpdateStudy::default() };
        bench.tell(Command::Update(update)).expect("reopened");
        bench.tell(add(xy(0.5, 7), Some(0.5))).expect("added");

        let mut bench = Bench::new(|spec| spec.budget.loss_threshold = Some(0.1));
        bench.tell(add(xy(0.5, 5), Some(0.05))).expect("added");
        assert_eq!(bench.study.header().closing, Some(EndCause::LossThreshold));
        bench.tell(add(xy(0.5, 6), Some(0.01))).expect("a completed study still learns");
        assert_eq!(bench.study.best().map(|trial| trial.number), Some(TrialNumber(1)));
        assert_eq!(bench.status(), Status::Completed);

        let rule = NoProgress { trials: 2, percent: 0.0 };
        let mut bench = Bench::new(|spec| spec.budget.no_progress = Some(rule));
        for loss in [0.5, 0.6, 0.7] {
            assert_eq!(bench.status(), Status::Active);
            bench.tell(add(xy(0.5, 5), Some(loss))).expect("added");
        }
        assert_eq!(bench.study.header().closing, Some(EndCause::NoProgress));
    }

    #[test]
    fn what_is_wrong_is_refused_and_a_paused_study_takes_it() {
        let mut bench = Bench::new(|_| ());
        bench.tell(Command::Pause).expect("paused");
        let (code, text) = bench.refused(add(x(0.5), Some(0.5)));
        assert_eq!(code, Code::Invalid);
        assert!(text.starts_with("point.y: "), "{text}");
        let text = "loss: must be a finite number, not NaN";
        assert_eq!(bench.refused(add(xy(0.5, 5), Some(f64::NAN))), (Code::Invalid, text.to_owned()));
        let odd = AddTrial { reason: Some(EndReason::NoLoss), ..added(xy(0.5, 5), Some(0.5)) };
        let text = "reason: must not be given for a trial with a loss";
        assert_eq!(bench.refused(Command::Add(odd)), (Code::Invalid, text.to_owned()));
        let odd = AddTrial { message: "m".to_owned(), ..added(xy(0.5, 5), Some(0.5)) };
        assert_eq!(bench.refused(Command::Add(odd)).0, Code::Invalid);
        assert_eq!(bench.study.trials().count(), 0);
        bench.tell(add(xy(0.5, 5), Some(0.5))).expect("added");
        bench.tell(Command::Resume).expect("resumed");
        let running = bench.lease();
        bench.tell(Command::Stop(StopStudy { cancel_running: false })).expect("stopping");
        let text = "the study is ending for `stopped`";
        assert_eq!(bench.refused(add(xy(0.5, 6), Some(0.5))), (Code::Closed, text.to_owned()));
        bench.complete(&running, 0.5).expect("completed");
        assert_eq!(bench.status(), Status::Stopped);
    }
}
