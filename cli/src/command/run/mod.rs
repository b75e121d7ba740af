//! `tunewright run`: an embedded server, local workers, progress and the result, in one.

mod crew;
mod embedded;
mod follow;
mod opening;
mod plan;
mod progress;
mod result;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use tunewright::{Status, Study};
use tunewright_core::name::StudyName;

use crate::context::Context;
use crate::durations;
use crate::failure::Interrupted;
use crate::signals::Signals;
use crate::store::{self, StoreUrl};
use crate::telemetry::say;
use crew::Crew;
use embedded::Embedded;
use follow::End;
use plan::Plan;

const HELP: &str = "\
The study file holds the space and whatever else the study needs; `command` in it is used when none is given here:

  name: svm
  command: [python3, train.py, --c, \"{C}\"]
  space: {C: {type: loguniform, low: 0.01, high: 100}}
  budget: {max_trials: 60}

Run it again and it goes on where it stopped; a larger budget continues a study that had ended.
Ctrl-C lets running trials finish or gives them back; a second Ctrl-C ends at once. See `tunewright worker --help` for
what a command is told and how it reports. The best configuration goes to stdout, everything else to stderr.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct RunArgs {
    /// The study file, YAML or JSON; `-` for stdin
    #[arg(value_name = "STUDY.yaml")]
    pub file: PathBuf,
    /// How many workers, each running one trial at a time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=512))]
    pub workers: u16,
    /// Where studies are kept: redb, redb:DIR, redis://HOST:PORT, rediss://HOST:PORT or memory: [default: redb]
    #[arg(long, value_name = "STORE", env = "TUNEWRIGHT_STORE", hide_env_values = true)]
    pub store: Option<StoreUrl>,
    /// The directory of the embedded store
    #[arg(long, value_name = "DIR", env = "TUNEWRIGHT_DATA_DIR", default_value = store::DEFAULT_DATA_DIR)]
    pub data_dir: String,
    /// Use a store also if its settings can lose results
    #[arg(long)]
    pub allow_unsafe_store: bool,
    /// The study's name [default: the file's `name`, else what the file or its directory is called]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| StudyName::new(text))]
    pub name: Option<StudyName>,
    /// The study's budget of trials in all, instead of the file's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_trials: Option<u64>,
    /// How the best configuration is printed
    #[arg(long, value_name = "FORMAT", default_value = "yaml")]
    pub format: Format,
    /// How long running trials may go on after Ctrl-C
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = durations::parse)]
    pub drain_grace: Duration,
    /// A variable for the command; may be repeated
    #[arg(long = "env", value_name = "KEY=VALUE", value_parser = crate::command::worker::variable)]
    pub variables: Vec<(String, String)>,
    /// The command to run for each trial, after `--`
    #[arg(last = true, value_name = "CMD")]
    pub command: Vec<String>,
}

/// How the best configuration is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Yaml,
    Json,
}

/// Runs the study to its end and prints the best configuration.
///
/// # Errors
/// What is wrong with the study file, the command or the store; when no trial completed; when interrupted.
pub async fn run(args: RunArgs, context: &Context) -> anyhow::Result<()> {
    let plan = Plan::new(args, context)?;
    let signals = Signals::listen()?;
    let mut server = tokio::select! {
        server = Embedded::start(&plan) => server?,
        () = signals.drain.cancelled() => return Err(Interrupted.into()),
    };
    let study = server.client().study(plan.study.clone());
    let url = server.url().to_owned();
    let result = tokio::select! {
        result = tune(&plan, &study, &url, &signals, context) => result,
        error = server.died() => Err(error),
    };
    server.end().await;
    result
}

async fn tune(
    plan: &Plan,
    study: &Study,
    url: &str,
    signals: &Signals,
    context: &Context,
) -> anyhow::Result<()> {
    let opened = opening::open(study, plan).await?;
    let end = if opened.status.is_terminal() {
        End::Ended
    } else {
        say(&opening::greeting(&opened, plan));
        say(&format!("watch it in a browser at {url}/s/{}", plan.study));
        let mut crew = Crew::start(plan, url)?;
        let end = follow::follow(study, &opened, &mut crew, signals).await;
        if matches!(end, Ok(End::Interrupted)) {
            say("interrupted: waiting for running trials; once more to give up at once");
        }
        crew.end(&signals.now).await;
        end?
    };
    let info = study.info().await?;
    match end {
        End::Interrupted => {
            say(&result::pause_note(&info, plan));
            Err(Interrupted.into())
        }
        End::Hopeless => Err(result::explain_failures(study, &info).await?),
        End::Ended if info.counts.completed == 0 && info.status != Status::Stopped => {
            Err(result::explain_failures(study, &info).await?)
        }
        End::Ended => result::print(study, &info, plan, context).await,
    }
}
