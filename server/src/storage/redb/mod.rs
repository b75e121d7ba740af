//! The embedded store, and the default: one file in the data directory, forced to disk at every commit unless it is
//! opened as buffered.

mod attachments;
mod buffered;
mod changes;
mod file;
mod new_file;
mod read;
mod tables;
mod tokens;
mod unfinished;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use tunewright_core::access::TokenRecord;
use tunewright_core::name::StudyId;
use tunewright_core::study::{
    Attachment, AttachmentKey, AttachmentLimits, Header, Report, TrialNumber, Version,
};

use self::attachments::{Attach, Detach};
use self::changes::{Commit, Create, Delete, Nothing};
use self::file::{DataFile, FILE_NAME};
use self::tokens::PutToken;
use self::unfinished::{Prepare, Publish};
use self::writer::Writer;
use super::{
    AttachError, CommitError, Durability, Owned, PublishError, Storage, StorageError, StoredStudy, StudyWrite,
};

/// Keeps studies in `tunewright.redb` under a data directory that no other server may use at the same time.
pub struct RedbStorage {
    file: Arc<DataFile>,
    writer: Writer,
    durability: Durability,
}

impl fmt::Debug for RedbStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbStorage").field("file", &self.file).finish_non_exhaustive()
    }
}

impl RedbStorage {
    /// Opens the store in this directory, which is made if it is not there. As `Buffered` it leaves it to the system
    /// when to write to disk, so that the end of the machine may take the whole file along; else it is `Fsynced`.
    ///
    /// # Errors
    /// `Setup` if another server uses it or it cannot be made, `Corrupt` if the file is not ours.
    pub async fn open(directory: &Path, durability: Durability) -> Result<Self, StorageError> {
        let directory = directory.to_owned();
        let opening = move || DataFile::in_directory(&directory, durability);
        let file = blocking("opening the data file", opening).await?;
        let storage = Self::over(Arc::new(file), durability)?;
        for study in storage.read(unfinished::left).await? {
            storage.delete(&study).await?;
        }
        Ok(storage)
    }

    /// Whether this directory has a store.
    pub(super) fn is_in(directory: &Path) -> bool {
        directory.join(FILE_NAME).exists()
    }

    fn over(file: Arc<DataFile>, durability: Durability) -> Result<Self, StorageError> {
        let writer = Writer::start(Arc::clone(&file))?;
        Ok(Self { file, writer, durability })
    }

    /// Runs a read on a thread that may block, over the file as it is now.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&::redb::Database) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        // After a failure of the disk the writer opens the file again; nobody else may hold it then.
        if self.file.get().is_none() {
            self.probe().await?;
        }
        let database = self
            .file
            .get()
            .ok_or_else(|| StorageError::unavailable("reading", "the data file had to be closed"))?;
        blocking("reading", move || read(&database)).await
    }
}

async fn blocking<T: Send + 'static>(
    during: &'static str,
    work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
) -> Result<T, StorageError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StorageError::unavailable(during, error))?
}

#[async_trait]
impl Storage for RedbStorage {
    fn durability(&self) -> Durability {
        self.durability
    }

    /// The file is locked for as long as it is open.
    async fn acquire(self: Arc<Self>, _place: &str) -> Result<Option<Owned>, StorageError> {
        Ok(Some(Owned { storage: self, tenure: None }))
    }

    async fn create(&self, header: &Header) -> Result<Option<StudyId>, StorageError> {
        self.writer.write("creating a study", Create::new(header)?).await
    }

    async fn prepare(&self, header: &Header) -> Result<(), StorageError> {
        self.writer.write("preparing a study", Prepare::new(header)?).await
    }

    async fn publish(&self, header: &Header, version: Version) -> Result<(), PublishError> {
        self.writer.write("publishing a study", Publish::new(header, version)).await
    }

    async fn commit(&self, write: StudyWrite) -> Result<Version, CommitError> {
        self.writer.write("committing", Commit::new(write)?).await
    }

    async fn load(&self, study: &StudyId) -> Result<Option<StoredStudy>, StorageError> {
        let study = study.clone();
        self.read(move |database| read::load(database, &study)).await
    }

    async fn headers(&self) -> Result<Vec<Header>, StorageError> {
        self.read(read::headers).await
    }

    async fn reports(&self, study: &StudyId, trial: TrialNumber) -> Result<Vec<Report>, StorageError> {
        let study = study.clone();
        self.read(move |database| read::reports(database, &study, trial)).await
    }

    async fn output(
        &self,
        study: &StudyId,
        trial: TrialNumber,
    ) -> Result<Option<(u32, String)>, StorageError> {
        let study = study.clone();
        self.read(move |database| read::output(database, &study, trial)).await
    }

    async fn put_attachment(
        &self,
        study: &StudyId,
        attachment: Attachment,
        content: Bytes,
        limits: AttachmentLimits,
    ) -> Result<(), AttachError> {
        let attach = Attach::new(study, attachment, content, limits)?;
        self.writer.write("keeping an attachment", attach).await
    }

    async fn attachment(
        &self,
        study: &StudyId,
        key: &AttachmentKey,
    ) -> Result<Option<(Attachment, Bytes)>, StorageError> {
        let (study, key) = (study.clone(), key.clone());
        self.read(move |database| attachments::attachment(database, &study, &key)).await
    }

    async fn attachments(&self, study: &StudyId) -> Result<Vec<Attachment>, StorageError> {
        let study = study.clone();
        self.read(move |database| attachments::attachments(database, &study)).await
    }

    async fn delete_attachment(&self, study: &StudyId, key: &AttachmentKey) -> Result<(), StorageError> {
        self.writer.write("deleting an attachment", Detach::new(study, key)).await
    }

    async fn delete(&self, study: &StudyId) -> Result<(), StorageError> {
        self.writer.write("deleting a study", Delete::new(study)).await
    }

    async fn put_token(&self, token: &TokenRecord) -> Result<(), StorageError> {
        self.writer.write("keeping a token", PutToken::new(token)?).await
    }

    async fn tokens(&self) -> Result<Vec<TokenRecord>, StorageError> {
        self.read(tokens::tokens).await
    }

    async fn probe(&self) -> Result<(), StorageError> {
        self.writer.write("probing", Nothing).await
    }
}

#[cfg(test)]
mod tests;
