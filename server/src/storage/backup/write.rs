//! From a store to a backup.

use std::io::Write;

use tunewright_core::name::ProjectName;
use tunewright_core::study::{Header, StudyRef};
use tunewright_core::{Refusal, Timestamp};

use super::forms::{BackupReport, End, Opening, StudyReport};
use super::section::{Digesting, write_record};
use super::source::write_study;
use super::{BackupError, Step, Watch};
use crate::storage::{Storage, StorageError};

/// Which studies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    Everything,
    Project(ProjectName),
    /// Each of these.
    Studies(Vec<StudyRef>),
}

/// What is to be in a backup.
#[derive(Clone, Debug)]
pub struct BackingUp {
    pub selection: Selection,
    /// Access tokens, without the tokens themselves, which no store knows.
    pub tokens: bool,
    pub now: Timestamp,
}

/// Writes a backup. Nobody may write to the store meanwhile; a study that is written all the same is noticed.
///
/// # Errors
/// `not_found` for a study that is not there, and what the store and the file say. What was written so far is no backup then.
pub async fn back_up<W: Write>(
    storage: &dyn Storage,
    backing_up: &BackingUp,
    out: W,
    watch: Watch<'_>,
) -> Result<BackupReport, BackupError> {
    let headers = selected(storage.headers().await?, &backing_up.selection)?;
    let mut out = Digesting::new(out);
    let opening = Opening { created_at: backing_up.now, by: env!("CARGO_PKG_VERSION").to_owned() };
    write_record(&mut out, &opening)?;
    let mut studies = Vec::with_capacity(headers.len());
    for header in headers {
        let study = one(storage, &header, &mut out, &watch).await?;
        watch.tell(Step::Done(&study))?;
        studies.push(study);
    }
    let tokens = if backing_up.tokens { storage.tokens().await? } else { Vec::new() };
    for token in &tokens {
        write_record(&mut out, token)?;
    }
    let (studies_len, tokens) = (studies.len() as u64, tokens.len() as u64);
    let sha256 = out.digest();
    write_record(&mut out, &End { studies: studies_len, tokens, sha256: sha256.clone() })?;
    out.flush()?;
    let Opening { created_at, by } = opening;
    Ok(BackupReport { created_at, by, studies, tokens, sha256 })
}

async fn one<W: Write>(
    storage: &dyn Storage,
    header: &Header,
    out: &mut Digesting<W>,
    watch: &Watch<'_>,
) -> Result<StudyReport, BackupError> {
    let changed = || {
        let message = format!("study `{}/{}` was changed while it was read", header.project, header.name);
        StorageError::unavailable("backing up", message)
    };
    let stored = storage.load(&header.id).await?.ok_or_else(changed)?;
    let version = stored.version;
    let report = write_study(storage, &stored, out, watch).await?;
    // A large study is in memory once, not twice.
    drop(stored);
    // A store that others may write to does not keep them out: whatever the form of the change, the version tells.
    let after = storage.load(&header.id).await?.ok_or_else(changed)?;
    if after.version == version { Ok(report) } else { Err(changed().into()) }
}

/// The headers of the selected studies, in the order of their names.
fn selected(mut headers: Vec<Header>, selection: &Selection) -> Result<Vec<Header>, Refusal> {
    let name = |header: &Header| StudyRef::new(header.project.clone(), header.name.clone());
    match selection {
        Selection::Everything => {}
        Selection::Project(project) => {
            headers.retain(|header| header.project == *project);
            if headers.is_empty() {
                return Err(Refusal::not_found(format!("there is no study in project `{project}`"))
                    .with_hint("name the project with `--project`, or take `--all`"));
            }
        }
        Selection::Studies(wanted) => {
            if let Some(missing) = wanted.iter().find(|study| !headers.iter().any(|it| name(it) == **study)) {
                let message =
                    format!("there is no study `{}` in project `{}`", missing.name, missing.project);
                return Err(Refusal::not_found(message));
            }
            headers.retain(|header| wanted.contains(&name(header)));
        }
    }
    headers.sort_by_key(name);
    Ok(headers)
}
