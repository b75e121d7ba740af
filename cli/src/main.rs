//! The one binary of Tunewright: server, worker and command line.
//!
//! Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 failed, 2 used wrongly, 130 interrupted.

mod args;
mod command;
mod context;
mod durations;
mod failure;
mod figures;
mod signals;
mod store;
mod study_file;
mod table;
mod telemetry;
mod yaml;

use std::process::ExitCode;

use args::Cli;
use context::Context;

fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(exit) => return exit,
    };
    let context = Context::new(&cli.global);
    match telemetry::init(&cli.global, cli.command.is_service())
        .and_then(|()| command::run(cli.command, &context))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error, context.json),
    }
}
