//! `tunewright demo-data`: a study that looks like a real one, to try the dashboard on.

mod evaluation;
mod fault;
mod game;
mod model;
mod opening;
mod pace;
mod progress;
mod space;

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::json;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tunewright::{RunSummary, StudyName};
use tunewright_core::Refusal;

use crate::context::Context;
use crate::failure::Interrupted;
use crate::figures;
use crate::signals::Signals;
use crate::telemetry::say;
use game::Game;
use opening::Demo;
use progress::Progress;

const HELP: &str = "\
Plays training code against a running server: several clients ask for trials, report learning curves, and complete, prune
or fail them. Everything follows from the seed and the point, so the same seed gives the same losses. Above 200 trial ends
a second, and with `--rate 0`, only every 20th trial reports its curve. A study that is there already goes on.";

/// So many trial ends a second are the most that can be asked for.
const RATE_MAX: f64 = 100_000.0;

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct DemoDataArgs {
    /// What to call the study
    #[arg(long, value_name = "NAME", default_value = "demo", value_parser = |text: &str| StudyName::new(text))]
    pub study: StudyName,
    /// How many trials the study has in all
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub trials: u64,
    /// How many trials end in a second; 0 for as many as can
    #[arg(long, value_name = "N", default_value = "500", value_parser = rate)]
    pub rate: f64,
    /// What points, losses and ends follow from
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How many trials run at once
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub slots: u16,
    /// What proposes the points; the search itself takes its time with many trials
    #[arg(long, value_name = "ALGORITHM", default_value = "random")]
    pub algorithm: Proposer,
}

/// What proposes the points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Proposer {
    Auto,
    Gp,
    Tpe,
    Cmaes,
    Qmc,
    Grid,
    Anneal,
    Random,
}

/// Fills the study until it has all its trials, and prints how they ended.
///
/// # Errors
/// When no server answers, when a study of this name is another one, when interrupted.
pub async fn run(args: DemoDataArgs, context: &Context) -> anyhow::Result<()> {
    let signals = Signals::listen()?;
    let demo = tokio::select! {
        demo = Demo::open(&args, context) => demo?,
        () = signals.drain.cancelled() => return Err(Interrupted.into()),
    };
    let progress = Progress::start(&demo.info);
    let began = std::time::Instant::now();
    let played = tokio::select! {
        played = play(&args, context, &demo, &signals.drain, &progress) => played,
        () = signals.now.cancelled() => return Err(Interrupted.into()),
    };
    let seconds = began.elapsed().as_secs_f64();
    drop(progress);
    let summary = played?;
    print(&demo, &summary, seconds, context)?;
    if signals.drain.is_cancelled() {
        say("interrupted: run the same command again to go on");
        return Err(Interrupted.into());
    }
    Ok(())
}

/// Plays all clients to the study's end, or until `stop`: then they give back what they run.
async fn play(
    args: &DemoDataArgs,
    context: &Context,
    demo: &Demo,
    stop: &CancellationToken,
    progress: &Progress,
) -> anyhow::Result<RunSummary> {
    let game = Game::new(args, progress.tally());
    let stop = stop.child_token();
    let mut players = JoinSet::new();
    for player in game::players(args.slots) {
        let client = context.client_named(&player.id).await?;
        let study = client.study(demo.study.study_ref().clone());
        players.spawn(game.clone().play(study, player.slots, stop.clone()));
    }
    let mut summary = RunSummary::default();
    let mut failure = None;
    while let Some(played) = players.join_next().await {
        match played? {
            Ok(part) => add(&mut summary, part),
            Err(error) => {
                // One client that cannot go on: the others would not fare better.
                stop.cancel();
                failure.get_or_insert(error);
            }
        }
    }
    if let Some(error) = failure {
        return Err(error.into());
    }
    if stop.is_cancelled() {
        demo.given_back(&game::players(args.slots)).await?;
    }
    Ok(summary)
}

fn add(all: &mut RunSummary, part: RunSummary) {
    all.completed += part.completed;
    all.pruned += part.pruned;
    all.failed += part.failed;
    all.released += part.released;
    all.lost += part.lost;
    all.ended = all.ended.take().or(part.ended);
}

fn print(demo: &Demo, summary: &RunSummary, seconds: f64, context: &Context) -> anyhow::Result<()> {
    let RunSummary { completed, pruned, failed, released, lost, ended, .. } = summary;
    let ends = completed + pruned + failed;
    let rate = as_f64(ends) / seconds.max(f64::EPSILON);
    if context.json {
        return context.print_json(&json!({
            "study": demo.study.study_ref().to_string(), "created": demo.created, "completed": completed, "pruned": pruned,
            "failed": failed, "released": released, "lost": lost, "seconds": seconds, "rate": rate, "ended": ended,
        }));
    }
    let mut parts =
        vec![format!("{completed} completed"), format!("{pruned} pruned"), format!("{failed} failed")];
    for (number, what) in [(*released, "given back"), (*lost, "lost")] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    let (trials, parts) = (figures::count(ends, "trial"), parts.join(", "));
    context.print(&format!(
        "{}: {trials} in {seconds:.1} s ({rate:.0} a second): {parts}\n",
        demo.study.study_ref()
    ))
}

#[expect(clippy::cast_precision_loss, reason = "counts of trials are far below 2^52")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

fn rate(text: &str) -> Result<f64, Refusal> {
    let rate: Option<f64> = text.trim().parse().ok();
    rate.filter(|rate| (0.0..=RATE_MAX).contains(rate)).ok_or_else(|| {
        let message = format!("`{text}` must be a number from 0 (as fast as possible) to {RATE_MAX}");
        Refusal::new(tunewright_core::Code::Invalid, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_numbers_in_their_bounds() {
        for (text, value) in [("0", 0.0), ("500", 500.0), ("0.5", 0.5), ("100000", RATE_MAX)] {
            assert_eq!(rate(text), Ok(value), "{text}");
        }
        for text in ["", "-1", "fast", "NaN", "inf", "100001"] {
            let message = rate(text).expect_err(text).message;
            assert_eq!(message, format!("`{text}` must be a number from 0 (as fast as possible) to 100000"));
        }
    }
}
