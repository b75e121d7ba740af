//! A backup of every released form is read for ever.

use std::fs;
use std::path::PathBuf;

use tunewright_core::study::Header;
use tunewright_core::suggest::Algorithm;

use super::*;

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/storage/golden/v1").join(name)
}

/// With `GOLDEN=write` in the environment the file is written; a released one is never written again.
#[tokio::test]
async fn a_backup_is_read_and_written_the_same() {
    let storage = memory();
    let (_, again, golden) = restored_from("backup-modes.twb", &*storage, true).await;
    let section = |file: &[u8]| {
        // The last record has a digest of all, also of when it was made.
        let text = behind_opening(file);
        let end = text[..text.len() - 1].iter().rposition(|byte| *byte == b'\n').expect("a last record");
        text[..end].to_vec()
    };
    assert!(section(&again) == section(&golden), "the form is the same, so is what is written");
}

/// Written when TPE had no modes: the study has the one that there was.
#[tokio::test]
async fn a_backup_of_the_first_form_is_read() {
    let storage = memory();
    let (header, ..) = restored_from("backup.twb", &*storage, false).await;
    assert!(matches!(header.spec.algorithm, Algorithm::HyperoptTpe(_)));
}

/// Restores the file, and checks that this is the study it is of; with the study's header, what is written again, and
/// the file.
async fn restored_from(name: &str, storage: &dyn Storage, is_newest: bool) -> (Header, Vec<u8>, Vec<u8>) {
    let path = golden(name);
    let header = some::small(storage).await;
    let (written, report) = backed_up(storage).await;
    if is_newest && std::env::var("GOLDEN").is_ok_and(|what| what == "write") {
        fs::write(&path, &written).expect("written");
    }
    let golden = fs::read(&path).expect("a golden file");
    let contents = check(&golden[..]).expect("a sound backup");
    let mut expected = report.studies.clone();
    if !is_newest {
        // The digest is of the records as they were written then.
        expected[0].sha256 = contents.studies[0].sha256.clone();
    }
    assert_eq!((contents.studies, contents.tokens), (expected, 1));

    let anew = memory();
    let restored = restored(&*anew, &golden, &everything()).await.expect("an old backup is restored");
    assert_eq!((&restored.studies, restored.tokens), (&report.studies, 1));
    assert_eq!(anew.load(&header.id).await.expect("loaded"), storage.load(&header.id).await.expect("loaded"));
    let (again, _) = backed_up(&*anew).await;
    (header, again, golden)
}
