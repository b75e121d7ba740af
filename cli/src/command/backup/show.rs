//! What is shown of a backup or a restore.

use std::io::IsTerminal as _;
use std::path::Path;
use std::time::Duration;

use indicatif::ProgressBar;
use tunewright_server::storage::backup::{BackupError, Step, StudyReport};

use crate::failure::{Failed, Interrupted};
use crate::figures::count;
use crate::table::Table;
use crate::telemetry::{say, write_above};

/// Progress on stderr: on a terminal a line that changes, and one that stays for each study.
#[derive(Debug)]
pub struct Progress {
    /// Only on a terminal.
    spinner: Option<ProgressBar>,
    done: &'static str,
    quiet: bool,
}

impl Progress {
    /// `done` is said of each study that is.
    pub fn start(done: &'static str, quiet: bool) -> Self {
        let spinner = (!quiet && std::io::stderr().is_terminal()).then(ProgressBar::new_spinner);
        if let Some(spinner) = &spinner {
            spinner.enable_steady_tick(Duration::from_millis(200));
            write_above(Some(spinner.clone()));
        }
        Self { spinner, done, quiet }
    }

    pub fn show(&self, step: &Step<'_>) {
        match (step, &self.spinner) {
            (Step::Trials { study, done, of }, Some(spinner)) => {
                spinner.set_message(format!("{study}: {done} of {of} trials"));
            }
            (Step::Done(study), _) if !self.quiet => {
                say(&format!("{}: {}, {}", study.study, self.done, count(study.trials, "trial")));
            }
            _ => {}
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
            write_above(None);
        }
    }
}

/// Studies with their digests.
pub fn table(studies: &[StudyReport]) -> String {
    let mut table = Table::new(["STUDY", ">TRIALS", ">VALUES", ">ATTACHMENTS", "SHA256"]);
    for StudyReport { study, trials, reports, attachments, sha256, .. } in studies {
        let counts = [trials, reports, attachments].map(ToString::to_string);
        table.row([study.to_string()].into_iter().chain(counts).chain([sha256.to_string()]));
    }
    table.show()
}

/// The error as this program reports it.
pub fn failed(error: BackupError, file: &Path) -> anyhow::Error {
    match error {
        BackupError::Refused(refusal) => refusal.into(),
        BackupError::Storage(error) => error.into(),
        BackupError::Interrupted => Interrupted.into(),
        BackupError::File(error) => {
            anyhow::Error::new(error).context(format!("cannot use `{}`", file.display()))
        }
        damaged @ BackupError::Damaged { .. } => Failed::new(format!("`{}`: {damaged}", file.display()))
            .with_hint("use another copy of it, or an older backup")
            .into(),
    }
}
