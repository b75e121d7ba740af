//! The file itself: opened, closed after a failure of the disk, and opened again.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use redb::{Database, DatabaseError};
use tunewright_core::Refusal;

use super::{buffered, new_file, tables};
use crate::storage::{Durability, StorageError};

pub(super) const FILE_NAME: &str = "tunewright.redb";

/// Pages kept in memory, in bytes; the crate's own default of 1 GiB would be most of a small machine.
const CACHE: usize = 128 << 20;

type Opener = Box<dyn Fn() -> Result<Database, DatabaseError> + Send + Sync>;

/// The data file. `None` inside between a failure of the disk and the next successful opening: the crate answers
/// every call with an error after the first failed one, until the file is opened anew.
pub(super) struct DataFile {
    path: PathBuf,
    opener: Opener,
    database: RwLock<Option<Arc<Database>>>,
}

impl fmt::Debug for DataFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DataFile").field(&self.path).finish()
    }
}

impl DataFile {
    pub(super) fn in_directory(directory: &Path, durability: Durability) -> Result<Self, StorageError> {
        let mend = |error: &std::io::Error| {
            let message = format!("the data directory `{}` cannot be used: {error}", directory.display());
            StorageError::Setup(
                Refusal::invalid("store", message).with_hint("name a directory that this user may write to"),
            )
        };
        fs::create_dir_all(directory).map_err(|error| mend(&error))?;
        let path = directory.join(FILE_NAME);
        if !path.exists() {
            new_file::make(directory, &path, CACHE).map_err(|error| explain(&path, error))?;
        }
        let opener = {
            let path = path.clone();
            move || match durability {
                Durability::Buffered => buffered::open(&path, CACHE),
                _ => Database::builder().set_cache_size(CACHE).create(&path),
            }
        };
        let file = Self::new(path, Box::new(opener))?;
        // Only now: while it is open, nobody else makes one.
        new_file::sweep(directory).map_err(|error| mend(&error))?;
        // A new file survives a power cut only once its directory's entry is on disk too.
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(|error| mend(&error))?;
        Ok(file)
    }

    pub(super) fn new(path: PathBuf, opener: Opener) -> Result<Self, StorageError> {
        let file = Self { path, opener, database: RwLock::new(None) };
        file.get_or_open()?;
        Ok(file)
    }

    /// The open file, if it is.
    pub(super) fn get(&self) -> Option<Arc<Database>> {
        self.database.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The open file; opens it if it is closed. Only the writer calls it, so no two open it at once.
    pub(super) fn get_or_open(&self) -> Result<Arc<Database>, StorageError> {
        if let Some(database) = self.get() {
            return Ok(database);
        }
        let database = (self.opener)().map_err(|error| explain(&self.path, error))?;
        tables::ensure(&database).map_err(|error| explain(&self.path, error))?;
        let database = Arc::new(database);
        *self.database.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&database));
        Ok(database)
    }

    /// Closes the file after a failure. It is really closed once the reads that are under way have ended.
    pub(super) fn close(&self) {
        let closed = self.database.write().unwrap_or_else(PoisonError::into_inner).take();
        drop(closed);
    }
}

/// Why the file at `path` cannot be opened.
fn explain(path: &Path, error: impl Into<redb::Error>) -> StorageError {
    let path = path.display();
    match error.into() {
        redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => StorageError::Setup(
            Refusal::conflict(format!("the data directory is used by another tunewright server: `{path}`"))
                .with_hint("stop the other server, or give this one a directory of its own"),
        ),
        redb::Error::Io(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            StorageError::Setup(
                Refusal::invalid("store", format!("the data file `{path}` cannot be opened: {error}"))
                    .with_hint("let the server's user read and write it"),
            )
        }
        redb::Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            StorageError::Corrupt { key: path.to_string(), problem: error.to_string() }
        }
        error => failure("opening the data file", error),
    }
}

/// A failure of the crate as the contract's error.
pub(super) fn failure(during: &'static str, error: impl Into<redb::Error>) -> StorageError {
    match error.into() {
        error @ (redb::Error::Corrupted(_)
        | redb::Error::UpgradeRequired(_)
        | redb::Error::TableTypeMismatch { .. }
        | redb::Error::TypeDefinitionChanged { .. }
        | redb::Error::TableIsMultimap(_)) => {
            StorageError::Corrupt { key: FILE_NAME.to_owned(), problem: error.to_string() }
        }
        error => StorageError::unavailable(during, error),
    }
}
