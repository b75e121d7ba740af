//! A store in this process's memory: for tests, and for trying things out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use tunewright_core::access::TokenRecord;
use tunewright_core::name::{ProjectName, StudyId, StudyName, TokenId};
use tunewright_core::study::{
    Attachment, AttachmentKey, AttachmentLimits, Header, Report, Trial, TrialNumber, Version,
};

use super::{
    AttachError, CommitError, Durability, Owned, PublishError, Storage, StorageError, StoredStudy, StudyWrite,
};

/// Keeps studies for as long as the process lives.
#[derive(Debug, Default)]
pub struct MemoryStorage {
    shelves: Mutex<Shelves>,
}

#[derive(Debug, Default)]
struct Shelves {
    studies: BTreeMap<StudyId, Kept>,
    /// A study that is not in here is not published.
    names: BTreeMap<(ProjectName, StudyName), StudyId>,
    tokens: BTreeMap<TokenId, TokenRecord>,
}

impl Shelves {
    /// Whether the study has its name.
    fn is_published(&self, header: &Header) -> bool {
        self.names.get(&(header.project.clone(), header.name.clone())) == Some(&header.id)
    }
}

#[derive(Debug)]
struct Kept {
    header: Header,
    version: Version,
    trials: BTreeMap<TrialNumber, Trial>,
    reports: BTreeMap<TrialNumber, Vec<Report>>,
    outputs: BTreeMap<TrialNumber, (u32, String)>,
    attachments: BTreeMap<AttachmentKey, (Attachment, Bytes)>,
}

impl Kept {
    fn new(header: &Header) -> Self {
        Self {
            header: header.clone(),
            version: Version(0),
            trials: BTreeMap::new(),
            reports: BTreeMap::new(),
            outputs: BTreeMap::new(),
            attachments: BTreeMap::new(),
        }
    }
}

