//! Update: changes what may change in a living study. An ended one lives again if the update lifts what ended it.

use super::super::{Decision, EndCause, Objective, Status, Study, UpdateStudy};
use super::draft::Draft;
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: &UpdateStudy, now: Timestamp) -> Result<Decision, Refusal> {
    let mut draft = Draft::new(study, now);
    let mut spec = study.header().spec.clone();
    let budget = &mut spec.budget;
    set(&mut budget.max_trials, command.max_trials.as_ref());
    set(&mut budget.timeout_ms, command.timeout_ms.as_ref());
    set(&mut budget.loss_threshold, command.loss_threshold.as_ref());
    set(&mut budget.max_failed, command.max_failed.as_ref());
    set(&mut spec.parallelism, command.parallelism.as_ref());
    set(&mut spec.algorithm, command.algorithm.as_ref());
    set(&mut spec.note, command.note.as_ref());
    set(&mut spec.tags, command.tags.as_ref());
    spec.validate()?;
    if let Some(objective) = command.objective.as_ref().filter(|new| **new != study.header().objective) {
        objective.as_ref().map_or(Ok(()), Objective::validate)?;
        draft.header_mut().objective.clone_from(objective);
    }
    if spec == study.header().spec {
        return Ok(draft.finish_with_study());
    }
    let was_over = study.header().status.is_terminal();
    draft.header_mut().spec = spec;
    if was_over {
        reopen(&mut draft)?;
    }
    draft.settle();
    Ok(draft.finish_with_study())
}

fn set<T: Clone>(part: &mut T, to: Option<&T>) {
    if let Some(to) = to {
        part.clone_from(to);
    }
}

