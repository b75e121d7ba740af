//! `tunewright bench`: what this machine can do.

mod cell;
mod machine;
mod redis;
mod report;
mod store;
mod suggest;
mod target;

use std::time::Duration;

use clap::Args;

use crate::context::Context;
use crate::failure::Interrupted;
use crate::signals::Signals;
use crate::telemetry::say;
use cell::{CELL_CLIENTS, Cell};
use machine::Machine;
use report::Report;
use store::Store;
use suggest::SuggestTime;

const HELP: &str = "\
One round trip is an ask and the completion of what was asked for, each acknowledged as stored. The server is a process
of its own on this machine, new for each row, and shares its cores with the clients; each client has its own connection.
Suggest times are those of the search alone, right after one more result came in, over 10 parameters.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct BenchArgs {
    /// How long each row is measured, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub seconds: u64,
    /// A Redis to measure on [default: one that is started for it, if `redis-server` is installed]
    #[arg(long, value_name = "URL")]
    pub redis: Option<String>,
}

/// Measures and prints as it goes; with `--json` one document at the end.
///
/// # Errors
/// When a server cannot be started or refuses a call.
pub async fn run(args: BenchArgs, context: &Context) -> anyhow::Result<()> {
    let signals = Signals::listen()?;
    tokio::select! {
        done = measure(&args, context) => done,
        () = signals.drain.cancelled() => Err(Interrupted.into()),
    }
}

async fn measure(args: &BenchArgs, context: &Context) -> anyhow::Result<()> {
    let per_row = Duration::from_secs(args.seconds);
    let mut report = Report::new(Machine::look());
    if cfg!(debug_assertions) {
        say("warning: this is a debug build; its figures say nothing about a release");
    }
    report.print_head(context)?;
    for store in Store::all(args.redis.as_deref()).await? {
        let store = match store {
            Ok(store) => store,
            Err(reason) => {
                report.add_unmeasured(reason, context)?;
                continue;
            }
        };
        for algorithm in ["random", "tpe"] {
            for clients in CELL_CLIENTS {
                let row = Cell { algorithm, clients, duration: per_row }.measure(&store).await?;
                report.add_row(row, context)?;
            }
        }
    }
    report.print_suggest_head(context)?;
    for algorithm in ["random", "anneal", "tpe"] {
        for trials in suggest::TRIALS {
            // Seconds of plain arithmetic: not for a thread that answers signals.
            let time = tokio::task::spawn_blocking(move || SuggestTime::measure(algorithm, trials, per_row))
                .await??;
            report.add_suggest(time, context)?;
        }
    }
    report.print_end(context)
}
