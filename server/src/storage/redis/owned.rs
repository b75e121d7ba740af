//! A Redis with replicas, as its owner writes it: what it stored is remembered until no failover can lose it, or acknowledged
//! only once replicas have it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use tunewright_core::access::TokenRecord;
use tunewright_core::name::StudyId;
use tunewright_core::study::{
    Attachment, AttachmentKey, AttachmentLimits, Header, Report, TrialNumber, Version,
};

use super::RedisStorage;
use super::outbox::Written;
use crate::storage::{
    AttachError, CommitError, Durability, Owned, PublishError, Storage, StorageError, StoredStudy, StudyWrite,
};

/// The store of an owner whose Redis has replicas.
pub(super) struct OwnedRedis {
    store: Arc<RedisStorage>,
}

impl OwnedRedis {
    pub(super) const fn new(store: Arc<RedisStorage>) -> Self {
        Self { store }
    }

    /// Remembers what happened, or may have.
    fn remember<T>(&self, answer: Result<T, &StorageError>, written: impl FnOnce() -> Written) {
        let is_sure = matches!(answer, Err(error) if !matches!(error, StorageError::Unavailable { .. }));
        if let Some(outbox) = self.store.outbox.as_ref().filter(|_| !is_sure) {
            outbox.push(written());
        }
    }
}

impl fmt::Debug for OwnedRedis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OwnedRedis").field(&self.store).finish()
    }
}

#[async_trait]
impl Storage for OwnedRedis {
    fn durability(&self) -> Durability {
        self.store.durability()
    }

    async fn acquire(self: Arc<Self>, place: &str) -> Result<Option<Owned>, StorageError> {
        Arc::clone(&self.store).acquire(place).await
    }

    async fn create(&self, header: &Header) -> Result<Option<StudyId>, StorageError> {
        let created = self.store.create(header).await;
        if !matches!(created, Ok(Some(_))) {
            self.remember(created.as_ref(), || Written::Created(header.clone()));
        }
        let created = created?;
        self.store.have_it("creating a study").await?;
        Ok(created)
    }

    async fn prepare(&self, header: &Header) -> Result<(), StorageError> {
        self.store.prepare(header).await?;
        self.store.have_it("preparing a study").await
    }

    async fn publish(&self, header: &Header, version: Version) -> Result<(), PublishError> {
        self.store.publish(header, version).await?;
        Ok(self.store.have_it("publishing a study").await?)
    }

    async fn commit(&self, write: StudyWrite) -> Result<Version, CommitError> {
        let committed = self.store.commit(write.clone()).await;
        match &committed {
            Ok(_) => self.remember(Ok(()), || Written::Committed(write)),
            Err(CommitError::Storage(error)) => self.remember::<()>(Err(error), || Written::Committed(write)),
            Err(CommitError::Conflict { .. } | CommitError::Missing) => {}
        }
        let version = committed?;
        self.store.have_it("committing").await?;
        Ok(version)
    }

    async fn load(&self, study: &StudyId) -> Result<Option<StoredStudy>, StorageError> {
        let loaded = self.store.load(study).await?;
        // It may have in it what was not acknowledged, as replicas did not get it in time; from here on it is.
        self.store.have_it("loading a study").await?;
        Ok(loaded)
    }

    async fn headers(&self) -> Result<Vec<Header>, StorageError> {
        self.store.headers().await
    }

    async fn reports(&self, study: &StudyId, trial: TrialNumber) -> Result<Vec<Report>, StorageError> {
        self.store.reports(study, trial).await
    }

    async fn output(
        &self,
        study: &StudyId,
        trial: TrialNumber,
    ) -> Result<Option<(u32, String)>, StorageError> {
        self.store.output(study, trial).await
    }

    async fn put_attachment(
        &self,
        study: &StudyId,
        attachment: Attachment,
        content: Bytes,
        limits: AttachmentLimits,
    ) -> Result<(), AttachError> {
        let put = self.store.put_attachment(study, attachment.clone(), content.clone(), limits).await;
        let written = || Written::Attached { study: study.clone(), attachment, content, limits };
        match &put {
            Ok(()) => self.remember(Ok(()), written),
            Err(AttachError::Storage(error)) => self.remember::<()>(Err(error), written),
            Err(AttachError::Missing | AttachError::Full { .. }) => {}
        }
        put?;
        Ok(self.store.have_it("keeping an attachment").await?)
    }

    async fn attachment(
        &self,
        study: &StudyId,
        key: &AttachmentKey,
    ) -> Result<Option<(Attachment, Bytes)>, StorageError> {
        self.store.attachment(study, key).await
    }

    async fn attachments(&self, study: &StudyId) -> Result<Vec<Attachment>, StorageError> {
        self.store.attachments(study).await
    }

    async fn delete_attachment(&self, study: &StudyId, key: &AttachmentKey) -> Result<(), StorageError> {
        let deleted = self.store.delete_attachment(study, key).await;
        self.remember(deleted.as_ref(), || Written::Detached { study: study.clone(), key: key.clone() });
        deleted?;
        self.store.have_it("deleting an attachment").await
    }

    async fn delete(&self, study: &StudyId) -> Result<(), StorageError> {
        let deleted = self.store.delete(study).await;
        self.remember(deleted.as_ref(), || Written::Deleted(study.clone()));
        deleted?;
        self.store.have_it("deleting a study").await
    }

    async fn put_token(&self, token: &TokenRecord) -> Result<(), StorageError> {
        let kept = self.store.put_token(token).await;
        self.remember(kept.as_ref(), || Written::Token(token.clone()));
        kept?;
        self.store.have_it("keeping a token").await
    }

    async fn tokens(&self) -> Result<Vec<TokenRecord>, StorageError> {
        self.store.tokens().await
    }

    async fn probe(&self) -> Result<(), StorageError> {
        self.store.probe().await
    }
}
