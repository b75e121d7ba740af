//! A new data file appears whole or not at all: the crate takes several writes to make one, and does not open a file
//! whose making a kill has interrupted.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use redb::Database;

use super::tables;

const UNFINISHED: &str = ".unfinished";

/// Tells apart the files that this process makes.
static MADE: AtomicU64 = AtomicU64::new(0);

/// Makes an empty data file at `path`, in this directory, unless somebody else is quicker. `cache` is in bytes.
pub(super) fn make(directory: &Path, path: &Path, cache: usize) -> Result<(), redb::Error> {
    let made = MADE.fetch_add(1, Ordering::Relaxed);
    let unfinished = directory.join(format!("{}-{made}{UNFINISHED}", std::process::id()));
    // Left by a process that had the same id and was killed.
    remove(&unfinished)?;
    let database = Database::builder().set_cache_size(cache).create(&unfinished)?;
    tables::ensure(&database)?;
    drop(database);
    match fs::hard_link(&unfinished, path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        // Swept away by who was quicker.
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.exists() => {}
        // A file system without links: the crate makes the file in its place.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) => {}
        Err(error) => return Err(error.into()),
    }
    remove(&unfinished)?;
    Ok(())
}

/// Removes what interrupted processes left in the directory.
pub(super) fn sweep(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().ends_with(UNFINISHED) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
