//! Reads: each over one snapshot, on a thread that may block.

use redb::{Database, ReadableDatabase, ReadableTable};
use tunewright_core::name::StudyId;
use tunewright_core::study::{Header, Report, TrialNumber, Version};

use super::file::failure;
use super::tables::{HEADERS, OUTPUTS, REPORTS, TRIALS, UNFINISHED, VERSIONS, trial_key};
use crate::storage::record::{Output, decode};
use crate::storage::{StorageError, StoredStudy};

pub(super) fn at<E: Into<redb::Error>>(during: &'static str) -> impl Fn(E) -> StorageError {
    move |error| failure(during, error)
}

pub(super) fn load(database: &Database, study: &StudyId) -> Result<Option<StoredStudy>, StorageError> {
    const DURING: &str = "loading a study";
    let id = study.as_str();
    let read = database.begin_read().map_err(at(DURING))?;
    let headers = read.open_table(HEADERS).map_err(at(DURING))?;
    let Some(header) = headers.get(id).map_err(at(DURING))? else { return Ok(None) };
    let header: Header = decode(|| id.to_owned(), header.value())?;
    let versions = read.open_table(VERSIONS).map_err(at(DURING))?;
    let version = versions.get(id).map_err(at(DURING))?.ok_or_else(|| StorageError::Corrupt {
        key: id.to_owned(),
        problem: "the study has no version".to_owned(),
    })?;
    let kept = read.open_table(TRIALS).map_err(at(DURING))?;
    let mut trials = Vec::new();
    for entry in kept.range((id, 0)..=(id, u64::MAX)).map_err(at(DURING))? {
        let (key, trial) = entry.map_err(at(DURING))?;
        let number = TrialNumber(key.value().1);
        trials.push(decode(|| trial_key(study, number), trial.value())?);
    }
    Ok(Some(StoredStudy { header, version: Version(version.value()), trials }))
}

pub(super) fn headers(database: &Database) -> Result<Vec<Header>, StorageError> {
    const DURING: &str = "listing studies";
    let read = database.begin_read().map_err(at(DURING))?;
    let kept = read.open_table(HEADERS).map_err(at(DURING))?;
    let unfinished = read.open_table(UNFINISHED).map_err(at(DURING))?;
    let mut headers = Vec::new();
    for entry in kept.iter().map_err(at(DURING))? {
        let (study, header) = entry.map_err(at(DURING))?;
        if unfinished.get(study.value()).map_err(at(DURING))?.is_some() {
            continue;
        }
        headers.push(decode(|| study.value().to_owned(), header.value())?);
    }
    Ok(headers)
}

pub(super) fn reports(
    database: &Database,
    study: &StudyId,
    trial: TrialNumber,
) -> Result<Vec<Report>, StorageError> {
    const DURING: &str = "reading reports";
    let (id, number) = (study.as_str(), trial.0);
    let read = database.begin_read().map_err(at(DURING))?;
    let kept = read.open_table(REPORTS).map_err(at(DURING))?;
    let mut reports = Vec::new();
    for entry in kept.range((id, number, 0)..=(id, number, u64::MAX)).map_err(at(DURING))? {
        let (_, report) = entry.map_err(at(DURING))?;
        reports.push(decode(|| trial_key(study, trial), report.value())?);
    }
    Ok(reports)
}

pub(super) fn output(
    database: &Database,
    study: &StudyId,
    trial: TrialNumber,
) -> Result<Option<(u32, String)>, StorageError> {
    const DURING: &str = "reading an output";
    let read = database.begin_read().map_err(at(DURING))?;
    let kept = read.open_table(OUTPUTS).map_err(at(DURING))?;
    let Some(output) = kept.get((study.as_str(), trial.0)).map_err(at(DURING))? else { return Ok(None) };
    let output: Output = decode(|| trial_key(study, trial), output.value())?;
    Ok(Some((output.attempt, output.text)))
}
