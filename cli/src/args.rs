//! The command line: what there is to say, and the options that every command takes.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use tunewright_core::name::ProjectName;

use crate::command::backup::BackupArgs;
use crate::command::bench::BenchArgs;
use crate::command::completions::CompletionsArgs;
use crate::command::demo_data::DemoDataArgs;
use crate::command::restore::RestoreArgs;
use crate::command::run::RunArgs;
use crate::command::serve::ServeArgs;
use crate::command::study::StudyArgs;
use crate::command::suggest::SuggestArgs;
use crate::command::token::TokenArgs;
use crate::command::trial::TrialArgs;
use crate::command::worker::WorkerArgs;
use crate::command::workers::WorkersArgs;
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
    /// The server to talk to, `https://` for TLS; several with commas between them: the first that answers
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "TUNEWRIGHT_SERVER",
        default_value = "http://127.0.0.1:7070"
    )]
    pub server: String,
    /// A file with the token that says who calls [default: that of TUNEWRIGHT_TOKEN, or in the file of TUNEWRIGHT_TOKEN_FILE]
    #[arg(long, global = true, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// The authorities that may vouch for an `https://` server, in PEM [default: those of the system]
    #[arg(long, global = true, value_name = "FILE", env = "TUNEWRIGHT_TLS_CA")]
    pub tls_ca: Option<PathBuf>,
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
    /// List the workers that are attached to a server, and drain them
    Workers(WorkersArgs),
    /// Create, list and revoke the tokens of a server that asks for them
    Token(TokenArgs),
    /// Propose points over stdin and stdout, without a server
    Suggest(SuggestArgs),
    /// Write studies of a store to a file
    Backup(BackupArgs),
    /// Put studies of such a file into a store
    Restore(RestoreArgs),
    /// Measure this machine: round trips on each store, suggesters, restarts, many workers, overload
    Bench(BenchArgs),
    /// Fill a study of a running server with made-up trials, to try the dashboard on
    DemoData(DemoDataArgs),
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use clap::error::ErrorKind;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_tree_of_commands_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn everywhere_means_before_and_after_the_command() {
        for line in ["tunewright --json completions bash", "tunewright completions bash --json"] {
            assert!(parse(line).expect(line).global.json);
        }
        let cli = parse("tunewright completions bash --project vision --server http://h:1").expect("parsed");
        assert_eq!((cli.global.project.as_str(), cli.global.server.as_str()), ("vision", "http://h:1"));
    }

    #[test]
    fn what_stands_after_the_dashes_is_the_command() {
        let cli = parse("tunewright worker --slots 4 -- python3 train.py --json -q").expect("parsed");
        assert!(!cli.global.json && !cli.global.quiet);
        let Command::Worker(worker) = cli.command else { panic!("a worker") };
        assert_eq!(
            (worker.slots, worker.command),
            (4, ["python3", "train.py", "--json", "-q"].map(str::to_owned).into())
        );
        let cli = parse("tunewright run study.yaml --workers 2").expect("the command may be in the file");
        let Command::Run(run) = cli.command else { panic!("a run") };
        assert!(run.command.is_empty() && run.workers == 2);
    }

    #[test]
    fn wrong_usage_is_refused() {
        for (line, kind) in [
            ("tunewright", ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand),
            ("tunewright bogus", ErrorKind::InvalidSubcommand),
            ("tunewright worker", ErrorKind::MissingRequiredArgument),
            ("tunewright worker --slots 0 -- true", ErrorKind::ValueValidation),
            ("tunewright worker --drain-grace soon -- true", ErrorKind::ValueValidation),
            ("tunewright worker --env novalue -- true", ErrorKind::ValueValidation),
            ("tunewright run", ErrorKind::MissingRequiredArgument),
            ("tunewright run study.yaml --workers 0", ErrorKind::ValueValidation),
            ("tunewright run study.yaml --name a/b", ErrorKind::ValueValidation),
            ("tunewright serve --project a.b/c", ErrorKind::ValueValidation),
            ("tunewright serve -v -q", ErrorKind::ArgumentConflict),
            ("tunewright bench --seconds 0", ErrorKind::ValueValidation),
            ("tunewright bench --trials 0", ErrorKind::ValueValidation),
            ("tunewright bench --only bogus", ErrorKind::InvalidValue),
            ("tunewright demo-data --trials 0", ErrorKind::ValueValidation),
            ("tunewright demo-data --rate 100001", ErrorKind::ValueValidation),
            ("tunewright demo-data --slots 0", ErrorKind::ValueValidation),
            ("tunewright demo-data --algorithm hill", ErrorKind::InvalidValue),
            ("tunewright completions tcsh", ErrorKind::InvalidValue),
        ] {
            assert_eq!(parse(line).expect_err(line).kind(), kind, "{line}");
        }
    }

    #[test]
    fn the_reference_names_every_command() {
        let reference = include_str!("../../docs/cli.md");
        let mut missing = Vec::new();
        for command in Cli::command().get_subcommands() {
            let name = format!("tunewright {}", command.get_name());
            let nested = command.get_subcommands().map(|inner| format!("{name} {}", inner.get_name()));
            missing
                .extend(std::iter::once(name.clone()).chain(nested).filter(|name| !reference.contains(name)));
        }
        assert!(missing.is_empty(), "docs/cli.md does not name {missing:?}");
    }

    #[test]
    fn the_reference_names_every_option() {
        let reference = include_str!("../../docs/cli.md");
        let tree = Cli::command();
        let told = ["run", "serve", "worker", "bench", "demo-data", "suggest", "backup", "restore"];
        let commands = tree.get_subcommands().filter(|command| told.contains(&command.get_name()));
        let options = commands.chain([&tree]).flat_map(clap::Command::get_arguments);
        let missing: Vec<_> = options
            .filter(|option| !option.is_hide_set())
            .filter_map(clap::Arg::get_long)
            .filter(|long| !reference.contains(&format!("--{long}")))
            .collect();
        assert!(missing.is_empty(), "docs/cli.md does not name {missing:?}");
    }
}
