//! `tunewright worker`: runs trials of a server's studies, a process for each.

use std::io::Read as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use tokio_util::sync::CancellationToken;
use tracing::info;
use tunewright_core::name::{PoolName, StudyName};
use tunewright_core::{Code, Refusal};
use tunewright_worker::{Gpus, Shutdown, SpoolDir, WorkerConfig};

use crate::context::Context;
use crate::durations;
use crate::failure::Interrupted;
use crate::signals::Signals;

const HELP: &str = "\
The command gets a trial's parameters three ways: `{label}` in an argument is replaced by the value; the variables
TUNEWRIGHT_PARAMS (JSON), TUNEWRIGHT_PARAMS_FILE (a file with that JSON) and TUNEWRIGHT_PARAM_<LABEL> (one value, the label
in capitals) hold them.
It reports by writing JSON lines to the file named in TUNEWRIGHT_RESULT, such as {\"step\": 3, \"loss\": 0.2} and at the end
{\"loss\": 0.12}; or it simply prints the loss as the last line of its output.

SIGTERM or Ctrl-C drains: no new trials, running ones get --drain-grace and are given back. A second one ends at once.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct WorkerArgs {
    /// Only this study; may be repeated [default: all studies of the pools]
    #[arg(long = "study", value_name = "NAME", value_parser = |text: &str| StudyName::new(text))]
    pub studies: Vec<StudyName>,
    /// A pool to work for; may be repeated [default: default]
    #[arg(long = "pool", value_name = "POOL", value_parser = |text: &str| PoolName::new(text))]
    pub pools: Vec<PoolName>,
    /// How many trials to run at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub slots: u16,
    /// GPUs to share out over the slots, `auto` or for example `0,1,2,3`; each slot sees its own in CUDA_VISIBLE_DEVICES
    #[arg(long, value_name = "GPUS", default_value = "", hide_default_value = true)]
    pub gpus: Gpus,
    /// How many GPUs each slot gets
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub gpus_per_slot: u16,
    /// How long running trials may go on once the worker drains
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = durations::parse)]
    pub drain_grace: Duration,
    /// A variable for the command; may be repeated
    #[arg(long = "env", value_name = "KEY=VALUE", value_parser = variable)]
    pub variables: Vec<(String, String)>,
    /// Where results are kept until the server has acknowledged them [default: tunewright/spool in $XDG_STATE_HOME,
    /// else in ~/.local/state]
    #[arg(long, value_name = "DIR", env = "TUNEWRIGHT_SPOOL")]
    pub spool: Option<PathBuf>,
    /// Keep results in memory only: a worker that is killed takes them along
    #[arg(long)]
    pub no_spool: bool,
    /// End when no trial has run for this long
    #[arg(long, value_name = "DURATION", value_parser = durations::parse)]
    pub exit_when_idle: Option<Duration>,
    /// End after this many trials
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_trials: Option<u64>,
    /// End at once when stdin does: whoever started this worker is gone
    #[arg(long, hide = true)]
    pub until_stdin_closes: bool,
    /// The command to run for each trial, after `--`
    #[arg(last = true, required = true, value_name = "CMD")]
    pub command: Vec<String>,
}

/// Works until a signal drains it; the second signal ends it at once.
///
/// # Errors
/// When the command or an option can never work, or the server refuses the worker.
pub async fn run(args: WorkerArgs, context: &Context) -> anyhow::Result<()> {
    let signals = Signals::listen()?;
    if args.until_stdin_closes {
        cancel_when_stdin_closes(signals.now.clone());
    }
    let shutdown = Shutdown { drain: signals.drain, abort: signals.now.clone() };
    let verbose = tracing::enabled!(tracing::Level::DEBUG);
    let config = WorkerConfig {
        access: context.access.clone(),
        spool: match (args.spool, args.no_spool) {
            (_, true) => SpoolDir::None,
            (Some(dir), false) => SpoolDir::At(dir),
            (None, false) => SpoolDir::OfUser,
        },
        project: context.project.to_string(),
        pools: args.pools.into_iter().map(String::from).collect(),
        studies: args.studies.into_iter().map(String::from).collect(),
        slots: args.slots.into(),
        gpus: args.gpus,
        gpus_per_slot: args.gpus_per_slot.into(),
        env: args.variables,
        drain_grace: args.drain_grace,
        exit_when_idle: args.exit_when_idle,
        max_trials: args.max_trials,
        verbose,
        ..WorkerConfig::new(vec![context.server.clone()], args.command)
    };
    let done = tunewright_worker::run(config, shutdown).await?;
    info!(
        completed = done.completed,
        failed = done.failed,
        pruned = done.pruned,
        released = done.released,
        lost = done.lost,
        undelivered = done.undelivered,
        "ended"
    );
    if signals.now.is_cancelled() { Err(Interrupted.into()) } else { Ok(()) }
}

fn cancel_when_stdin_closes(token: CancellationToken) {
    // A thread of its own: reading stdin cannot be given up, and must not hold up the end of the process.
    std::thread::spawn(move || {
        let mut heard = [0; 64];
        while std::io::stdin().read(&mut heard).is_ok_and(|length| length > 0) {}
        token.cancel();
    });
}

/// Reads `KEY=VALUE`.
///
/// # Errors
/// `invalid` when there is no key or no `=`.
pub fn variable(text: &str) -> Result<(String, String), Refusal> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(Refusal::new(Code::Invalid, format!("`{text}` must be KEY=VALUE"))),
    }
}
