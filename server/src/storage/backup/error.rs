//! Why a backup was not made or not restored.

use tunewright_core::Refusal;

use crate::storage::StorageError;

/// Why a backup was not made or not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file is not what was written once.
    #[error("the backup is damaged at record {record}: {problem}")]
    Damaged { record: u64, problem: String },
    /// What was asked for cannot be.
    #[error("{0}")]
    Refused(Refusal),
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The file cannot be read or written.
    #[error("the backup's file cannot be used")]
    File(#[from] std::io::Error),
    /// It was to stop.
    #[error("interrupted")]
    Interrupted,
}

impl From<Refusal> for BackupError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
