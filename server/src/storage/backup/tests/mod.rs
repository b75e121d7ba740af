//! From store to file to store.

mod damage;
mod golden;
mod restoring;
mod round_trips;
mod some;

use std::io::Cursor;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tunewright_core::Timestamp;
use tunewright_core::study::StudyRef;

use super::*;
use crate::storage::{MemoryStorage, Storage};

/// A backup of all that a store has.
async fn backed_up(storage: &dyn Storage) -> (Vec<u8>, BackupReport) {
    let stop = CancellationToken::new();
    let now = Timestamp(1_750_000_100_000);
    let backing_up = BackingUp { selection: Selection::Everything, tokens: true, now };
    let watch = Watch { stop: &stop, step: &|_| () };
    let mut file = Vec::new();
    let report = back_up(storage, &backing_up, &mut file, watch).await.expect("backed up");
    (file, report)
}

async fn restored(
    storage: &dyn Storage,
    file: &[u8],
    restoring: &Restoring,
) -> Result<Restored, BackupError> {
    let stop = CancellationToken::new();
    let contents = check(file)?;
    let watch = Watch { stop: &stop, step: &|_| () };
    restore(storage, Cursor::new(file), &contents, restoring, watch).await
}

fn everything() -> Restoring {
    Restoring { tokens: true, ..Restoring::default() }
}

fn memory() -> Arc<dyn Storage> {
    Arc::new(MemoryStorage::new())
}

fn named(name: &str) -> StudyRef {
    name.parse().expect("a name")
}

/// A backup without its first record, which says when and by what it was made.
fn behind_opening(file: &[u8]) -> &[u8] {
    let end = file.iter().position(|byte| *byte == b'\n').expect("a first record");
    &file[end + 1..]
}
