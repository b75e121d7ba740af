//! The one binary of Tunewright: server, worker and command line.
//!
//! Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 failed, 2 used wrongly, 130 interrupted.

mod alone_store;
mod args;
mod command;
mod context;
mod durations;
mod failure;
mod figures;
mod ink;
mod screen;
mod signals;
mod store;
mod study_file;
mod table;
mod telemetry;
mod yaml;

use std::process::ExitCode;

use args::Cli;
use context::Context;

/// Calls of a thousand clients take and give back memory all the time, on several threads.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(exit) => return exit,
    };
    let context = match Context::new(&cli.global) {
        Ok(context) => context,
        Err(refusal) => return failure::report(&refusal.into(), cli.global.json),
    };
    match telemetry::init(&cli.global, cli.command.is_service())
        .and_then(|()| command::run(cli.command, &context))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error, context.json),
    }
}
