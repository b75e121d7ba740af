//! Looking on while a backup is made or restored.

use tokio_util::sync::CancellationToken;
use tunewright_core::study::StudyRef;

use super::BackupError;
use super::forms::StudyReport;

/// How far it has come.
#[derive(Debug)]
pub enum Step<'a> {
    /// So many trials of this study.
    Trials { study: &'a StudyRef, done: u64, of: u64 },
    /// The whole study.
    Done(&'a StudyReport),
}

/// Is told how far it has come, and can stop it.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    pub stop: &'a CancellationToken,
    pub step: &'a (dyn Fn(Step<'_>) + Send + Sync),
}

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("stop", &self.stop).finish_non_exhaustive()
    }
}

impl Watch<'_> {
    pub(super) fn tell(&self, step: Step<'_>) -> Result<(), BackupError> {
        (self.step)(step);
        if self.stop.is_cancelled() { Err(BackupError::Interrupted) } else { Ok(()) }
    }
}
