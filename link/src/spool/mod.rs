//! Final reports that a server has not acknowledged, one small file each, so that a process that is killed does not take
//! them along. `docs/workers.md` tells the format; the Python package reads and writes the same.

mod file;
mod report;
#[cfg(test)]
mod tests;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tracing::warn;
use uuid::Uuid;

pub use self::report::FinalReport;
use crate::address::plain;

/// What a directory holds at most; more stays in memory only.
const FILES_MAX: usize = 10_000;
const BYTES_MAX: u64 = 64 << 20;
/// No report comes near it.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// What nobody has finished to write for so long is left over from a kill.
const UNFINISHED: Duration = Duration::from_secs(3_600);

const DONE: &str = "report";
const CORRUPT: &str = "corrupt";

/// A directory of reports for some servers. Processes share it: each file is locked while its process lives.
#[derive(Clone, Debug)]
pub struct Spool {
    dir: Arc<Path>,
    servers: Arc<[String]>,
}

/// One report on disk, locked by this process. Dropped, it stays there for whoever comes next.
#[derive(Debug)]
pub struct Kept {
    path: PathBuf,
    pub report: FinalReport,
    _lock: File,
}

impl Spool {
    /// Uses a directory, which is made if it is not there, for the reports to these servers.
    ///
    /// # Errors
    /// If it cannot be made or written to.
    pub fn open(dir: &Path, servers: &[String]) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let spool = Self { dir: dir.into(), servers: servers.iter().map(|server| plain(server)).collect() };
        // Only a write tells whether one can write.
        let probe = spool.dir.join(format!(".{}.probe", Uuid::now_v7().simple()));
        File::create_new(&probe)?;
        fs::remove_file(&probe)?;
        spool.sweep();
        Ok(spool)
    }

    /// Where a user's reports are kept by default; `None` if there is no place for them.
    #[must_use]
    pub fn default_dir() -> Option<PathBuf> {
        let absolute =
            |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state =
            absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")));
        state.map(|state| state.join("tunewright").join("spool"))
    }

    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Keeps a report: once this has returned, it survives a kill and a power cut.
    ///
    /// # Errors
    /// If it cannot be written, or the directory is full.
    pub fn keep(&self, report: FinalReport) -> io::Result<Kept> {
        let text = file::written(&report, &self.servers)?;
        let length = text.len() as u64;
        let (files, bytes) = self.held()?;
        if length > FILE_BYTES_MAX || files >= FILES_MAX || bytes + length > BYTES_MAX {
            let full = format!("`{}` holds {files} reports of {bytes} bytes", self.dir.display());
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, full));
        }
        // Ids of this kind begin with the time, so that names are in the order of their reports.
        let name = Uuid::now_v7().simple().to_string();
        let (unfinished, path) =
            (self.dir.join(format!(".{name}.tmp")), self.dir.join(format!("{name}.{DONE}")));
        let written = write(&unfinished, &text).and_then(|lock| {
            fs::rename(&unfinished, &path)?;
            File::open(&self.dir)?.sync_all()?;
            Ok(lock)
        });
        let lock = written.inspect_err(|_| drop(fs::remove_file(&unfinished)))?;
        Ok(Kept { path, report, _lock: lock })
    }

    /// The names of all reports, oldest first; [`take`](Self::take) tells whose they are.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') && name.ends_with(&format!(".{DONE}")) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// A report whose process is gone, and that one of our servers is to have. One that makes no sense is set aside.
    #[must_use]
    pub fn take(&self, name: &str) -> Option<Kept> {
        let path = self.dir.join(name);
        let mut lock = File::open(&path).ok()?;
        lock.try_lock().ok()?;
        let metadata = lock.metadata().ok()?;
        if metadata.nlink() == 0 {
            // Its process was done with it just now.
            return None;
        }
        let mut text = Vec::new();
        if metadata.len() <= FILE_BYTES_MAX
            && let Err(error) = (&mut lock).take(FILE_BYTES_MAX).read_to_end(&mut text)
        {
            warn!(%error, path = %path.display(), "a report cannot be read");
            return None;
        }
        match file::read(&text) {
            Ok((_, servers)) if !servers.iter().any(|server| self.servers.contains(server)) => None,
            Ok((report, _)) => Some(Kept { path, report, _lock: lock }),
            Err(problem) => {
                warn!(%problem, path = %path.display(), "a report makes no sense and is set aside");
                if let Err(error) = fs::rename(&path, path.with_extension(CORRUPT)) {
                    warn!(%error, "it cannot be set aside");
                }
                None
            }
        }
    }

    /// How many files there are, and of how many bytes.
    fn held(&self) -> io::Result<(usize, u64)> {
        let (mut files, mut bytes) = (0, 0);
        for entry in fs::read_dir(&self.dir)? {
            // Another process may just have been done with it.
            if let Ok(metadata) = entry?.metadata() {
                files += 1;
                bytes += metadata.len();
            }
        }
        Ok((files, bytes))
    }

    /// Removes what was never finished.
    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.dir) else { return };
        for entry in entries.flatten() {
            let old = entry.metadata().and_then(|metadata| metadata.modified()).is_ok_and(|modified| {
                SystemTime::now().duration_since(modified).is_ok_and(|age| age > UNFINISHED)
            });
            if old && entry.file_name().to_string_lossy().starts_with('.') {
                drop(fs::remove_file(entry.path()));
            }
        }
    }
}

impl Kept {
    /// The server has answered: it is needed no more.
    pub fn remove(self) {
        if let Err(error) = fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            warn!(%error, path = %self.path.display(), "an acknowledged report cannot be removed");
        }
    }
}

fn write(path: &Path, text: &[u8]) -> io::Result<File> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    // Before it has its name, so that nobody takes it for another's.
    file.try_lock().map_err(io::Error::from)?;
    file.write_all(text)?;
    file.sync_all()?;
    Ok(file)
}
