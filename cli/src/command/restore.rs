//! `tunewright restore`: studies of a backup into a store.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use clap::Args;
use tunewright_server::storage::backup::{
    BackupReport, NewName, Restored, Restoring, Step, Watch, check, restore,
};

use super::backup::{GivenName, Progress, StoreArgs, failed, table};
use crate::context::Context;
use crate::failure::Interrupted;
use crate::figures::count;
use crate::signals::Signals;
use crate::telemetry::say;

const HELP: &str = "\
The store is opened by itself, so stop its server first; one in a directory is made if it is not there. All of the file is
checked before anything is written, and each study is read back and compared before anybody can see it. A study whose
name is in use is refused, and nothing is changed.

Trials that were running keep their leases for one more lease_ttl_ms from the server's start, as after every restart: a worker
that still has one can tell its result, and otherwise the trial is tried again.

Examples:
  tunewright restore all.twb --check
  tunewright restore all.twb --store redis://cache:6379/0
  tunewright restore all.twb vision/digits --as digits-of-may
  tunewright restore all.twb --skip-existing          go on after an interruption";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct RestoreArgs {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only these studies, as NAME or PROJECT/NAME [default: all that are in it]
    #[arg(value_name = "STUDY")]
    studies: Vec<GivenName>,
    /// Restore the one study under this NAME or PROJECT/NAME, as another study
    #[arg(long = "as", value_name = "NAME", conflicts_with = "skip_existing")]
    rename: Option<GivenName>,
    /// Leave out studies whose names are in use
    #[arg(long)]
    skip_existing: bool,
    /// Also the access tokens that are in it and not in the store
    #[arg(long)]
    with_tokens: bool,
    /// Only check the file, and show what is in it
    #[arg(long, conflicts_with_all = ["rename", "skip_existing", "with_tokens", "studies"])]
    check: bool,
    #[command(flatten)]
    store: StoreArgs,
}

/// Restores, or only checks.
///
/// # Errors
/// When the file is damaged or lacks a study, the store is in use or has one already, or something does not work.
pub async fn run(args: RestoreArgs, context: &Context) -> anyhow::Result<()> {
    let unreadable = || format!("cannot read `{}`", args.file.display());
    let mut file = BufReader::new(File::open(&args.file).with_context(unreadable)?);
    let contents = check(&mut file).map_err(|error| failed(error, &args.file))?;
    if args.check {
        if context.json {
            return context.print_json(&contents);
        }
        return context.print(&table(&contents.studies));
    }
    let signals = Signals::listen()?;
    tokio::select! {
        done = carry_out(&args, file, &contents, context, &signals) => done,
        () = signals.now.cancelled() => {
            say("interrupted; what is unfinished is removed when the store is opened next");
            Err(Interrupted.into())
        }
    }
}

async fn carry_out(
    args: &RestoreArgs,
    file: BufReader<File>,
    contents: &BackupReport,
    context: &Context,
    signals: &Signals,
) -> anyhow::Result<()> {
    let restoring = Restoring {
        studies: args.studies.iter().map(|it| it.clone().within(&context.project)).collect(),
        rename: args.rename.clone().map(|GivenName { project, name }| NewName { project, name }),
        skip_existing: args.skip_existing,
        tokens: args.with_tokens,
    };
    let storage = args.store.open(false).await?;
    let progress = Progress::start("restored", context.json);
    let whole = AtomicUsize::new(0);
    let step = |step: Step<'_>| {
        if matches!(step, Step::Done(_)) {
            whole.fetch_add(1, Ordering::Relaxed);
        }
        progress.show(&step);
    };
    let watch = Watch { stop: &signals.drain, step: &step };
    let done = restore(storage.storage(), file, contents, &restoring, watch).await;
    drop(progress);
    storage.release().await?;
    match done {
        Ok(done) => tell(&done, context),
        Err(error) => {
            if whole.into_inner() > 0 {
                say("the studies above are whole; --skip-existing goes on with the others");
            }
            Err(failed(error, &args.file))
        }
    }
}

fn tell(restored: &Restored, context: &Context) -> anyhow::Result<()> {
    if context.json {
        return context.print_json(restored);
    }
    for study in &restored.skipped {
        say(&format!("{study}: is there already, and left as it is"));
    }
    if restored.tokens > 0 {
        say(&format!("{} restored", count(restored.tokens, "token")));
    }
    context.print(&table(&restored.studies))
}
