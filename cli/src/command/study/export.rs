//! `tunewright study export`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use clap::{Args, ValueEnum};
use serde_json::json;
use tunewright::{TrialFilter, TrialInfo};
use tunewright_core::Timestamp;
use tunewright_core::study::{EndReason, Origin};

use super::{Named, open};
use crate::context::Context;

#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(flatten)]
    named: Named,
    /// csv: a line for each trial, a column for each parameter and metric; json: the study and its trials
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Json,
}

/// The columns of every export, before those of parameters and metrics.
const COLUMNS: [&str; 15] = [
    "number",
    "state",
    "loss",
    "attempt",
    "failures",
    "losses",
    "reason",
    "message",
    "late",
    "origin",
    "member",
    "created_at_ms",
    "leased_at_ms",
    "ended_at_ms",
    "result",
];

pub async fn run(args: ExportArgs, context: &Context) -> anyhow::Result<()> {
    let study = open(context, args.named.study).await?;
    let trials = study.trials(&TrialFilter::default()).await?;
    if context.json || args.format == Format::Json {
        let info = study.info().await?;
        return context.print_json(&json!({"study": info, "trials": trials}));
    }
    context.print(&csv(&trials))
}

/// A table after RFC 4180, but with plain newlines. Parameters stand under their labels, metrics under `metric.NAME`,
/// what an attempt told beside them as JSON under `result`;
/// a label that is the name of another column stands under `param.LABEL`.
fn csv(trials: &[TrialInfo]) -> String {
    let labels: BTreeSet<&str> =
        trials.iter().flat_map(|trial| trial.point.iter().map(|(label, _)| label)).collect();
    let metrics: BTreeSet<&String> = trials.iter().flat_map(|trial| trial.metrics.keys()).collect();
    let mut text = String::new();
    let heads = COLUMNS.into_iter().map(str::to_owned);
    let heads = heads.chain(labels.iter().map(|label| {
        let taken = COLUMNS.contains(label) || label.starts_with("metric.") || label.starts_with("param.");
        if taken { format!("param.{label}") } else { (*label).to_owned() }
    }));
    line(&mut text, heads.chain(metrics.iter().map(|name| format!("metric.{name}"))));
    for trial in trials {
        let params = labels.iter().map(|label| trial.point.get(label).map(ToString::to_string));
        let figures = metrics.iter().map(|name| trial.metrics.get(*name).map(|value| format!("{value:?}")));
        let rest = params.chain(figures).map(Option::unwrap_or_default);
        line(&mut text, fixed(trial).into_iter().chain(rest));
    }
    text
}

fn fixed(trial: &TrialInfo) -> [String; 15] {
    let millis = |at: Option<Timestamp>| at.map(|at| at.as_millis().to_string());
    let leased_at = trial.leased_at.or_else(|| trial.attempts.last().map(|attempt| attempt.leased_at));
    let origin = match trial.origin {
        Origin::Suggested => "suggested".to_owned(),
        Origin::Enqueued => "enqueued".to_owned(),
        Origin::RetryOf(number) => format!("retry of {number}"),
        Origin::Added => "added".to_owned(),
    };
    let has_result = !trial.result.is_empty();
    let result = if has_result { json!(trial.result).to_string() } else { String::new() };
    [
        trial.number.to_string(),
        trial.state.as_str().to_owned(),
        trial.loss.map(|loss| format!("{loss:?}")).unwrap_or_default(),
        trial.attempt.to_string(),
        trial.failures.to_string(),
        trial.losses.to_string(),
        trial.reason.map_or("", EndReason::as_str).to_owned(),
        trial.message.clone(),
        trial.late.to_string(),
        origin,
        trial.credit.as_ref().map(|credit| credit.member.clone()).unwrap_or_default(),
        trial.created_at.as_millis().to_string(),
        millis(leased_at).unwrap_or_default(),
        millis(trial.ended_at).unwrap_or_default(),
        result,
    ]
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(&quoted(&cell));
    }
    text.push('\n');
}

fn quoted(cell: &str) -> Cow<'_, str> {
    if cell.contains([',', '"', '\n', '\r']) {
        Cow::Owned(format!("\"{}\"", cell.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(cell)
    }
}

#[cfg(test)]
mod tests {
    use tunewright_core::space::{ParamValue, Point};
    use tunewright_core::study::{TrialNumber, TrialResult, TrialState, Version};
    use tunewright_core::suggest::Credit;

    use super::*;

    fn trial(number: u64, point: &[(&str, ParamValue)]) -> TrialInfo {
        TrialInfo {
            number: TrialNumber(number),
            state: TrialState::Completed,
            origin: Origin::Suggested,
            credit: None,
            point: point.iter().map(|(label, value)| ((*label).to_owned(), value.clone())).collect::<Point>(),
            attempt: 1,
            lessee: None,
            leased_at: None,
            failures: 0,
            losses: 0,
            resume: None,
            attempts: Vec::new(),
            loss: Some(0.1),
            metrics: [("f1".to_owned(), 0.5)].into(),
            reason: None,
            message: String::new(),
            late: false,
            orphans: Vec::new(),
            created_at: Timestamp(5),
            ended_at: Some(Timestamp(9)),
            version: Version(1),
            result: TrialResult::default(),
        }
    }

    #[test]
    fn every_label_and_metric_has_a_column_and_cells_are_quoted() {
        let odd = ParamValue::Option("a,\"b\"".to_owned());
        let mut failed = trial(1, &[("loss", ParamValue::Int(3)), ("kind", odd)]);
        failed.state = TrialState::Failed;
        (failed.loss, failed.reason) = (None, Some(EndReason::Timeout));
        failed.credit = Some(Credit { member: "gp".to_owned(), why: "its turn".to_owned() });
        failed.message = "two\nlines".to_owned();
        failed.result.insert("line".to_owned(), json!(7));
        let trials = [trial(0, &[("C", ParamValue::Float(1e-7))]), failed];
        assert_eq!(
            csv(&trials),
            "number,state,loss,attempt,failures,losses,reason,message,late,origin,member,created_at_ms,\
             leased_at_ms,ended_at_ms,result,C,kind,param.loss,metric.f1\n\
             0,completed,0.1,1,0,0,,,false,suggested,,5,,9,,1e-7,,,0.5\n\
             1,failed,,1,0,0,timeout,\"two\nlines\",false,suggested,gp,5,,9,\"{\"\"line\"\":7}\",,\"a,\"\"b\"\"\",3,0.5\n"
        );
    }
}
