//! `tunewright worker`: runs trials of a server's studies, a process for each.

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;
use tunewright_core::Refusal;
use tunewright_core::name::{PoolName, StudyName};

use crate::context::Context;
use crate::durations;

const HELP: &str = "\
The command gets a trial's parameters three ways: `{label}` in an argument is replaced by the value; the variables
TUNEWRIGHT_PARAMS (JSON), TUNEWRIGHT_CONFIG (a JSON file) and TUNEWRIGHT_PARAM_<LABEL> hold them.
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
    /// How many trials to run at once [default: 1, or one for each of --gpus]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub slots: Option<u32>,
    /// GPUs to share out over the slots, for example `0,1,2,3`: each slot sees one, in CUDA_VISIBLE_DEVICES
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub gpus: Vec<String>,
    /// How long running trials may go on once the worker drains
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = durations::parse)]
    pub drain_grace: Duration,
    /// A variable for the command; may be repeated
    #[arg(long = "env", value_name = "KEY=VALUE", value_parser = variable)]
    pub variables: Vec<(String, String)>,
    /// The command to run for each trial, after `--`
    #[arg(last = true, required = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

/// Works until a signal drains it; the second signal ends it at once.
///
/// # Errors
/// When the server cannot be reached at all or refuses the worker.
pub async fn run(args: WorkerArgs, context: &Context) -> anyhow::Result<()> {
    drop(args);
    anyhow::bail!("the worker has not landed yet: {}", context.server)
}

fn variable(text: &str) -> Result<(String, String), Refusal> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(Refusal::new(tunewright_core::Code::Invalid, format!("`{text}` must be KEY=VALUE"))),
    }
}
