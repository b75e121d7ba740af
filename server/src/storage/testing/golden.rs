//! A study as a released server has written it, record by record.

use crate::storage::Storage;
use crate::storage::backup::check;
use tunewright_core::name::StudyId;
use tunewright_core::study::{TrialNumber, TrialState};

/// A backup of the first form; see `backup/tests/golden.rs`.
const BACKUP: &[u8] = include_bytes!("../golden/v1/backup.twb");

/// A record of that study, byte for byte.
#[derive(Clone, Debug)]
pub enum GoldenRecord {
    Header(Vec<u8>),
    Trial(u64, Vec<u8>),
    /// Of this trial, in the order they were appended.
    Report(u64, Vec<u8>),
    Output(u64, Vec<u8>),
}

/// The study's id, and its records but for attachments.
#[must_use]
pub fn golden_study() -> (StudyId, Vec<GoldenRecord>) {
    let mut records = Vec::new();
    let mut trial = 0;
    for line in BACKUP.split(|byte| *byte == b'\n') {
        let record = line.to_vec();
        let document: serde_json::Value = serde_json::from_slice(line).expect("a record");
        match document["kind"].as_str().expect("a kind") {
            "header" => records.push(GoldenRecord::Header(record)),
            "trial" => {
                trial = document["doc"]["number"].as_u64().expect("a number");
                records.push(GoldenRecord::Trial(trial, record));
            }
            "report" => records.push(GoldenRecord::Report(trial, record)),
            "output" => records.push(GoldenRecord::Output(trial, record)),
            // What comes behind is no text.
            "attached" => break,
            _ => {}
        }
    }
    let study = check(BACKUP).expect("a sound backup").studies.remove(0);
    (study.id, records)
}

/// Checks that a store, into which the records were put, has the study.
pub async fn has_golden_study(store: &dyn Storage) {
    let (study, records) = golden_study();
    let headers = store.headers().await.expect("headers");
    assert_eq!(headers.iter().map(|header| &header.id).collect::<Vec<_>>(), [&study]);
    let loaded = store.load(&study).await.expect("loaded").expect("there");
    assert_eq!((&loaded.header, loaded.version.0), (&headers[0], 1));
    let states: Vec<_> = loaded.trials.iter().map(|trial| trial.state).collect();
    assert_eq!(states, TrialState::ALL);
    let mut reports = 0;
    for trial in &loaded.trials {
        reports += store.reports(&study, trial.number).await.expect("reports").len();
    }
    let written = records.iter().filter(|record| matches!(record, GoldenRecord::Report(..))).count();
    assert_eq!((reports, written), (3, 3));
    let (attempt, text) = store.output(&study, TrialNumber(2)).await.expect("read").expect("there");
    assert!(attempt == 2 && text.starts_with("epoch 1\nGröße"), "{text}");
}
