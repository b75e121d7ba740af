//! Creates the study, or opens it again.

use tunewright::{Code, Status, Study, StudyInfo, StudyRef, StudySpec, UpdateStudy};
use tunewright_core::Refusal;

use super::plan::Plan;
use crate::figures::{count, loss};
use crate::store;

/// The study, made or opened, with its budget as the plan wants it, and not paused.
///
/// # Errors
/// `already_exists` if there is one of this name that is another study, `conflict` if it is evaluated by a function of
/// its own.
pub async fn open(study: &Study, plan: &Plan) -> anyhow::Result<StudyInfo> {
    let info = match study.client().create_study(&plan.study, &plan.spec).await {
        Ok((info, _)) => info,
        Err(error) if error.code() == Code::AlreadyExists => {
            let existing = study.info().await?;
            let update =
                difference(&existing.spec, &plan.spec).ok_or_else(|| other_study(&plan.study, &error))?;
            match study.update(update).await {
                // A budget that is met already, or lowered since: there is nothing to do but to tell the result.
                Err(refused) if refused.code() == Code::Closed && existing.status.is_terminal() => existing,
                updated => updated?,
            }
        }
        Err(error) => return Err(error.into()),
    };
    if info.objective.is_some() && !info.status.is_terminal() {
        return Err(evaluated_by_itself(&plan.study).into());
    }
    // Nobody else could resume it: its server runs here.
    if info.status == Status::Paused { Ok(study.resume().await?) } else { Ok(info) }
}

/// What to change in a study of the old spec to make it one of the new; `None` if it would not be the same study.
fn difference(old: &StudySpec, new: &StudySpec) -> Option<UpdateStudy> {
    let mut changed = old.clone();
    changed.budget.max_trials = new.budget.max_trials;
    changed.budget.timeout_ms = new.budget.timeout_ms;
    changed.budget.loss_threshold = new.budget.loss_threshold;
    changed.budget.max_failed = new.budget.max_failed;
    changed.parallelism = new.parallelism;
    changed.note.clone_from(&new.note);
    changed.tags.clone_from(&new.tags);
    if changed != *new {
        return None;
    }
    Some(UpdateStudy {
        max_trials: (old.budget.max_trials != new.budget.max_trials).then_some(new.budget.max_trials),
        timeout_ms: (old.budget.timeout_ms != new.budget.timeout_ms).then_some(new.budget.timeout_ms),
        loss_threshold: (old.budget.loss_threshold != new.budget.loss_threshold)
            .then_some(new.budget.loss_threshold),
        max_failed: (old.budget.max_failed != new.budget.max_failed).then_some(new.budget.max_failed),
        parallelism: (old.parallelism != new.parallelism).then_some(new.parallelism),
        algorithm: None,
        objective: None,
        note: (old.note != new.note).then(|| new.note.clone()),
        tags: (old.tags != new.tags).then(|| new.tags.clone()),
    })
}

fn other_study(study: &StudyRef, error: &tunewright::Error) -> Refusal {
    let name = &study.name;
    Refusal::new(Code::AlreadyExists, error.to_string()).with_hint(format!(
        "results of different searches are not mixed: keep the file as it was to continue `{name}`, or start another study with --name {name}-2"
    ))
}

/// A command's workers never get its trials: the run would wait for ever.
fn evaluated_by_itself(study: &StudyRef) -> Refusal {
    let name = &study.name;
    Refusal::new(
        Code::Conflict,
        format!("study `{name}` is evaluated by a function of its own, not by a command"),
    )
    .with_hint(format!(
        "go on with it from Python, or start another study with --name {name}-2 for this command"
    ))
}

/// The first line people see.
pub fn greeting(info: &StudyInfo, plan: &Plan) -> String {
    let place = store::describe(&plan.store);
    let done = info.counts.completed + info.counts.failed + info.counts.pruned;
    let budget = info.spec.budget.max_trials.map_or_else(String::new, |max| format!(" of {max}"));
    let workers = count(u64::from(plan.workers), "worker");
    match (done, info.best) {
        (0, _) => format!("study {}: {workers}, results in {place}", info.name),
        (_, None) => {
            format!("study {} goes on after {done}{budget} trials: {workers}, results in {place}", info.name)
        }
        (_, Some(best)) => format!(
            "study {} goes on after {done}{budget} trials, best loss {}: {workers}, results in {place}",
            info.name,
            loss(best.loss)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study_file::StudyFile;

    fn spec(rest: &str) -> StudySpec {
        StudyFile::from_yaml(&format!("space: {{x: {{type: uniform, low: 0, high: 1}}}}\n{rest}"))
            .expect("a study")
            .spec
    }

    #[test]
    fn a_changed_budget_is_an_update() {
        let old = spec("budget: {max_trials: 10, timeout_ms: 1000}");
        let new = spec("budget: {max_trials: 20}\nparallelism: 2");
        assert_eq!(
            difference(&old, &new),
            Some(UpdateStudy {
                max_trials: Some(Some(20)),
                timeout_ms: Some(None),
                parallelism: Some(Some(2)),
                ..UpdateStudy::default()
            })
        );
    }

    #[test]
    fn another_search_is_another_study() {
        let old = spec("seed: 1");
        assert_eq!(difference(&old, &spec("seed: 2")), None);
        assert_eq!(difference(&old, &spec("seed: 1\nalgorithm: random")), None);
        let wider =
            StudyFile::from_yaml("space: {x: {type: uniform, low: 0, high: 2}}\nseed: 1").expect("a study");
        assert_eq!(difference(&old, &wider.spec), None);
    }
}