/// Brings an ended study back to life under its new budget.
///
/// # Errors
/// `closed` if it ended for good, or would end at once.
fn reopen(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let cause = draft.header().closing.unwrap_or(EndCause::Stopped);
    let by_budget = matches!(
        cause,
        EndCause::MaxTrials | EndCause::Timeout | EndCause::LossThreshold | EndCause::MaxFailed
    );
    if !by_budget {
        return Err(Refusal::closed(format!("the study has ended for `{}`", cause.as_str())));
    }
    let header = draft.header_mut();
    header.closing = None;
    header.ended_at = None;
    header.status = Status::Active;
    match draft.met_cause() {
        None => Ok(()),
        Some(cause) => Err(Refusal::closed(format!("the study has ended for `{}`", cause.as_str()))
            .with_hint(format!("change `budget.{}` to go on", cause.as_str()))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::Bench;
    use super::super::super::{Command, Effect, EndReason, Next, Reply, StopStudy, TrialNumber};
    use super::*;
    use crate::Code;
    use crate::suggest::Algorithm;

    fn max_trials(most: u64) -> UpdateStudy {
        UpdateStudy { max_trials: Some(Some(most)), ..UpdateStudy::default() }
    }

    /// A study that has completed its budget of one trial with a loss of 0.5.
    fn ended() -> Bench {
        let mut bench = Bench::new(|spec| spec.budget.max_trials = Some(1));
        let lease = bench.lease();
        bench.complete(&lease, 0.5).expect("completed");
        assert_eq!(bench.status(), Status::Completed);
        bench
    }

    #[test]
    fn parts_are_set_removed_and_left() {
        let mut bench = Bench::new(|spec| {
            spec.budget.timeout_ms = Some(5);
            spec.budget.max_failed = Some(3);
        });
        let update = UpdateStudy {
            timeout_ms: Some(None),
            parallelism: Some(Some(2)),
            note: Some("see the wiki".to_owned()),
            ..max_trials(10)
        };
        let reply = bench.tell(Command::Update(update.clone()));
        let spec = &bench.study.header().spec;
        assert_eq!((spec.budget.max_trials, spec.budget.timeout_ms), (Some(10), None));
        assert_eq!((spec.budget.max_failed, spec.parallelism), (Some(3), Some(2)));
        assert_eq!(spec.note, "see the wiki");
        assert_eq!(reply, Ok(Reply::Study(Box::new(bench.study.header().clone()))));
        assert!(bench.effects.contains(&Effect::OfferWork));
        bench.tell(Command::Update(update)).expect("idempotent");
        assert_eq!(bench.changes, []);
    }

    #[test]
    fn another_algorithm_takes_over() {
        let algorithm = |name: &str| UpdateStudy {
            algorithm: Some(Algorithm::named(name).expect("known")),
            ..UpdateStudy::default()
        };
        let mut bench = Bench::new(|spec| spec.algorithm = Algorithm::External);
        assert!(matches!(bench.study.next(bench.now), Next::Wait { .. }));
        bench.tell(Command::Update(algorithm("anneal"))).expect("updated");
        assert!(bench.effects.contains(&Effect::TakeOver) && bench.effects.contains(&Effect::OfferWork));
        assert_eq!(bench.study.header().spec.algorithm.name(), "anneal");
        assert_eq!(bench.study.next(bench.now), Next::Fresh(TrialNumber(0)));
        bench.tell(Command::Update(algorithm("anneal"))).expect("idempotent");
        assert_eq!((&bench.changes, &bench.effects), (&Vec::new(), &Vec::new()));
        bench.tell(Command::Update(max_trials(9))).expect("updated");
        assert!(!bench.effects.contains(&Effect::TakeOver), "the same algorithm goes on");
        let settings = crate::suggest::HyperoptTpeSettings { gamma: 3.0, ..Default::default() };
        let odd = UpdateStudy { algorithm: Some(Algorithm::HyperoptTpe(settings)), ..UpdateStudy::default() };
        let text = "algorithm.gamma: must be > 0 and <= 2, not 3";
        assert_eq!(bench.refused(Command::Update(odd)), (Code::Invalid, text.to_owned()));
        bench.tell(Command::Stop(StopStudy { cancel_running: true })).expect("stopped");
        assert_eq!(bench.refused(Command::Update(algorithm("tpe"))).0, Code::Closed);
    }

    #[test]
    fn the_objective_changes_at_any_time() {
        let set = |objective: Option<&str>| {
            let objective = Some(objective.map(|function| Objective::Function(function.to_owned())));
            Command::Update(UpdateStudy { objective, ..UpdateStudy::default() })
        };
        let mut bench = Bench::new(|spec| spec.budget.max_trials = Some(1));
        let before = bench.study.header().spec.clone();
        bench.tell(set(Some("train:first"))).expect("set");
        bench.reload();
        let now = |bench: &Bench| bench.study.header().objective.clone();
        assert_eq!(now(&bench), Some(Objective::Function("train:first".to_owned())));
        assert_eq!((bench.study.header().rev, &bench.study.header().spec), (bench.study.version(), &before));
        bench.tell(set(Some("train:first"))).expect("idempotent");
        assert_eq!(bench.changes, []);
        let text = "objective.function: must be `module:function`, not `train`";
        assert_eq!(bench.refused(set(Some("train"))), (Code::Invalid, text.to_owned()));
        let lease = bench.lease();
        bench.complete(&lease, 0.5).expect("completed");
        bench.tell(set(None)).expect("also of an ended study: it has no effect on how that ended");
        assert_eq!((now(&bench), bench.status()), (None, Status::Completed));
    }

    #[test]
    fn one_bad_part_changes_nothing() {
        let mut bench = Bench::new(|_| ());
        let zero = UpdateStudy { parallelism: Some(Some(0)), ..max_trials(10) };
        let text = "parallelism: must be at least 1";
        assert_eq!(bench.refused(Command::Update(zero)), (Code::Invalid, text.to_owned()));
        let text = "budget.max_trials: must be at least 1";
        assert_eq!(bench.refused(Command::Update(max_trials(0))), (Code::Invalid, text.to_owned()));
        let nan = UpdateStudy { loss_threshold: Some(Some(f64::NAN)), ..UpdateStudy::default() };
        let text = "budget.loss_threshold: must be a finite number, not NaN";
        assert_eq!(bench.refused(Command::Update(nan)), (Code::Invalid, text.to_owned()));
        assert_eq!(bench.study.header().spec.budget.max_trials, None);
    }

    #[test]
    fn a_smaller_budget_may_end_the_study_at_once() {
        let mut bench = Bench::new(|_| ());
        for _ in 0..3 {
            let lease = bench.lease();
            bench.complete(&lease, 0.5).expect("completed");
        }
        bench.tell(Command::Update(max_trials(2))).expect("updated");
        assert_eq!(bench.status(), Status::Completed);
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.complete(&lease, 0.5).expect("completed");
        let update = UpdateStudy { loss_threshold: Some(Some(0.5)), ..UpdateStudy::default() };
        bench.tell(Command::Update(update)).expect("updated");
        assert_eq!(bench.study.header().closing, Some(EndCause::LossThreshold));
    }

    #[test]
    fn a_larger_budget_reopens_a_completed_study() {
        let mut bench = ended();
        bench.tell(Command::Update(max_trials(2))).expect("reopened");
        let header = bench.study.header();
        assert_eq!((header.status, header.closing, header.ended_at), (Status::Active, None, None));
        assert!(bench.effects.contains(&Effect::OfferWork));
        assert_eq!(bench.study.next(bench.now), Next::Fresh(TrialNumber(1)));
        let lease = bench.lease();
        bench.complete(&lease, 0.25).expect("completed");
        assert_eq!((bench.status(), bench.study.counts().completed), (Status::Completed, 2));
    }

    #[test]
    fn what_does_not_lift_the_cause_is_refused_and_the_hint_says_what_would() {
        let mut bench = ended();
        let note = UpdateStudy { note: Some("done".to_owned()), ..UpdateStudy::default() };
        let refusal = bench.tell(Command::Update(note)).expect_err("ended");
        assert_eq!(
            (refusal.code, refusal.message.as_str()),
            (Code::Closed, "the study has ended for `max_trials`")
        );
        assert_eq!(refusal.hint.as_deref(), Some("change `budget.max_trials` to go on"));
        let both = UpdateStudy { loss_threshold: Some(Some(0.7)), ..max_trials(5) };
        let refusal = bench.tell(Command::Update(both)).expect_err("it would end at once");
        assert_eq!(refusal.message, "the study has ended for `loss_threshold`");
        assert_eq!(bench.status(), Status::Completed);
        bench.tell(Command::Update(max_trials(1))).expect("nothing differs");
    }

    #[test]
    fn timeout_threshold_and_failures_can_be_lifted_a_stop_cannot() {
        let mut bench = Bench::new(|spec| {
            spec.budget.timeout_ms = Some(10);
            spec.budget.max_failed = Some(0);
        });
        let lease = bench.lease();
        bench.fail(&lease, EndReason::NoLoss).expect("failed");
        assert_eq!(bench.status(), Status::Failed);
        let update = UpdateStudy { max_failed: Some(Some(5)), ..UpdateStudy::default() };
        bench.tell(Command::Update(update)).expect("reopened");
        bench.pass(10);
        bench.tick();
        assert_eq!(bench.study.header().closing, Some(EndCause::Timeout));
        let update = UpdateStudy { timeout_ms: Some(None), ..UpdateStudy::default() };
        bench.tell(Command::Update(update)).expect("reopened");
        assert_eq!(bench.status(), Status::Active);
        bench.tell(Command::Stop(StopStudy { cancel_running: false })).expect("stopped");
        assert_eq!(bench.refused(Command::Update(max_trials(9))).0, Code::Closed);
    }
}
