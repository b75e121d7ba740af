//! From a backup to a store: all of it is checked before anything is written, and each study again before anybody sees it.

use std::io::{self, BufRead, Seek, SeekFrom};

use serde::Serialize;
use tunewright_core::Refusal;
use tunewright_core::name::{ProjectName, StudyName};
use tunewright_core::study::{AttachmentLimits, Header, StudyRef};

use super::forms::{BackupReport, StudyReport};
use super::plan::{Plan, Target, exists};
use super::read::{Entry, Reader};
use super::section::Section;
use super::source::write_study;
use super::writing::{Writing, gone};
use super::{BackupError, Step, Watch};
use crate::storage::{AttachError, PublishError, Storage, StorageError};

/// What is to be restored, and how.
#[derive(Clone, Debug, Default)]
pub struct Restoring {
    /// Of these names in the backup; empty: all.
    pub studies: Vec<StudyRef>,
    /// For the one study that is restored. It gets an id of its own, and so it is another study.
    pub rename: Option<NewName>,
    /// Leave out those whose name is in use, instead of refusing all.
    pub skip_existing: bool,
    /// Also the tokens that the store does not have.
    pub tokens: bool,
}

/// A name to restore under; without a project, in the one that the study is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewName {
    pub project: Option<ProjectName>,
    pub name: StudyName,
}

impl Restoring {
    /// The name that this study of the backup gets.
    pub(super) fn name_of(&self, study: &StudyRef) -> StudyRef {
        match self.rename.clone() {
            Some(NewName { project, name }) => {
                StudyRef::new(project.unwrap_or_else(|| study.project.clone()), name)
            }
            None => study.clone(),
        }
    }
}

/// What was restored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Restored {
    pub studies: Vec<StudyReport>,
    /// Names that were in use.
    pub skipped: Vec<StudyRef>,
    pub tokens: u64,
}

/// Checks the whole of a backup, and tells what is in it.
///
/// # Errors
/// `Damaged`, and what the file says.
pub fn check<R: BufRead>(file: R) -> Result<BackupReport, BackupError> {
    let (mut reader, opening) = Reader::open(file)?;
    let (mut studies, mut current) = (Vec::new(), None);
    loop {
        match reader.next()? {
            Entry::Study(version, header) => current = Some((version, header)),
            Entry::StudyEnd(end) => {
                let study = current.take();
                studies.extend(study.map(|(version, header)| StudyReport::new(&header, version, end)));
            }
            Entry::End(end) => {
                let (created_at, by) = (opening.created_at, opening.by);
                return Ok(BackupReport { created_at, by, studies, tokens: end.tokens, sha256: end.sha256 });
            }
            Entry::Trial(_) | Entry::Report(_) | Entry::Output(_) | Entry::Attached(..) | Entry::Token(_) => {
            }
        }
    }
}

/// Restores studies of a backup, whose `contents` [`check`] has found, into a store that nobody else writes to. A study is
/// seen once it is whole and was read back with the digest that it should have; one whose restoring fails or is stopped
/// leaves nothing behind. Those before it stay: with `skip_existing` another run goes on with the rest.
///
/// # Errors
/// `not_found` for a study that is not in the backup, `already_exists` for names that are in use: nothing was written then. And
/// what the store and the file say.
pub async fn restore<R: BufRead + Seek>(
    storage: &dyn Storage,
    mut file: R,
    contents: &BackupReport,
    restoring: &Restoring,
    watch: Watch<'_>,
) -> Result<Restored, BackupError> {
    let mut plan = Plan::new(contents, restoring, &storage.headers().await?)?;
    file.seek(SeekFrom::Start(0))?;
    let (mut reader, _) = Reader::open(file)?;
    let mut restored = Restored { skipped: std::mem::take(&mut plan.skipped), ..Restored::default() };
    let known = if restoring.tokens { storage.tokens().await? } else { Vec::new() };
    loop {
        match reader.next()? {
            Entry::Study(_, header) => match plan.next(&header).ok_or_else(changed)? {
                (report, Target::Restore { study, id }) => {
                    let header = Header { id, project: study.project, name: study.name, ..*header };
                    let restoration = Restoration { storage, header: &header, report, watch: &watch };
                    let study = restoration.carry_out(&mut reader).await?;
                    let told = watch.tell(Step::Done(&study));
                    restored.studies.push(study);
                    told?;
                }
                (_, Target::Leave) => while !matches!(reader.next()?, Entry::StudyEnd(_)) {},
            },
            Entry::Token(token) if restoring.tokens && !known.iter().any(|it| it.id == token.id) => {
                storage.put_token(&token).await?;
                restored.tokens += 1;
            }
            Entry::Token(_) => {}
            Entry::End(_) => return Ok(restored),
            _ => return Err(changed()),
        }
    }
}

