//! The commands, one module each.

pub mod backup;
pub mod bench;
pub mod completions;
pub mod demo_data;
pub mod restore;
pub mod run;
pub mod serve;
pub mod study;
pub mod suggest;
pub mod token;
pub mod trial;
pub mod worker;
pub mod workers;

use crate::args::Command;
use crate::context::Context;

/// Runs one command to its end.
///
/// # Errors
/// Whatever went wrong; [`crate::failure`] shows it.
pub fn run(command: Command, context: &Context) -> anyhow::Result<()> {
    match command {
        Command::Completions(args) => args.run(context),
        Command::Suggest(args) => suggest::run(args),
        Command::Bench(args) => on_runtime(bench::run(args, context)),
        Command::DemoData(args) => on_runtime(demo_data::run(args, context)),
        Command::Backup(args) => on_runtime(backup::run(args, context)),
        Command::Restore(args) => on_runtime(restore::run(args, context)),
        Command::Run(args) => on_runtime(run::run(args, context)),
        Command::Serve(args) => on_runtime(serve::run(args, context)),
        Command::Worker(args) => on_runtime(worker::run(args, context)),
        Command::Token(args) => on_runtime(args.run(context)),
        Command::Study(args) => on_runtime(args.run(context)),
        Command::Trial(args) => on_runtime(args.run(context)),
        Command::Workers(args) => on_runtime(args.run(context)),
    }
}

fn on_runtime(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(work);
    // What still blocks (a read of stdin, a slow store) must not hold up the end of the process.
    runtime.shutdown_background();
    result
}
