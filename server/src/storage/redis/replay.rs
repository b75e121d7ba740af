//! Storing again what a failover has lost.

use std::collections::BTreeMap;

use redis::cmd;
use tracing::{error, info};
use tunewright_core::name::StudyId;
use tunewright_core::study::{Attachment, AttachmentKey, AttachmentLimits, Version};

use super::attachments::Upload;
use super::outbox::Written;
use super::{RedisStorage, keys};
use crate::storage::record::{Attached, decode};
use crate::storage::{AttachError, CommitError, Storage as _, StorageError, StudyWrite};

/// Brings a store up to what was written before. All of it may be there already: nothing is written twice.
pub(super) struct Replay<'a> {
    store: &'a RedisStorage,
    /// The version at which a study is; `None` if it is not there.
    versions: BTreeMap<StudyId, Option<Version>>,
    stored: u64,
    lost: u64,
}

impl<'a> Replay<'a> {
    pub(super) const fn new(store: &'a RedisStorage) -> Self {
        Self { store, versions: BTreeMap::new(), stored: 0, lost: 0 }
    }

    pub(super) async fn run(mut self, writes: Vec<Written>) -> Result<(), StorageError> {
        for written in writes {
            self.write(written).await?;
        }
        let Self { stored, lost, .. } = self;
        if stored > 0 {
            info!(writes = stored, "what a failover had lost is stored again");
        }
        if lost > 0 {
            error!(writes = lost, "a failover has lost what cannot be stored again");
        }
        Ok(())
    }

    async fn write(&mut self, written: Written) -> Result<(), StorageError> {
        match written {
            Written::Created(header) => match self.store.create(&header).await {
                Ok(None) => Ok(()),
                Ok(Some(_)) | Err(StorageError::Corrupt { .. }) => {
                    self.lost += 1;
                    Ok(())
                }
                Err(error) => Err(error),
            },
            Written::Committed(write) => self.commit(write).await,
            Written::Deleted(study) => {
                self.versions.remove(&study);
                self.store.delete(&study).await
            }
            Written::Token(token) => self.store.put_token(&token).await,
            Written::Attached { study, attachment, content, limits } => {
                self.attach(&study, attachment, content, limits).await
            }
            Written::Detached { study, key } => self.store.delete_attachment(&study, &key).await,
        }
    }

    async fn commit(&mut self, write: StudyWrite) -> Result<(), StorageError> {
        let (study, expected) = (write.study.clone(), write.expected);
        match self.versions.get(&study) {
            Some(Some(found)) if *found > expected => return Ok(()),
            // Deleted, by a write that comes later.
            Some(None) => return Ok(()),
            _ => {}
        }
        let now = match self.store.commit(write).await {
            Ok(version) => {
                self.stored += 1;
                Some(version)
            }
            Err(CommitError::Conflict { found, .. }) => {
                // What comes before was too long ago, or did not fit.
                self.lost += u64::from(found < expected);
                Some(found)
            }
            Err(CommitError::Missing) => None,
            Err(CommitError::Storage(error)) => return Err(error),
        };
        self.versions.insert(study, now);
        Ok(())
    }

    async fn attach(
        &mut self,
        study: &StudyId,
        attachment: Attachment,
        content: bytes::Bytes,
        limits: AttachmentLimits,
    ) -> Result<(), StorageError> {
        if self.is_attached(study, &attachment.key, &attachment).await? {
            return Ok(());
        }
        let upload = Upload::new(study, attachment, content, limits);
        match self.store.attachments.put(&self.store.bulk, &self.store.title, upload).await {
            Ok(()) => self.stored += 1,
            Err(AttachError::Missing) => {}
            Err(AttachError::Full { .. }) => self.lost += 1,
            Err(AttachError::Storage(error)) => return Err(error),
        }
        Ok(())
    }

    async fn is_attached(
        &self,
        study: &StudyId,
        key: &AttachmentKey,
        wanted: &Attachment,
    ) -> Result<bool, StorageError> {
        let (hash, field) = (keys::attachments(study), keys::attachment_field(key));
        let record: Option<Vec<u8>> =
            self.store.bulk.ask("storing again", cmd("HGET").arg(&hash).arg(&field)).await?;
        let Some(record) = record else { return Ok(false) };
        let found: Attached = decode(|| format!("{hash}[{field}]"), &record)?;
        Ok(found.sha256 == wanted.sha256)
    }
}
