//! What is to be run: the study file and the options together, checked before anything starts.

use std::time::Duration;

use tunewright::{StudyRef, StudySpec};
use tunewright_core::Refusal;
use tunewright_worker::runner::Template;

use super::{Format, RunArgs};
use crate::context::Context;
use crate::store::{self, StoreUrl};
use crate::study_file::StudyFile;
use crate::telemetry::say;

/// What is to be run.
#[derive(Debug)]
pub struct Plan {
    pub study: StudyRef,
    pub spec: StudySpec,
    pub command: Vec<String>,
    pub variables: Vec<(String, String)>,
    pub workers: u16,
    /// As the server wants it.
    pub store: StoreUrl,
    pub allow_unsafe_store: bool,
    pub drain_grace: Duration,
    pub format: Format,
}

impl Plan {
    /// # Errors
    /// What is wrong with the file, the name, the store or the command.
    pub fn new(args: RunArgs, context: &Context) -> anyhow::Result<Self> {
        let file = StudyFile::read(&args.file)?;
        let name = file.name_or(args.name.as_ref(), &args.file)?;
        let command = if args.command.is_empty() { file.command } else { args.command };
        let mut spec = file.spec;
        if args.max_trials.is_some() {
            spec.budget.max_trials = args.max_trials;
        }
        check_command(&command, &spec)?;
        if !has_end(&spec) {
            say(
                "warning: the study has no budget and goes on until Ctrl-C; `budget: {max_trials: 60}` or --max-trials sets one",
            );
        }
        Ok(Self {
            study: StudyRef::new(context.project.clone(), name),
            spec,
            command,
            variables: args.variables,
            workers: args.workers,
            store: store::resolve(args.store.as_deref(), &args.data_dir)?,
            allow_unsafe_store: args.allow_unsafe_store,
            drain_grace: args.drain_grace,
            format: args.format,
        })
    }
}

/// A placeholder that is no parameter would fail every single trial.
fn check_command(command: &[String], spec: &StudySpec) -> Result<(), Refusal> {
    if command.is_empty() {
        return Err(Refusal::invalid("command", "there is nothing to run").with_hint(
            "put the command after `--`, or into the study file as `command: [python3, train.py]`",
        ));
    }
    let template = Template::parse(command)?;
    let unknown = template.labels().into_iter().find(|label| spec.space.index_of(label).is_none());
    let Some(unknown) = unknown else { return Ok(()) };
    let labels: Vec<_> = spec
        .space
        .parameters()
        .iter()
        .take(20)
        .map(|parameter| format!("`{{{}}}`", parameter.label))
        .collect();
    let hint = format!("the study has {}; write `{{{{` and `}}}}` for plain braces", labels.join(", "));
    Err(Refusal::invalid("command", format!("`{{{unknown}}}` is not a parameter of the study"))
        .with_hint(hint))
}

fn has_end(spec: &StudySpec) -> bool {
    let budget = &spec.budget;
    budget.max_trials.is_some()
        || budget.timeout_ms.is_some()
        || budget.loss_threshold.is_some()
        || budget.no_progress.is_some()
        || spec.space.cardinality().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> StudySpec {
        StudyFile::from_yaml("space: {C: {type: uniform, low: 0, high: 1}}").expect("a study").spec
    }

    fn words(command: &str) -> Vec<String> {
        command.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn commands_are_checked_against_the_space() {
        assert_eq!(check_command(&words("train --c {C} {{x}}"), &spec()), Ok(()));
        let refusal = check_command(&words("train {c}"), &spec()).expect_err("no such parameter");
        assert_eq!(refusal.to_string(), "command: `{c}` is not a parameter of the study");
        assert!(refusal.hint.is_some_and(|hint| hint.contains("`{C}`")));
        let nothing = check_command(&[], &spec()).expect_err("nothing to run");
        assert_eq!(nothing.field.as_deref(), Some("command"));
    }

    #[test]
    fn a_study_without_an_end_is_noticed() {
        assert!(!has_end(&spec()));
        let mut bounded = spec();
        bounded.budget.max_trials = Some(1);
        assert!(has_end(&bounded));
        let finite = StudyFile::from_yaml("space: {k: {type: int, low: 1, high: 3}}").expect("a study").spec;
        assert!(has_end(&finite));
    }
}
