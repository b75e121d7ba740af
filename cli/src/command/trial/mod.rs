//! `tunewright trial`.

mod change;
mod enqueue;
mod list;
mod show;

use clap::{Args, Subcommand};
use tunewright_core::name::StudyName;
use tunewright_core::study::TrialNumber;

use crate::context::Context;

#[derive(Debug, Args)]
pub struct TrialArgs {
    #[command(subcommand)]
    command: TrialCommand,
}

#[derive(Debug, Subcommand)]
enum TrialCommand {
    /// List a study's trials
    List(list::ListArgs),
    /// Show a trial: configuration, attempts, intermediate values and output
    Show(Numbered),
    /// Have a point tried, before any that is suggested
    Enqueue(enqueue::EnqueueArgs),
    /// End a trial for good, queued or running
    Cancel(Numbered),
    /// Have an ended trial's point tried once more, as a new trial
    Retry(Numbered),
}

/// A trial of a study.
#[derive(Debug, Args)]
pub struct Numbered {
    /// The study's name
    #[arg(value_name = "STUDY", value_parser = |text: &str| StudyName::new(text))]
    pub study: StudyName,
    /// The trial's number
    #[arg(value_name = "NUMBER")]
    number: u64,
}

impl Numbered {
    pub const fn number(&self) -> TrialNumber {
        TrialNumber(self.number)
    }
}

impl TrialArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub async fn run(self, context: &Context) -> anyhow::Result<()> {
        match self.command {
            TrialCommand::List(args) => list::run(args, context).await,
            TrialCommand::Show(args) => show::run(args, context).await,
            TrialCommand::Enqueue(args) => enqueue::run(args, context).await,
            TrialCommand::Cancel(args) => change::cancel(args, context).await,
            TrialCommand::Retry(args) => change::retry(args, context).await,
        }
    }
}
