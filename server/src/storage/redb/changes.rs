//! What the writer can be asked for. Documents are encoded before they queue, so that the one writer only writes.

use redb::{ReadableTable, Table, WriteTransaction};
use tunewright_core::name::StudyId;
use tunewright_core::study::{Header, TrialNumber, Version};

use super::attachments;
use super::tables::{HEADERS, NAMES, OUTPUTS, REPORTS, TRIALS, UNFINISHED, VERSIONS, name_key, trial_key};
use crate::storage::record::{Output, encode};
use crate::storage::{CommitError, StorageError, StudyWrite};

/// One change of the file. Either it changes all it has to, or it answers with its own error and changes nothing:
/// so it checks first. A failure of the file ends the whole group instead.
pub(super) trait Change: Send + 'static {
    type Answer: Send + 'static;
    type Error: From<StorageError> + Send + 'static;

    fn stage(&self, write: &WriteTransaction) -> Result<Result<Self::Answer, Self::Error>, redb::Error>;

    /// About so many bytes will be written.
    fn size(&self) -> usize {
        0
    }
}

/// Changes nothing; answered once the writer has the file open.
pub(super) struct Nothing;

impl Change for Nothing {
    type Answer = ();
    type Error = StorageError;

    fn stage(&self, _write: &WriteTransaction) -> Result<Result<(), StorageError>, redb::Error> {
        Ok(Ok(()))
    }
}

pub(super) struct Create {
    study: StudyId,
    name: String,
    header: Vec<u8>,
}

impl Create {
    pub(super) fn new(header: &Header) -> Result<Self, StorageError> {
        Ok(Self {
            study: header.id.clone(),
            name: name_key(&header.project, &header.name),
            header: encode(|| header.id.to_string(), header)?,
        })
    }
}

impl Change for Create {
    type Answer = Option<StudyId>;
    type Error = StorageError;

    fn stage(&self, write: &WriteTransaction) -> Result<Result<Self::Answer, StorageError>, redb::Error> {
        let id = self.study.as_str();
        let mut names = write.open_table(NAMES)?;
        match holder(&names, &self.name)? {
            Ok(None) => {}
            Ok(Some(holder)) if holder == self.study => return Ok(Ok(None)),
            other => return Ok(other),
        }
        let mut versions = write.open_table(VERSIONS)?;
        if versions.get(id)?.is_some() {
            return Ok(Err(StorageError::id_in_use(&self.study)));
        }
        names.insert(self.name.as_str(), id)?;
        versions.insert(id, 0)?;
        write.open_table(HEADERS)?.insert(id, self.header.as_slice())?;
        Ok(Ok(None))
    }

    fn size(&self) -> usize {
        self.header.len()
    }
}

/// The study that has this name.
pub(super) fn holder(
    names: &Table<'_, &'static str, &'static str>,
    name: &str,
) -> Result<Result<Option<StudyId>, StorageError>, redb::Error> {
    let Some(holder) = names.get(name)? else { return Ok(Ok(None)) };
    let corrupt = |problem: String| StorageError::Corrupt { key: name.to_owned(), problem };
    Ok(StudyId::new(holder.value()).map(Some).map_err(|refusal| corrupt(refusal.to_string())))
}

pub(super) struct Commit {
    study: StudyId,
    expected: Version,
    header: Option<Vec<u8>>,
    trials: Vec<(u64, Vec<u8>)>,
    reports: Vec<(u64, Vec<u8>)>,
    outputs: Vec<(u64, Vec<u8>)>,
}

impl Commit {
    pub(super) fn new(write: StudyWrite) -> Result<Self, StorageError> {
        let study = write.study;
        let key = |trial: TrialNumber| trial_key(&study, trial);
        let header = write.header.map(|header| encode(|| study.to_string(), &header)).transpose()?;
        let trials = write
            .trials
            .iter()
            .map(|trial| Ok((trial.number.0, encode(|| key(trial.number), trial)?)))
            .collect::<Result<_, StorageError>>()?;
        let reports = write
            .reports
            .iter()
            .map(|(trial, report)| Ok((trial.0, encode(|| key(*trial), report)?)))
            .collect::<Result<_, StorageError>>()?;
        let outputs = write
            .outputs
            .into_iter()
            .map(|(trial, attempt, text)| Ok((trial.0, encode(|| key(trial), &Output { attempt, text })?)))
            .collect::<Result<_, StorageError>>()?;
        Ok(Self { expected: write.expected, header, trials, reports, outputs, study })
    }
}

impl Change for Commit {
    type Answer = Version;
    type Error = CommitError;

    fn stage(&self, write: &WriteTransaction) -> Result<Result<Version, CommitError>, redb::Error> {
        let id = self.study.as_str();
        let mut versions = write.open_table(VERSIONS)?;
        let Some(found) = versions.get(id)?.map(|version| Version(version.value())) else {
            return Ok(Err(CommitError::Missing));
        };
        if found != self.expected {
            return Ok(Err(CommitError::Conflict { expected: self.expected, found }));
        }
        let version = found.next();
        versions.insert(id, version.0)?;
        if let Some(header) = &self.header {
            write.open_table(HEADERS)?.insert(id, header.as_slice())?;
        }
        let mut trials = write.open_table(TRIALS)?;
        for (number, trial) in &self.trials {
            trials.insert((id, *number), trial.as_slice())?;
        }
        if !self.reports.is_empty() {
            let mut reports = write.open_table(REPORTS)?;
            for (number, report) in &self.reports {
                let last =
                    reports.range((id, *number, 0)..=(id, *number, u64::MAX))?.next_back().transpose()?;
                let place = last.map_or(0, |(key, _)| key.value().2 + 1);
                reports.insert((id, *number, place), report.as_slice())?;
            }
        }
        if !self.outputs.is_empty() {
            let mut outputs = write.open_table(OUTPUTS)?;
            for (number, output) in &self.outputs {
                outputs.insert((id, *number), output.as_slice())?;
            }
        }
        Ok(Ok(version))
    }

    fn size(&self) -> usize {
        let documents = self.trials.iter().chain(&self.reports).chain(&self.outputs);
        self.header.as_ref().map_or(0, Vec::len)
            + documents.map(|(_, document)| document.len()).sum::<usize>()
    }
}

pub(super) struct Delete {
    study: StudyId,
}

impl Delete {
    pub(super) fn new(study: &StudyId) -> Self {
        Self { study: study.clone() }
    }
}

impl Change for Delete {
    type Answer = ();
    type Error = StorageError;

    fn stage(&self, write: &WriteTransaction) -> Result<Result<(), StorageError>, redb::Error> {
        let id = self.study.as_str();
        if write.open_table(VERSIONS)?.remove(id)?.is_none() {
            return Ok(Ok(()));
        }
        write.open_table(HEADERS)?.remove(id)?;
        write.open_table(UNFINISHED)?.remove(id)?;
        // The names are few, and this way a header that cannot be read can still be deleted.
        write.open_table(NAMES)?.retain(|_, holder| holder != id)?;
        write.open_table(TRIALS)?.retain_in((id, 0)..=(id, u64::MAX), |_, _| false)?;
        write.open_table(REPORTS)?.retain_in((id, 0, 0)..=(id, u64::MAX, u64::MAX), |_, _| false)?;
        write.open_table(OUTPUTS)?.retain_in((id, 0)..=(id, u64::MAX), |_, _| false)?;
        attachments::delete_all(write, id)?;
        Ok(Ok(()))
    }
}
