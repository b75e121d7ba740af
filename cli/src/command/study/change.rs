//! `tunewright study pause|resume|stop|delete|update`.

use std::time::Duration;

use clap::Args;
use serde_json::json;
use tunewright::StudyInfo;
use tunewright_core::study::{Objective, UpdateStudy};
use tunewright_core::suggest::Algorithm;
use tunewright_core::{Code, Refusal};

use super::setting::{Setting, setting};
use super::show::summary;
use super::{Named, open};
use crate::context::Context;
use crate::durations;

#[derive(Debug, Args)]
pub struct StopArgs {
    #[command(flatten)]
    named: Named,
    /// Cancel running trials instead of letting them finish
    #[arg(long)]
    cancel_running: bool,
}

#[derive(Debug, Args)]
pub struct DeleteArgs {
    #[command(flatten)]
    named: Named,
    /// Delete it without being asked again
    #[arg(long, required = true)]
    yes: bool,
}

#[derive(Debug, Args)]
pub struct UpdateArgs {
    #[command(flatten)]
    named: Named,
    /// Trials in all, or `none`
    #[arg(long, value_name = "N", value_parser = setting::<u64>)]
    max_trials: Option<Setting<u64>>,
    /// Time in all since the first trial, such as `2h`, or `none`
    #[arg(long, value_name = "DURATION", value_parser = |text: &str| Setting::read(text, durations::parse))]
    timeout: Option<Setting<Duration>>,
    /// The loss that is good enough, or `none`
    #[arg(long, value_name = "LOSS", allow_negative_numbers = true, value_parser = setting::<f64>)]
    loss_threshold: Option<Setting<f64>>,
    /// The study fails once more trials than this have failed, or `none`
    #[arg(long, value_name = "N", value_parser = setting::<u64>)]
    max_failed: Option<Setting<u64>>,
    /// How many trials may run at once, or `none`
    #[arg(long, value_name = "N", value_parser = setting::<u32>)]
    parallelism: Option<Setting<u32>>,
    /// What proposes points from now on: a name, or JSON such as '{"name": "tpe", "gamma": 0.3}'
    #[arg(long, value_name = "ALGORITHM", value_parser = algorithm)]
    algorithm: Option<Algorithm>,
    /// The function that evaluates the trials from now on, `module:function`, or `none`
    #[arg(long, value_name = "FUNCTION", value_parser = |text: &str| Setting::read(text, function))]
    objective: Option<Setting<Objective>>,
    /// Free text
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// All the study's tags from now on; may be repeated
    #[arg(long = "tag", value_name = "NAME=VALUE", value_parser = tag)]
    tags: Vec<(String, String)>,
}

pub async fn pause(args: Named, context: &Context) -> anyhow::Result<()> {
    let study = open(context, args.study).await?;
    show(context, &study.pause().await?)
}

pub async fn resume(args: Named, context: &Context) -> anyhow::Result<()> {
    let study = open(context, args.study).await?;
    show(context, &study.resume().await?)
}

pub async fn stop(args: StopArgs, context: &Context) -> anyhow::Result<()> {
    let study = open(context, args.named.study).await?;
    show(context, &study.stop(args.cancel_running).await?)
}

pub async fn delete(args: DeleteArgs, context: &Context) -> anyhow::Result<()> {
    debug_assert!(args.yes, "clap demands it");
    let study = open(context, args.named.study).await?;
    study.delete().await?;
    if context.json {
        return context.print_json(&json!({"deleted": study.study_ref()}));
    }
    context.print(&format!("deleted {}\n", study.study_ref()))
}

pub async fn update(args: UpdateArgs, context: &Context) -> anyhow::Result<()> {
    let update = UpdateStudy {
        max_trials: args.max_trials.map(Setting::into_option),
        timeout_ms: args.timeout.map(|timeout| timeout.map(whole_millis).into_option()),
        loss_threshold: args.loss_threshold.map(Setting::into_option),
        max_failed: args.max_failed.map(Setting::into_option),
        parallelism: args.parallelism.map(Setting::into_option),
        algorithm: args.algorithm,
        objective: args.objective.map(Setting::into_option),
        note: args.note,
        tags: (!args.tags.is_empty()).then(|| args.tags.into_iter().collect()),
    };
    if update == UpdateStudy::default() {
        return Err(Refusal::new(Code::Invalid, "there is nothing to change")
            .with_hint("say what to change, for example `--max-trials 200`")
            .into());
    }
    let study = open(context, args.named.study).await?;
    show(context, &study.update(update).await?)
}

fn show(context: &Context, info: &StudyInfo) -> anyhow::Result<()> {
    if context.json { context.print_json(info) } else { context.print(&summary(info)) }
}

fn whole_millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn algorithm(text: &str) -> Result<Algorithm, Refusal> {
    if !text.trim_start().starts_with('{') {
        return Algorithm::named(text);
    }
    let read = serde_json::from_str(text);
    read.map_err(|error| Refusal::new(Code::Invalid, error.to_string()))
}

fn function(text: &str) -> Result<Objective, Refusal> {
    let objective = Objective::Function(text.to_owned());
    objective.validate().map(|()| objective)
}

fn tag(text: &str) -> Result<(String, String), Refusal> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(Refusal::new(Code::Invalid, format!("`{text}` must be NAME=VALUE"))),
    }
}
