//! `tunewright backup`: studies of a store into a file.

mod alone;
mod given;
mod show;

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use jiff::Timestamp as Now;
use serde_json::json;
use tempfile::NamedTempFile;
use tunewright_core::{Code, Refusal, Timestamp};
use tunewright_server::storage::backup::{BackingUp, BackupReport, Selection, Watch, back_up};

use crate::context::Context;
use crate::failure::Interrupted;
use crate::figures::count;
use crate::signals::Signals;
use crate::telemetry::say;

pub use alone::StoreArgs;
pub use given::GivenName;
pub use show::{Progress, failed, table};

const HELP: &str = "\
The store is opened by itself, so stop its server first. Every study is written with its trials, their intermediate values
and outputs, and its attachments, and with a SHA-256 digest that `restore` checks. Access tokens are left out, unless all
is backed up and --with-tokens is given.

Examples:
  tunewright backup -o all.twb --all --store redb:/var/lib/tunewright
  tunewright backup -o vision.twb --project vision --store redis://cache:6379/0
  tunewright backup -o two.twb digits letters
  tunewright restore two.twb --check                  what is in it, and whether it is sound";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct BackupArgs {
    /// The studies, as NAME or PROJECT/NAME [default: all of the project]
    #[arg(value_name = "STUDY", conflicts_with = "all")]
    studies: Vec<GivenName>,
    /// The file to write; it appears once it is whole
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// All studies of all projects
    #[arg(long)]
    all: bool,
    /// Also what is kept of access tokens: their digests and scopes, not the tokens themselves
    #[arg(long, requires = "all")]
    with_tokens: bool,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    store: StoreArgs,
}

/// Backs up.
///
/// # Errors
/// When the store is in use or lacks a study, or the file cannot be written.
pub async fn run(args: BackupArgs, context: &Context) -> anyhow::Result<()> {
    let signals = Signals::listen()?;
    tokio::select! {
        done = carry_out(&args, context, &signals) => done,
        // What was written so far goes with its file.
        () = signals.now.cancelled() => Err(Interrupted.into()),
    }
}

async fn carry_out(args: &BackupArgs, context: &Context, signals: &Signals) -> anyhow::Result<()> {
    let output = &args.output;
    if output.exists() && !args.force {
        return Err(exists(output).into());
    }
    let unusable = || format!("cannot write `{}`", output.display());
    let directory = output.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unfinished = NamedTempFile::with_prefix_in(".backup-", directory).with_context(unusable)?;
    let storage = args.store.open(true).await?;
    let progress = Progress::start("backed up", context.json);
    let backing_up = BackingUp { selection: selection(args, context), tokens: args.with_tokens, now: now()? };
    let watch = Watch { stop: &signals.drain, step: &|step| progress.show(&step) };
    let out = BufWriter::new(unfinished.as_file());
    let report = back_up(storage.storage(), &backing_up, out, watch).await;
    storage.release().await?;
    let report = report.map_err(|error| failed(error, output))?;
    unfinished.as_file().sync_all().with_context(unusable)?;
    if args.force {
        unfinished.persist(output).with_context(unusable)?;
    } else if let Err(error) = unfinished.persist_noclobber(output) {
        // Somebody else has made one since it was looked for.
        return Err(if output.exists() { exists(output).into() } else { error.error.into() });
    }
    File::open(directory).and_then(|directory| directory.sync_all()).with_context(unusable)?;
    drop(progress);
    tell(&report, output, context)
}

fn selection(args: &BackupArgs, context: &Context) -> Selection {
    match (args.all, args.studies.as_slice()) {
        (true, _) => Selection::Everything,
        (false, []) => Selection::Project(context.project.clone()),
        (false, some) => {
            Selection::Studies(some.iter().map(|it| it.clone().within(&context.project)).collect())
        }
    }
}

fn now() -> anyhow::Result<Timestamp> {
    let millis = u64::try_from(Now::now().as_millisecond()).context("the clock stands before 1970")?;
    Ok(Timestamp(millis))
}

fn exists(output: &Path) -> Refusal {
    let message = format!("`{}` is there already", output.display());
    Refusal { field: Some("output".to_owned()), ..Refusal::new(Code::AlreadyExists, message) }
        .with_hint("name another file, or replace it with `--force`")
}

fn tell(report: &BackupReport, output: &Path, context: &Context) -> anyhow::Result<()> {
    if context.json {
        let BackupReport { created_at, studies, tokens, sha256, .. } = report;
        let output = output.display().to_string();
        return context.print_json(&json!({
            "output": output, "created_at": created_at, "studies": studies, "tokens": tokens, "sha256": sha256,
        }));
    }
    context.print(&table(&report.studies))?;
    if report.tokens > 0 {
        say(&format!("{} backed up", count(report.tokens, "token")));
    }
    say(&format!("written to {}", output.display()));
    Ok(())
}
