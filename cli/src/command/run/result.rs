//! What is told at the end.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tunewright::{BestLoss, EndReason, Status, Study, StudyInfo, TrialFilter, TrialInfo, TrialState};

use super::Format;
use super::plan::Plan;
use crate::context::Context;
use crate::failure::Failed;
use crate::figures::{count, loss};
use crate::telemetry::say;
use crate::{durations, figures, store};

/// So many lines of a failed trial's output are shown.
const OUTPUT_LINES: usize = 20;
/// So many different causes are told.
const CAUSES_MAX: usize = 3;

/// Prints the best configuration to stdout and a summary to stderr.
///
/// # Errors
/// When the study itself failed, after its best configuration has been printed all the same.
pub async fn print(study: &Study, info: &StudyInfo, plan: &Plan, context: &Context) -> anyhow::Result<()> {
    let best = study.best().await?;
    say(&summary(info, plan));
    let config = best.as_ref().map_or(&Value::Null, |best| &best.config);
    if context.json {
        let trial = best.as_ref().map(|best| &best.trial);
        context.print_json(&document(info, plan, trial, config))?;
    } else if best.is_some() {
        context.print(&as_text(config, plan.format)?)?;
    }
    if info.status == Status::Failed {
        let max = info.spec.budget.max_failed.unwrap_or_default();
        let message = format!("the study failed: more than {} failed", count(max, "trial"));
        return Err(Failed::new(message).with_hint(inspect_hint(info, plan)).into());
    }
    Ok(())
}

fn as_text(config: &Value, format: Format) -> anyhow::Result<String> {
    let text = match format {
        Format::Yaml => figures::yaml(config)?,
        Format::Json => serde_json::to_string_pretty(config)?,
    };
    Ok(text + "\n")
}

fn document(info: &StudyInfo, plan: &Plan, trial: Option<&TrialInfo>, config: &Value) -> Value {
    let best = trial.map(|trial| {
        json!({
            "trial": trial.number,
            "loss": trial.loss,
            "metrics": trial.metrics,
            "point": trial.point,
            "config": config,
        })
    });
    json!({
        "project": info.project,
        "study": info.name,
        "status": info.status,
        "cause": info.closing,
        "best": best,
        "counts": {
            "queued": info.counts.queued,
            "running": info.counts.running,
            "completed": info.counts.completed,
            "failed": info.counts.failed,
            "pruned": info.counts.pruned,
            "cancelled": info.counts.cancelled,
        },
        "elapsed_ms": elapsed_ms(info),
        "store": store::describe(&plan.store),
    })
}

fn elapsed_ms(info: &StudyInfo) -> Option<u64> {
    let (started, ended) = (info.started_at?, info.ended_at?);
    u64::try_from(ended.since(started).as_millis()).ok()
}

fn summary(info: &StudyInfo, plan: &Plan) -> String {
    let mut lines = vec![headline(info)];
    if let Some(BestLoss { trial, loss: best }) = info.best {
        lines.push(format!("best loss {}, trial {trial}; its configuration:", loss(best)));
        lines.insert(1, format!("results are in {}", store::describe(&plan.store)));
        lines.insert(2, inspect_hint(info, plan));
    }
    lines.join("\n")
}

fn headline(info: &StudyInfo) -> String {
    let counts = info.counts;
    let parts: Vec<_> = [
        (counts.completed, "completed"),
        (counts.failed, "failed"),
        (counts.pruned, "pruned"),
        (counts.cancelled, "cancelled"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, what)| format!("{number} {what}"))
    .collect();
    let why =
        info.closing.map_or_else(String::new, |cause| format!(" ({})", cause.as_str().replace('_', " ")));
    let took = elapsed_ms(info).map_or_else(String::new, |ms| {
        format!(" in {}", durations::show(std::time::Duration::from_millis(ms)))
    });
    format!("study {} {}{why}: {}{took}", info.name, info.status.as_str(), parts.join(", "))
}

/// How to look closer, and how to go on.
fn inspect_hint(info: &StudyInfo, plan: &Plan) -> String {
    if &*plan.store == "memory:" {
        return "nothing is kept of it: --store redb keeps the next one".to_owned();
    }
    let serve = match plan.store.strip_prefix("redb:") {
        Some(store::DEFAULT_DATA_DIR) => "tunewright serve".to_owned(),
        Some(dir) => format!("tunewright serve --data-dir {dir}"),
        None => format!("tunewright serve --store {}", store::describe(&plan.store)),
    };
    format!(
        "look closer with `{serve}` and `tunewright trial list {}`; go on with a higher --max-trials",
        info.name
    )
}

/// What is told when a person interrupts.
pub fn pause_note(info: &StudyInfo, plan: &Plan) -> String {
    let counts = info.counts;
    let done = counts.completed + counts.failed + counts.pruned;
    let done = match info.spec.budget.max_trials {
        Some(max) => format!("{done} of {}", count(max, "trial")),
        None => count(done, "trial"),
    };
    let best = info.best.map_or_else(String::new, |best| format!(", best loss {}", loss(best.loss)));
    if &*plan.store == "memory:" {
        return format!("stopped after {done}{best}; nothing is kept in memory");
    }
    format!("stopped after {done}{best}; run the same command again to go on")
}

/// The error that tells why no trial completed; the end of one trial's output goes to stderr.
///
/// # Errors
/// When the server cannot be asked.
pub async fn explain_failures(study: &Study, info: &StudyInfo) -> anyhow::Result<anyhow::Error> {
    let failed = study.trials(&TrialFilter { states: vec![TrialState::Failed] }).await?;
    if let Some(last) = failed.last() {
        let output = study.trial(last.number).await?.output;
        let lines: Vec<_> = output.trim_end().lines().collect();
        if !lines.is_empty() {
            say(&format!("trial {} printed at its end:", last.number));
            for line in &lines[lines.len().saturating_sub(OUTPUT_LINES)..] {
                say(&format!("  | {line}"));
            }
        }
    }
    if failed.is_empty() {
        return Ok(Failed::new(format!("no trial completed; the study is {}", info.status.as_str())).into());
    }
    let message = format!("no trial completed, {} failed: {}", failed.len(), causes(&failed));
    let hint = if info.status.is_terminal() {
        format!(
            "mend the command, then start another study, for example with --name {}-2, or raise --max-trials",
            info.name
        )
    } else {
        "mend the command and run it again: the study goes on with the rest of its budget".to_owned()
    };
    Ok(Failed::new(message).with_hint(hint).into())
}

/// The most frequent causes, with their numbers.
fn causes(failed: &[TrialInfo]) -> String {
    let mut numbers: BTreeMap<(EndReason, &str), usize> = BTreeMap::new();
    for trial in failed {
        let reason = trial.reason.unwrap_or(EndReason::ObjectiveError);
        let first_line = trial.message.lines().next().unwrap_or_default();
        *numbers.entry((reason, first_line)).or_default() += 1;
    }
    let mut causes: Vec<_> = numbers.into_iter().collect();
    causes.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let told: Vec<_> = causes
        .into_iter()
        .take(CAUSES_MAX)
        .map(|((reason, message), number)| match message {
            "" => format!("{number} x {}", reason.as_str()),
            message => format!("{number} x {}: {message}", reason.as_str()),
        })
        .collect();
    told.join("; ")
}