fn changed() -> BackupError {
    Refusal::conflict("the backup was changed while it was read").into()
}

/// One study on its way into a store.
struct Restoration<'a> {
    storage: &'a dyn Storage,
    /// As it is to be.
    header: &'a Header,
    /// As it is in the backup.
    report: &'a StudyReport,
    watch: &'a Watch<'a>,
}

impl Restoration<'_> {
    /// Restores the study, whose records come next.
    async fn carry_out<R: BufRead>(&self, reader: &mut Reader<R>) -> Result<StudyReport, BackupError> {
        let Self { storage, header, report, .. } = self;
        storage.prepare(header).await?;
        let problem = match self.copy(reader).await {
            Ok(study) => match storage.publish(header, report.version).await {
                Ok(()) => return Ok(study),
                Err(error) => self.not_published(error),
            },
            Err(problem) => problem,
        };
        if let Err(error) = storage.delete(&header.id).await {
            tracing::warn!(%error, study = %header.id, "a part of a study is left until the store is opened again");
        }
        Err(problem)
    }

    /// Writes the study's records where nobody sees them, and reads them back.
    async fn copy<R: BufRead>(&self, reader: &mut Reader<R>) -> Result<StudyReport, BackupError> {
        let Self { storage, header, report, watch } = self;
        let study = StudyRef::new(header.project.clone(), header.name.clone());
        let mut section = Section::begin(io::sink(), report.version, header)?;
        let mut writing = Writing::new(header.id.clone());
        let mut done = 0;
        let end = loop {
            let entry = reader.next()?;
            writing.count(reader.record_len());
            match entry {
                Entry::Trial(trial) => {
                    section.trial(&trial)?;
                    writing.trial(*trial);
                    done += 1;
                }
                Entry::Report(report) => {
                    section.report(&report)?;
                    writing.report(report);
                }
                Entry::Output(output) => {
                    section.output(&output)?;
                    writing.output(output);
                }
                Entry::Attached(attachment, content) => {
                    section.attached(&attachment, &content)?;
                    let limits = AttachmentLimits::default();
                    let put = storage.put_attachment(&header.id, attachment, content, limits).await;
                    put.map_err(|error| self.not_attached(error))?;
                    watch.tell(Step::Trials { study: &study, done, of: report.trials })?;
                }
                Entry::StudyEnd(end) if end.sha256 == report.sha256 => break section.end()?,
                _ => return Err(changed()),
            }
            if writing.is_full() {
                writing.commit(*storage, header).await?;
                watch.tell(Step::Trials { study: &study, done, of: report.trials })?;
            }
        };
        writing.commit(*storage, header).await?;
        self.read_back(StudyReport::new(header, report.version, end)).await
    }

    /// What the store has of it now, which has to be what was `written`.
    async fn read_back(&self, written: StudyReport) -> Result<StudyReport, BackupError> {
        let Self { storage, header, watch, .. } = self;
        let mut stored = storage.load(&header.id).await?.ok_or_else(|| gone(header))?;
        // It has seen other commits than the study in the backup, and gets the version of that when it is published.
        stored.version = written.version;
        let silent = Watch { stop: watch.stop, step: &|_| () };
        let found = write_study(*storage, &stored, io::sink(), &silent).await?;
        if found == written {
            return Ok(found);
        }
        let problem = "it was read back with another digest than it was written with".to_owned();
        Err(StorageError::Corrupt { key: header.id.to_string(), problem }.into())
    }

    fn not_attached(&self, error: AttachError) -> BackupError {
        match error {
            AttachError::Missing => gone(self.header),
            AttachError::Full { .. } => Refusal::invalid("backup", error.to_string()).into(),
            AttachError::Storage(error) => error.into(),
        }
    }

    fn not_published(&self, error: PublishError) -> BackupError {
        match error {
            PublishError::Taken(_) => {
                exists(&[StudyRef::new(self.header.project.clone(), self.header.name.clone())]).into()
            }
            PublishError::Missing => gone(self.header),
            PublishError::Storage(error) => error.into(),
        }
    }
}
