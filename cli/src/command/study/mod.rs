//! `tunewright study`.

mod attachment;
mod change;
mod create;
mod export;
mod list;
mod setting;
mod show;
mod waiting;
mod watch;

use clap::{Args, Subcommand};
use tunewright::Study;
use tunewright_core::name::StudyName;
use tunewright_core::study::StudyRef;

use crate::context::Context;

#[derive(Debug, Args)]
pub struct StudyArgs {
    #[command(subcommand)]
    command: StudyCommand,
}

#[derive(Debug, Subcommand)]
enum StudyCommand {
    /// Create a study from a file, or open it if it exists with the same definition
    Create(create::CreateArgs),
    /// List the studies of the project
    List(list::ListArgs),
    /// Show a study and its best trial
    Show(Named),
    /// Follow a study until it ends
    Watch(watch::WatchArgs),
    /// Lease no more trials until it is resumed; running ones go on
    Pause(Named),
    /// Go on after a pause
    Resume(Named),
    /// End a study for good
    Stop(change::StopArgs),
    /// Remove a study and all that is known of it
    Delete(change::DeleteArgs),
    /// Change budgets, parallelism, algorithm, objective, note or tags
    Update(Box<change::UpdateArgs>),
    /// Write all trials to stdout, as CSV or JSON
    Export(export::ExportArgs),
    /// List what is attached to a study and its trials
    Attachments(Named),
    /// Write an attachment's content to a file
    Attachment(attachment::AttachmentArgs),
}

/// A study, and nothing else.
#[derive(Debug, Args)]
pub struct Named {
    /// The study's name
    #[arg(value_name = "STUDY", value_parser = |text: &str| StudyName::new(text))]
    pub study: StudyName,
}

impl StudyArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub async fn run(self, context: &Context) -> anyhow::Result<()> {
        match self.command {
            StudyCommand::Create(args) => create::run(args, context).await,
            StudyCommand::List(args) => list::run(args, context).await,
            StudyCommand::Show(args) => show::run(args, context).await,
            StudyCommand::Watch(args) => watch::run(args, context).await,
            StudyCommand::Pause(args) => change::pause(args, context).await,
            StudyCommand::Resume(args) => change::resume(args, context).await,
            StudyCommand::Stop(args) => change::stop(args, context).await,
            StudyCommand::Delete(args) => change::delete(args, context).await,
            StudyCommand::Update(args) => change::update(*args, context).await,
            StudyCommand::Export(args) => export::run(args, context).await,
            StudyCommand::Attachments(args) => attachment::list(args, context).await,
            StudyCommand::Attachment(args) => attachment::get(args, context).await,
        }
    }
}

/// The study of this name in the project at hand.
///
/// # Errors
/// When no server answers in time.
pub async fn open(context: &Context, name: StudyName) -> anyhow::Result<Study> {
    let client = context.client().await?;
    Ok(client.study(StudyRef::new(context.project.clone(), name)))
}
