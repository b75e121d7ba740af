//! `tunewright trial show`.

use serde_json::{Value, json};
use tunewright::{TrialDetail, TrialInfo};
use tunewright_core::study::{EndReason, Origin, Report};

use super::Numbered;
use crate::command::study::open;
use crate::context::Context;
use crate::figures;
use crate::table::{Table, pairs};

pub async fn run(args: Numbered, context: &Context) -> anyhow::Result<()> {
    let number = args.number();
    let study = open(context, args.study).await?;
    let TrialDetail { trial, config, reports, output } = study.trial(number).await?;
    if context.json {
        let detail = json!({"trial": trial, "config": config, "reports": reports, "output": output});
        return context.print_json(&detail);
    }
    let mut text = summary(&trial);
    if !config.is_null() {
        text.push_str(&format!("\nconfiguration\n{}\n", figures::yaml(&config)?));
    }
    if !trial.attempts.is_empty() {
        text.push_str(&format!("\n{}", attempts(&trial).show()));
    }
    if !trial.result.is_empty() {
        let result = Value::Object(trial.result.clone());
        text.push_str(&format!("\nresult\n{}\n", figures::yaml(&result)?));
    }
    if !reports.is_empty() {
        text.push_str(&format!("\n{}", reported(&reports).show()));
    }
    if !output.is_empty() {
        text.push_str(&format!("\noutput\n{}\n", output.trim_end()));
    }
    context.print(&text)
}

fn summary(trial: &TrialInfo) -> String {
    let origin = match trial.origin {
        Origin::Suggested => "suggested".to_owned(),
        Origin::Enqueued => "enqueued".to_owned(),
        Origin::RetryOf(number) => format!("retry of trial {number}"),
        Origin::Added => "added".to_owned(),
    };
    let state =
        if trial.late { format!("{} (late)", trial.state.as_str()) } else { trial.state.as_str().to_owned() };
    let mut rows = vec![
        ("trial", trial.number.to_string()),
        ("state", state),
        ("loss", figures::loss_if_any(trial.loss)),
        ("origin", origin),
        ("attempt", trial.attempt.to_string()),
        ("created", figures::time(trial.created_at)),
        ("ended", trial.ended_at.map_or_else(figures::nothing, figures::time)),
        ("point", figures::point(&trial.point)),
    ];
    if let Some(credit) = &trial.credit {
        rows.push(("proposed by", format!("{}: {}", credit.member, credit.why)));
    }
    if let Some(lessee) = &trial.lessee {
        rows.push(("runs at", lessee.clone()));
    }
    if !trial.is_feasible() {
        rows.push(("feasible", "no: a constraint is above 0".to_owned()));
    }
    if let Some(reason) = trial.reason {
        rows.push(("reason", reason.as_str().to_owned()));
    }
    if !trial.message.is_empty() {
        rows.push(("message", trial.message.clone()));
    }
    if let Some(resume) = &trial.resume {
        rows.push(("resume", format!("step {}: {}", resume.step, resume.checkpoint_uri)));
    }
    if !trial.metrics.is_empty() {
        let metrics = trial.metrics.iter().map(|(name, value)| format!("{name}={}", figures::loss(*value)));
        rows.push(("metrics", metrics.collect::<Vec<_>>().join(" ")));
    }
    for orphan in &trial.orphans {
        let (attempt, loss) = (orphan.attempt, figures::loss_if_any(orphan.loss));
        rows.push(("not counted", format!("loss {loss} of attempt {attempt}, too late")));
    }
    pairs(rows)
}

fn attempts(trial: &TrialInfo) -> Table {
    let mut table = Table::new([">ATTEMPT", "AT", "BEGAN", ">TOOK", "ENDED BY", "MESSAGE"]);
    for attempt in &trial.attempts {
        table.row([
            attempt.number.to_string(),
            attempt.lessee.clone(),
            figures::time(attempt.leased_at),
            figures::took(Some(attempt.leased_at), Some(attempt.ended_at)),
            attempt.reason.map_or("its result", EndReason::as_str).to_owned(),
            attempt.message.lines().next().unwrap_or_default().to_owned(),
        ]);
    }
    table
}

fn reported(reports: &[Report]) -> Table {
    let mut table = Table::new([">ATTEMPT", ">STEP", ">LOSS", "METRICS"]);
    for report in reports {
        let metrics = report.metrics.iter().map(|(name, value)| format!("{name}={}", figures::loss(*value)));
        table.row([
            report.attempt.to_string(),
            report.step.to_string(),
            figures::loss_if_any(report.loss),
            metrics.collect::<Vec<_>>().join(" "),
        ]);
    }
    table
}
