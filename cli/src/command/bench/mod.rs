//! `tunewright bench`: what this machine can do.

mod asker;
mod cell;
mod fleet;
mod history;
mod machine;
mod overload;
mod redis;
mod report;
mod restart;
mod soak;
mod store;
mod suggest;
mod target;

use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::context::Context;
use crate::failure::Interrupted;
use crate::signals::Signals;
use crate::store::StoreUrl;
use crate::telemetry::say;
use cell::{CELL_CLIENTS, Cell};
use fleet::Fleet;
use machine::Machine;
use overload::Overload;
use report::Report;
use restart::Restarts;
use soak::Soak;
use store::{Kind, Store, Unmeasured};
use suggest::SuggestTime;

const HELP: &str = "\
One round trip is an ask and the completion of what was asked for, each acknowledged as stored. The server is a process
of its own on this machine, new for each row, and shares its cores with the clients; each client has its own connection.
Suggest times are those of the search alone, right after one more result came in, over 10 parameters. Restart times count
from the start of the server's process, over a store that holds one study of that many completed trials: until the study is
served with all of them, and until the first new trial is suggested by TPE and stored. Workers have a connection and a
trial each, and heartbeat every 10 s; a false loss is a lease that was taken from one that lived. The soak is 64 clients at
full speed, on one study of 20,000 trials after the other; memory is the server's, at its highest in each fifth of the
time. Overload is 64 clients, then 1,280, then 64 again; the share is that of what the 64 got done before.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct BenchArgs {
    /// How long each row is measured, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub seconds: u64,
    /// A Redis to measure on [default: one that is started for it, if `redis-server` is installed]
    #[arg(long, value_name = "URL")]
    pub redis: Option<StoreUrl>,
    /// How many completed trials the study has that is served again after a restart
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub trials: u64,
    /// How many workers are attached at once, each with a trial
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub workers: u64,
    /// How long they stay, and how long soak and overload last, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub stay: u64,
    /// Measure one section instead of all
    #[arg(long, value_name = "SECTION")]
    pub only: Option<Section>,
    /// Measure on one kind of stores instead of all
    #[arg(long, value_name = "STORE")]
    pub on: Option<Kind>,
}

/// What can be measured by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// Ask and complete over the wire, on each store
    RoundTrips,
    /// The search by itself
    Suggest,
    /// A server that starts again over a large study
    Restart,
    /// Many workers attached at once
    Workers,
    /// Full speed for long
    Soak,
    /// Far more clients than a server has time for
    Overload,
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
    let mut report = Report::new(Machine::look());
    if cfg!(debug_assertions) {
        say("warning: this is a debug build; its figures say nothing about a release");
    }
    report.print_head(context)?;
    let is_wanted = |section| args.only.is_none_or(|only| only == section);
    if is_wanted(Section::RoundTrips) {
        measure_round_trips(args, context, &mut report).await?;
    }
    if is_wanted(Section::Suggest) {
        measure_suggest(args, context, &mut report).await?;
    }
    if is_wanted(Section::Restart) {
        measure_restart(args, context, &mut report).await?;
    }
    if is_wanted(Section::Workers) {
        measure_workers(args, context, &mut report).await?;
    }
    if is_wanted(Section::Soak) {
        measure_soak(args, context, &mut report).await?;
    }
    if is_wanted(Section::Overload) {
        measure_overload(args, context, &mut report).await?;
    }
    report.print_end(context)
}

async fn measure_round_trips(args: &BenchArgs, context: &Context, report: &mut Report) -> anyhow::Result<()> {
    report.print_round_trips_head(context)?;
    for store in args.stores(Section::RoundTrips).await? {
        let store = match store {
            Ok(store) => store,
            Err(reason) => {
                report.add_unmeasured(reason, context)?;
                continue;
            }
        };
        for algorithm in ["random", "tpe"] {
            for clients in CELL_CLIENTS {
                let row = Cell { algorithm, clients, duration: args.per_row() }.measure(&store).await?;
                report.add_row(row, context)?;
            }
        }
    }
    Ok(())
}

async fn measure_suggest(args: &BenchArgs, context: &Context, report: &mut Report) -> anyhow::Result<()> {
    report.print_suggest_head(context)?;
    let per_row = args.per_row();
    for algorithm in ["random", "anneal", "tpe"] {
        for trials in suggest::TRIALS {
            // Seconds of plain arithmetic: not for a thread that answers signals.
            let time = tokio::task::spawn_blocking(move || SuggestTime::measure(algorithm, trials, per_row))
                .await??;
            report.add_suggest(time, context)?;
        }
    }
    Ok(())
}

async fn measure_restart(args: &BenchArgs, context: &Context, report: &mut Report) -> anyhow::Result<()> {
    report.print_restart_head(context)?;
    for store in args.stores(Section::Restart).await? {
        match store {
            Ok(store) if store.is_kept() => {
                for time in Restarts::measure(&store, args.trials).await? {
                    report.add_restart(time, context)?;
                }
            }
            Ok(_) => {}
            Err(reason) => report.add_unmeasured(reason, context)?,
        }
    }
    Ok(())
}

async fn measure_workers(args: &BenchArgs, context: &Context, report: &mut Report) -> anyhow::Result<()> {
    report.print_fleet_head(context)?;
    let fleet = Fleet { workers: usize::try_from(args.workers)?, duration: args.stay() };
    for store in args.stores(Section::Workers).await? {
        match store {
            Ok(store) => report.add_fleet(fleet.measure(&store).await?, context)?,
            Err(reason) => report.add_unmeasured(reason, context)?,
        }
    }
    Ok(())
}

async fn measure_soak(args: &BenchArgs, context: &Context, report: &mut Report) -> anyhow::Result<()> {
    report.print_soak_head(context)?;
    for store in args.stores(Section::Soak).await? {
        match store {
            // What has ended stays in memory where memory is the store.
            Ok(store) if store.is_kept() => {
                report.add_soak(Soak { duration: args.stay() }.measure(&store).await?, context)?;
            }
            Ok(_) => {}
            Err(reason) => report.add_unmeasured(reason, context)?,
        }
    }
    Ok(())
}

async fn measure_overload(args: &BenchArgs, context: &Context, report: &mut Report) -> anyhow::Result<()> {
    report.print_overload_head(context)?;
    for store in args.stores(Section::Overload).await? {
        match store {
            Ok(store) => {
                report.add_overload(Overload { duration: args.stay() }.measure(&store).await?, context)?;
            }
            Err(reason) => report.add_unmeasured(reason, context)?,
        }
    }
    Ok(())
}

impl BenchArgs {
    async fn stores(&self, section: Section) -> anyhow::Result<Vec<Result<Store, Unmeasured>>> {
        Store::wanted(section, self.on, self.redis.as_deref()).await
    }

    const fn per_row(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    const fn stay(&self) -> Duration {
        Duration::from_secs(self.stay)
    }
}
