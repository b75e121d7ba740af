//! A study of a store as a section of a backup.

use std::io::Write;

use futures::future::try_join_all;
use sha2::Digest as _;
use tunewright_core::study::{Header, Sha256, StudyRef};

use super::forms::StudyReport;
use super::section::Section;
use super::{BackupError, Step, Watch};
use crate::storage::record::Output;
use crate::storage::{Storage, StorageError, StoredStudy};

/// Trials whose reports and outputs are read at the same time.
const AT_ONCE: usize = 64;

/// Writes all that the store has of this study, as if it were at the version that `stored` says.
pub(super) async fn write_study<W: Write>(
    storage: &dyn Storage,
    stored: &StoredStudy,
    out: W,
    watch: &Watch<'_>,
) -> Result<StudyReport, BackupError> {
    let StoredStudy { header, version, trials } = stored;
    let study = StudyRef::new(header.project.clone(), header.name.clone());
    let mut section = Section::begin(out, *version, header)?;
    let mut done = 0;
    for some in trials.chunks(AT_ONCE) {
        let reports = some.iter().map(|trial| storage.reports(&header.id, trial.number));
        let outputs = some.iter().map(|trial| storage.output(&header.id, trial.number));
        let (reports, outputs) = futures::try_join!(try_join_all(reports), try_join_all(outputs))?;
        for ((trial, reports), output) in some.iter().zip(reports).zip(outputs) {
            section.trial(trial)?;
            for report in &reports {
                section.report(report)?;
            }
            if let Some((attempt, text)) = output {
                section.output(&Output { attempt, text })?;
            }
        }
        done += some.len() as u64;
        watch.tell(Step::Trials { study: &study, done, of: trials.len() as u64 })?;
    }
    attachments(storage, header, &mut section, watch).await?;
    Ok(StudyReport::new(header, *version, section.end()?))
}

async fn attachments<W: Write>(
    storage: &dyn Storage,
    header: &Header,
    section: &mut Section<W>,
    watch: &Watch<'_>,
) -> Result<(), BackupError> {
    for listed in storage.attachments(&header.id).await? {
        let corrupt = |problem: &str| StorageError::Corrupt {
            key: format!("{}/{}", header.id, listed.key.name),
            problem: problem.to_owned(),
        };
        let found = storage.attachment(&header.id, &listed.key).await?;
        let (attachment, content) = found.ok_or_else(|| corrupt("it is gone since it was listed"))?;
        if Sha256::of_digest(sha2::Sha256::digest(&content).into()) != attachment.sha256 {
            return Err(corrupt("its content has another digest").into());
        }
        section.attached(&attachment, &content)?;
        if watch.stop.is_cancelled() {
            return Err(BackupError::Interrupted);
        }
    }
    Ok(())
}
