//! Against real files.

mod disk;
mod kill;
mod upgrade;

use std::sync::Arc;

use tempfile::TempDir;
use tunewright_core::name::StudyId;
use tunewright_core::study::{TrialNumber, Version};

use super::*;
use crate::storage::testing::{
    attachment, attachment_key, conformance, header, keeps_everything, load_time, report, trial,
};

fn id(text: &str) -> StudyId {
    StudyId::new(text).expect("a legal id")
}

/// One trial, one report of it, one output of it.
fn write(study: &str, expected: u64) -> StudyWrite {
    StudyWrite {
        study: id(study),
        expected: Version(expected),
        header: None,
        trials: vec![trial(expected)],
        reports: vec![(TrialNumber(expected), report(1))],
        outputs: vec![(TrialNumber(expected), 1, "log".to_owned())],
    }
}

async fn store(directory: &TempDir) -> Arc<dyn Storage> {
    Arc::new(RedbStorage::open(directory.path(), Durability::Fsynced).await.expect("opened"))
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract() {
    // The directories outlive the stores in them.
    let directories = std::cell::RefCell::new(Vec::new());
    conformance(async || {
        let directory = TempDir::new().expect("a temporary directory");
        let store = store(&directory).await;
        directories.borrow_mut().push(directory);
        store
    })
    .await;
}

#[tokio::test]
async fn everything_is_there_after_opening_again() {
    let directory = TempDir::new().expect("a temporary directory");
    keeps_everything(store(&directory).await, async |open| {
        drop(open);
        store(&directory).await
    })
    .await;
}

#[tokio::test]
async fn many_trials_are_loaded() {
    let directory = TempDir::new().expect("a temporary directory");
    println!("redb: 20,000 trials loaded in {:?}", load_time(&*store(&directory).await, 20_000).await);
}

#[tokio::test]
async fn a_second_server_on_the_same_directory_is_told_so() {
    let directory = TempDir::new().expect("a temporary directory");
    let first = store(&directory).await;
    let Err(StorageError::Setup(refusal)) = RedbStorage::open(directory.path(), Durability::Fsynced).await
    else {
        panic!("the second is refused");
    };
    assert!(refusal.message.starts_with("the data directory is used by another tunewright server: `"));
    assert!(refusal.hint.is_some_and(|hint| hint.contains("a directory of its own")));
    first.probe().await.expect("the first goes on");
    drop(first);
    store(&directory).await.probe().await.expect("the directory is free again");
}
