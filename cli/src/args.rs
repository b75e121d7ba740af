//! The command line: what there is to say, and the options that every command takes.

use std::process::ExitCode;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use tunewright_core::name::ProjectName;

use crate::command::bench::BenchArgs;
use crate::command::completions::CompletionsArgs;
use crate::command::run::RunArgs;
use crate::command::serve::ServeArgs;
use crate::command::study::StudyArgs;
use crate::command::suggest::SuggestArgs;
use crate::command::trial::TrialArgs;
use crate::command::worker::WorkerArgs;
use crate::failure;

const EXAMPLES: &str = "\
Examples:
  tunewright run study.yaml --workers 2 -- python3 train.py    tune a script on this machine
  tunewright serve                                             a server for many machines
  tunewright worker --slots 4 -- python3 train.py              a worker for that server
  tunewright study watch digits                                follow a study
  tunewright study export digits --format csv                  take the results away";

/// Finds good hyperparameters for anything that can be run.
#[derive(Debug, Parser)]
#[command(name = "tunewright", version, after_help = EXAMPLES, propagate_version = true)]
#[command(arg_required_else_help = true, subcommand_required = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// The server to talk to
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "TUNEWRIGHT_SERVER",
        default_value = "http://127.0.0.1:7070"
    )]
    pub server: String,
    /// The project that studies are looked up in
    #[arg(long, global = true, value_name = "NAME", env = "TUNEWRIGHT_PROJECT", default_value = "default")]
    #[arg(value_parser = project_name)]
    pub project: ProjectName,
    /// Answer in JSON on stdout, and report errors in JSON on stderr
    #[arg(long, global = true)]
    pub json: bool,
    /// Log more to stderr; twice for everything
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,
    /// Log errors only
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// How log lines look; what is logged is set finely by TUNEWRIGHT_LOG or RUST_LOG (`info,tunewright_server=debug`)
    #[arg(long, global = true, value_name = "FORMAT", env = "TUNEWRIGHT_LOG_FORMAT", default_value = "text")]
    pub log_format: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tune a command on this machine: server, workers and progress in one
    Run(RunArgs),
    /// Serve studies to workers and clients
    Serve(ServeArgs),
    /// Run trials of a server's studies, a process for each
    Worker(WorkerArgs),
    /// Create, list, show, watch, pause, resume, stop, delete and export studies
    Study(StudyArgs),
    /// List, show, enqueue, cancel and retry trials
    Trial(TrialArgs),
    /// Propose points over stdin and stdout, without a server
    Suggest(SuggestArgs),
    /// Measure this machine: round trips on each store, and suggesters
    Bench(BenchArgs),
    /// Print the completion script of a shell
    Completions(CompletionsArgs),
}

impl Command {
    /// Whether it runs on its own for long, and so logs what it does.
    pub const fn is_service(&self) -> bool {
        matches!(self, Self::Serve(_) | Self::Worker(_))
    }
}

impl Cli {
    /// Reads the process's arguments. Help, the version and wrong usage are printed here.
    ///
    /// # Errors
    /// The code to exit with when there is nothing (more) to run.
    pub fn read() -> Result<Self, ExitCode> {
        Self::try_parse().map_err(|error| {
            let wants_json = std::env::args_os().take_while(|arg| arg != "--").any(|arg| arg == "--json");
            failure::report_usage(&error, wants_json)
        })
    }
}

fn project_name(text: &str) -> Result<ProjectName, tunewright_core::Refusal> {
    ProjectName::new(text)
}
