//! What happens when the disk is full or fails, and when it is well again.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use redb::backends::FileBackend;
use redb::{Database, StorageBackend};

use super::*;

/// A file on a disk that can be full.
#[derive(Debug)]
struct Disk {
    file: FileBackend,
    full: Arc<AtomicBool>,
}

impl Disk {
    fn room(&self) -> io::Result<()> {
        if self.full.load(Ordering::SeqCst) { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.room()?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.room()?;
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.room()?;
        self.file.write(offset, data)
    }
}

fn over(path: &Path, full: &Arc<AtomicBool>) -> RedbStorage {
    let (path, full) = (path.to_owned(), Arc::clone(full));
    let opener = move || {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(&path)?;
        Database::builder()
            .create_with_backend(Disk { file: FileBackend::new(file)?, full: Arc::clone(&full) })
    };
    let file = DataFile::new(PathBuf::from("full.redb"), Box::new(opener)).expect("opened");
    RedbStorage::over(Arc::new(file), Durability::Fsynced).expect("started")
}

#[tokio::test]
async fn a_full_disk_refuses_writes_loses_nothing_and_recovers_when_there_is_room() {
    let directory = TempDir::new().expect("a temporary directory");
    let full = Arc::new(AtomicBool::new(false));
    let store = over(&directory.path().join("full.redb"), &full);
    store.create(&header("a", "p", "x")).await.expect("created");
    assert_eq!(store.commit(write("a", 0)).await.expect("committed"), Version(1));
    let before = store.load(&id("a")).await.expect("loaded").expect("the study is there");

    full.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        let refused = store.commit(write("a", 1)).await;
        let Err(CommitError::Storage(StorageError::Unavailable { during: "committing", .. })) = refused
        else {
            panic!("{refused:?}")
        };
    }
    store.probe().await.expect_err("the disk is full");

    full.store(false, Ordering::SeqCst);
    store.probe().await.expect("there is room again");
    let after = store.load(&id("a")).await.expect("loaded").expect("the study is there");
    assert!(after == before || after.version == Version(2), "all or nothing: {after:?}");
    assert_eq!(after.trials.len() as u64, after.version.0);
    assert_eq!(store.commit(write("a", after.version.0)).await.expect("committed"), after.version.next());
}

#[tokio::test]
async fn the_first_read_after_a_failure_opens_the_file_again() {
    let directory = TempDir::new().expect("a temporary directory");
    let full = Arc::new(AtomicBool::new(false));
    let store = over(&directory.path().join("full.redb"), &full);
    store.create(&header("a", "p", "x")).await.expect("created");
    full.store(true, Ordering::SeqCst);
    store.commit(write("a", 0)).await.expect_err("the disk is full");
    full.store(false, Ordering::SeqCst);
    assert!(store.load(&id("a")).await.expect("loaded").is_some());
}

#[tokio::test]
async fn a_file_that_is_not_ours_and_a_directory_that_cannot_be_are_said() {
    let directory = TempDir::new().expect("a temporary directory");
    let path = directory.path().join("tunewright.redb");
    std::fs::write(&path, vec![7; 10_000]).expect("written");
    let error = RedbStorage::open(directory.path(), Durability::Fsynced).await.expect_err("refused");
    assert!(
        matches!(&error, StorageError::Corrupt { key, .. } if *key == path.display().to_string()),
        "{error:?}"
    );
    assert_eq!(std::fs::read(&path).expect("read"), vec![7; 10_000], "and it is left alone");

    let error = RedbStorage::open(&path, Durability::Fsynced).await.expect_err("refused");
    assert!(matches!(&error, StorageError::Setup(refusal) if refusal.hint.is_some()), "{error:?}");
}