impl MemoryStorage {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        // Each change below is made after all its checks and cannot panic half-way.
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Storage for MemoryStorage {
    fn durability(&self) -> Durability {
        Durability::Memory
    }

    async fn acquire(self: Arc<Self>, _place: &str) -> Result<Option<Owned>, StorageError> {
        Ok(Some(Owned { storage: self, tenure: None }))
    }

    async fn create(&self, header: &Header) -> Result<Option<StudyId>, StorageError> {
        let mut shelves = self.shelves();
        let name = (header.project.clone(), header.name.clone());
        if let Some(holder) = shelves.names.get(&name) {
            return Ok(Some(holder.clone()).filter(|holder| *holder != header.id));
        }
        if shelves.studies.contains_key(&header.id) {
            return Err(StorageError::id_in_use(&header.id));
        }
        shelves.names.insert(name, header.id.clone());
        shelves.studies.insert(header.id.clone(), Kept::new(header));
        Ok(None)
    }

    async fn prepare(&self, header: &Header) -> Result<(), StorageError> {
        let mut shelves = self.shelves();
        if shelves.studies.contains_key(&header.id) {
            return Err(StorageError::id_in_use(&header.id));
        }
        shelves.studies.insert(header.id.clone(), Kept::new(header));
        Ok(())
    }

    async fn publish(&self, header: &Header, version: Version) -> Result<(), PublishError> {
        let mut shelves = self.shelves();
        let name = (header.project.clone(), header.name.clone());
        match shelves.names.get(&name) {
            Some(holder) if *holder == header.id => return Ok(()),
            Some(holder) => return Err(PublishError::Taken(holder.clone())),
            None => {}
        }
        shelves.studies.get_mut(&header.id).ok_or(PublishError::Missing)?.version = version;
        shelves.names.insert(name, header.id.clone());
        Ok(())
    }

    async fn commit(&self, write: StudyWrite) -> Result<Version, CommitError> {
        let mut shelves = self.shelves();
        let kept = shelves.studies.get_mut(&write.study).ok_or(CommitError::Missing)?;
        if kept.version != write.expected {
            return Err(CommitError::Conflict { expected: write.expected, found: kept.version });
        }
        kept.version = kept.version.next();
        if let Some(header) = write.header {
            kept.header = header;
        }
        kept.trials.extend(write.trials.into_iter().map(|trial| (trial.number, trial)));
        for (trial, report) in write.reports {
            kept.reports.entry(trial).or_default().push(report);
        }
        for (trial, attempt, text) in write.outputs {
            kept.outputs.insert(trial, (attempt, text));
        }
        Ok(kept.version)
    }

    async fn load(&self, study: &StudyId) -> Result<Option<StoredStudy>, StorageError> {
        Ok(self.shelves().studies.get(study).map(|kept| StoredStudy {
            header: kept.header.clone(),
            version: kept.version,
            trials: kept.trials.values().cloned().collect(),
        }))
    }

    async fn headers(&self) -> Result<Vec<Header>, StorageError> {
        let shelves = self.shelves();
        let headers = shelves.studies.values().map(|kept| &kept.header);
        Ok(headers.filter(|header| shelves.is_published(header)).cloned().collect())
    }

    async fn reports(&self, study: &StudyId, trial: TrialNumber) -> Result<Vec<Report>, StorageError> {
        let shelves = self.shelves();
        let reports = shelves.studies.get(study).and_then(|kept| kept.reports.get(&trial));
        Ok(reports.cloned().unwrap_or_default())
    }

    async fn output(
        &self,
        study: &StudyId,
        trial: TrialNumber,
    ) -> Result<Option<(u32, String)>, StorageError> {
        Ok(self.shelves().studies.get(study).and_then(|kept| kept.outputs.get(&trial)).cloned())
    }

    async fn put_attachment(
        &self,
        study: &StudyId,
        attachment: Attachment,
        content: Bytes,
        limits: AttachmentLimits,
    ) -> Result<(), AttachError> {
        let mut shelves = self.shelves();
        let kept = shelves.studies.get_mut(study).ok_or(AttachError::Missing)?;
        let others = || kept.attachments.values().filter(|(other, _)| other.key != attachment.key);
        let count = others().count() as u64 + 1;
        let bytes = others().map(|(other, _)| other.size).sum::<u64>() + attachment.size;
        if !limits.allow(count, bytes) {
            return Err(AttachError::Full { count, bytes });
        }
        kept.attachments.insert(attachment.key.clone(), (attachment, content));
        Ok(())
    }

    async fn attachment(
        &self,
        study: &StudyId,
        key: &AttachmentKey,
    ) -> Result<Option<(Attachment, Bytes)>, StorageError> {
        Ok(self.shelves().studies.get(study).and_then(|kept| kept.attachments.get(key)).cloned())
    }

    async fn attachments(&self, study: &StudyId) -> Result<Vec<Attachment>, StorageError> {
        let shelves = self.shelves();
        let kept = shelves.studies.get(study).map(|kept| kept.attachments.values());
        Ok(kept.into_iter().flatten().map(|(attachment, _)| attachment.clone()).collect())
    }

    async fn delete_attachment(&self, study: &StudyId, key: &AttachmentKey) -> Result<(), StorageError> {
        if let Some(kept) = self.shelves().studies.get_mut(study) {
            kept.attachments.remove(key);
        }
        Ok(())
    }

    async fn delete(&self, study: &StudyId) -> Result<(), StorageError> {
        let mut shelves = self.shelves();
        if let Some(kept) = shelves.studies.remove(study)
            && shelves.is_published(&kept.header)
        {
            shelves.names.remove(&(kept.header.project, kept.header.name));
        }
        Ok(())
    }

    async fn put_token(&self, token: &TokenRecord) -> Result<(), StorageError> {
        self.shelves().tokens.insert(token.id.clone(), token.clone());
        Ok(())
    }

    async fn tokens(&self) -> Result<Vec<TokenRecord>, StorageError> {
        Ok(self.shelves().tokens.values().cloned().collect())
    }

    async fn probe(&self) -> Result<(), StorageError> {
        Ok(())
    }
}

#[cfg(test)]
#[path = "memory_tests.rs"]
mod tests;
