//! Bulk reads: in pieces, on a connection of their own, so that commits never wait behind a big answer.

use std::collections::BTreeMap;

use redis::{Cmd, cmd};
use tokio::task::{JoinHandle, spawn_blocking};
use tunewright_core::name::StudyId;
use tunewright_core::study::{Header, Report, Trial, TrialNumber, Version};

use super::keys;
use super::link::Link;
use crate::storage::record::decode;
use crate::storage::{StorageError, StoredStudy};

/// Documents in one answer.
const PIECE: usize = 1_000;
/// A study that is written while it is read is read again this often.
const TRIES: usize = 5;

pub(super) async fn load(bulk: &Link, study: &StudyId) -> Result<Option<StoredStudy>, StorageError> {
    for _ in 0..TRIES {
        let Some((version, header)) = head(bulk, study).await? else { return Ok(None) };
        let trials = trials(bulk, study).await?;
        if head(bulk, study).await?.is_some_and(|(now, _)| now == version) {
            return Ok(Some(StoredStudy { header, version, trials }));
        }
    }
    Err(StorageError::unavailable("loading a study", "somebody else writes it all the time"))
}

async fn head(bulk: &Link, study: &StudyId) -> Result<Option<(Version, Header)>, StorageError> {
    type Found = (Option<String>, Option<Vec<u8>>);
    let keys = [keys::version(study), keys::header(study)];
    let (version, header): Found = bulk.ask("loading a study", cmd("MGET").arg(&keys)).await?;
    let corrupt = |key, problem: &str| StorageError::Corrupt { key, problem: problem.to_owned() };
    match (version, header) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(corrupt(keys::header(study), "the study has a version but no header")),
        (None, Some(_)) => Err(corrupt(keys::version(study), "the study has a header but no version")),
        (Some(version), Some(header)) => {
            let version = version.parse().map_err(|_| corrupt(keys::version(study), "it is no number"))?;
            Ok(Some((Version(version), decode(|| keys::header(study), &header)?)))
        }
    }
}

async fn trials(bulk: &Link, study: &StudyId) -> Result<Vec<Trial>, StorageError> {
    let mut pieces: Vec<JoinHandle<Result<Vec<Trial>, StorageError>>> = Vec::new();
    let mut cursor = 0;
    loop {
        let (next, piece) = scan(bulk, &keys::trials(study), cursor).await?;
        let study = study.clone();
        pieces.push(spawn_blocking(move || {
            let key = |field: &[u8]| format!("{}[{}]", keys::trials(&study), String::from_utf8_lossy(field));
            piece.iter().map(|(field, trial)| decode(|| key(field), trial)).collect()
        }));
        cursor = next;
        if cursor == 0 {
            break;
        }
    }
    // A scan may show the same field twice.
    let mut trials = BTreeMap::new();
    for piece in pieces {
        let piece = piece.await.map_err(|error| StorageError::unavailable("loading a study", error))??;
        trials.extend(piece.into_iter().map(|trial| (trial.number, trial)));
    }
    Ok(trials.into_values().collect())
}

type Fields = Vec<(Vec<u8>, Vec<u8>)>;

/// The next piece of a hash from this cursor on, and the cursor after it; 0 at the end.
pub(super) async fn scan(bulk: &Link, key: &str, cursor: u64) -> Result<(u64, Fields), StorageError> {
    let mut scan = Cmd::new();
    scan.arg("HSCAN").arg(key).arg(cursor).arg("COUNT").arg(PIECE);
    bulk.ask("reading a hash", &scan).await
}

pub(super) async fn headers(bulk: &Link) -> Result<Vec<Header>, StorageError> {
    let mut studies = Vec::new();
    let mut cursor = 0;
    loop {
        let (next, piece) = scan(bulk, keys::NAMES, cursor).await?;
        for (name, study) in piece {
            let study = String::from_utf8_lossy(&study).into_owned();
            let study = StudyId::new(study).map_err(|refusal| StorageError::Corrupt {
                key: format!("{}[{}]", keys::NAMES, String::from_utf8_lossy(&name)),
                problem: refusal.to_string(),
            })?;
            studies.push(study);
        }
        cursor = next;
        if cursor == 0 {
            break;
        }
    }
    studies.sort_unstable();
    studies.dedup();
    let mut headers = Vec::with_capacity(studies.len());
    for piece in studies.chunks(PIECE) {
        let wanted: Vec<_> = piece.iter().map(keys::header).collect();
        let found: Vec<Option<Vec<u8>>> = bulk.ask("listing studies", cmd("MGET").arg(&wanted)).await?;
        for (key, header) in wanted.into_iter().zip(found) {
            // Deleted since its name was read.
            let Some(header) = header else { continue };
            headers.push(decode(|| key, &header)?);
        }
    }
    Ok(headers)
}

pub(super) async fn reports(
    bulk: &Link,
    study: &StudyId,
    trial: TrialNumber,
) -> Result<Vec<Report>, StorageError> {
    let key = keys::reports(study, trial.0);
    let mut reports = Vec::new();
    loop {
        let (first, last) = (reports.len(), reports.len() + PIECE - 1);
        let piece: Vec<Vec<u8>> =
            bulk.ask("reading reports", cmd("LRANGE").arg(&key).arg(first).arg(last)).await?;
        let full = piece.len() == PIECE;
        for report in piece {
            reports.push(decode(|| key.clone(), &report)?);
        }
        if !full {
            return Ok(reports);
        }
    }
}
