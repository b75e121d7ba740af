//! What every store has to do.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use tunewright_core::Refusal;
use tunewright_core::access::TokenRecord;
use tunewright_core::name::StudyId;
use tunewright_core::study::{
    Attachment, AttachmentKey, AttachmentLimits, Header, Report, Trial, TrialNumber, Version,
};

use super::Owned;

/// One write of one study: all or nothing. Rewriting the same documents is harmless.
#[derive(Clone, Debug)]
pub struct StudyWrite {
    pub study: StudyId,
    /// The study's version before this write. A writer that lost its study gets `Conflict`.
    pub expected: Version,
    pub header: Option<Header>,
    /// Whole documents; at most one for each trial.
    pub trials: Vec<Trial>,
    /// Appended to the trials' lists.
    pub reports: Vec<(TrialNumber, Report)>,
    /// Replaces the kept output of this trial: (trial, attempt, text).
    pub outputs: Vec<(TrialNumber, u32, String)>,
}

/// A study as it lies in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredStudy {
    pub header: Header,
    pub version: Version,
    /// In the order of their numbers.
    pub trials: Vec<Trial>,
}

/// What an acknowledged write survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Nothing: it lies in this process's memory.
    Memory,
    /// The end of our process and of the store's; a power cut may cost the last second or two.
    Buffered,
    /// A power cut: it was forced to disk.
    Fsynced,
    /// The loss of a machine: replicas have it.
    Replicated,
}

impl Durability {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Buffered => "buffered",
            Self::Fsynced => "fsynced",
            Self::Replicated => "replicated",
        }
    }
}

/// Why a commit did not happen.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The study is at another version: somebody else writes it.
    #[error("the study is at version {found:?}, not {expected:?}")]
    Conflict { expected: Version, found: Version },
    /// The study is not there (any more).
    #[error("the study is not in the store")]
    Missing,
    /// The store did not do it, or it is unknown whether it did: load the study again.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why a prepared study was not published; nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The name belongs to this other study.
    #[error("the name belongs to study {0}")]
    Taken(StudyId),
    /// The study is not prepared (any more).
    #[error("the study is not in the store")]
    Missing,
    /// The store did not do it, or it is unknown whether it did: publishing again is harmless.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why an attachment was not kept; nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// The study is not there (any more).
    #[error("the study is not in the store")]
    Missing,
    /// The study would have so many attachments, and so many bytes of them.
    #[error("{count} attachments of {bytes} bytes are too much for one study")]
    Full { count: u64, bytes: u64 },
    /// The store did not do it, or it is unknown whether it did.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A store that does not do its job.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Away, slow or full: try again later. The write may or may not have happened.
    #[error("the store is not available while {during}")]
    Unavailable {
        during: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What lies in the store cannot be read.
    #[error("the record {key} cannot be read: {problem}")]
    Corrupt { key: String, problem: String },
    /// The store is set up in a way that can lose results; the message says what to set.
    #[error("{0}")]
    Unsafe(String),
    /// Another server has taken over: this one writes nothing any more. Nothing was written.
    #[error("another server has taken over this store")]
    Fenced,
    /// It cannot be opened as asked: a mistyped address, a directory that another server uses.
    /// Only [`open`](super::open()) answers with it; a person has to mend it, and the refusal has the hint.
    #[error("{0}")]
    Setup(Refusal),
}

impl StorageError {
    /// The store did not answer as it should while `during`.
    pub fn unavailable(
        during: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unavailable { during, source: source.into() }
    }

    /// Ids are never used twice, so another study under this id means that something is wrong with the store.
    pub(super) fn id_in_use(id: &StudyId) -> Self {
        Self::Corrupt { key: id.to_string(), problem: "another study has this id".to_owned() }
    }
}

/// A store. Implementations are cheap to share behind an `Arc` and safe to call from many tasks.
#[async_trait]
pub trait Storage: Send + Sync + std::fmt::Debug + 'static {
    /// What an acknowledged write survives.
    fn durability(&self) -> Durability;

    /// The store to write to, for the one server that may; `None` while that is another one. Reading needs no leave.
    /// `place` is where only one server can be, such as a port of a machine, or empty: who comes to the place of
    /// the owner need not wait for it to be away long enough.
    async fn acquire(self: Arc<Self>, place: &str) -> Result<Option<Owned>, StorageError>;

    /// Whether this server was the last owner, and has what the store may have lost since: others wait a little for it.
    fn comes_first(&self) -> bool {
        false
    }

    /// The place of the server that was the owner when this one last tried to be; empty if it told none.
    fn holder(&self) -> String {
        String::new()
    }

    /// Keeps a new study's header at version 0, and claims its (project, name).
    /// Answers with the id of the study that has the name already, if there is one; nothing is changed then.
    /// Creating once more what is there already under the same id and name changes nothing and answers `None`,
    /// so a caller that does not know whether it happened asks again.
    async fn create(&self, header: &Header) -> Result<Option<StudyId>, StorageError>;

    /// Begins a study that nobody sees, at version 0: it has no name, and [`headers`](Self::headers) passes over it, until
    /// it is published. It can be committed to, attached to, loaded and deleted by its id. One that is not published is
    /// removed when the store is opened again.
    async fn prepare(&self, header: &Header) -> Result<(), StorageError>;

    /// Claims the (project, name) of a prepared study, and sets its version: from here on it is a study like others.
    /// `header` is the one it was prepared with. Publishing once more changes nothing and is fine.
    async fn publish(&self, header: &Header, version: Version) -> Result<(), PublishError>;

    /// Writes all or nothing, raises the version by one and answers with it.
    async fn commit(&self, write: StudyWrite) -> Result<Version, CommitError>;

    async fn load(&self, study: &StudyId) -> Result<Option<StoredStudy>, StorageError>;

    /// All published studies' headers, in no particular order.
    async fn headers(&self) -> Result<Vec<Header>, StorageError>;

    /// A trial's intermediate values, in the order they were appended.
    async fn reports(&self, study: &StudyId, trial: TrialNumber) -> Result<Vec<Report>, StorageError>;

    /// The kept output of a trial: (attempt, text).
    async fn output(
        &self,
        study: &StudyId,
        trial: TrialNumber,
    ) -> Result<Option<(u32, String)>, StorageError>;

    /// Keeps an attachment as a whole, in place of one of the same key; its size is that of `content`. Whether its
    /// trial exists is the caller's to know. It changes no version: attachments are beside the study's history.
    async fn put_attachment(
        &self,
        study: &StudyId,
        attachment: Attachment,
        content: Bytes,
        limits: AttachmentLimits,
    ) -> Result<(), AttachError>;

    /// An attachment with its content.
    async fn attachment(
        &self,
        study: &StudyId,
        key: &AttachmentKey,
    ) -> Result<Option<(Attachment, Bytes)>, StorageError>;

    /// All attachments of a study and its trials, in the order of their keys.
    async fn attachments(&self, study: &StudyId) -> Result<Vec<Attachment>, StorageError>;

    /// Removes an attachment. Removing what is not there is fine.
    async fn delete_attachment(&self, study: &StudyId, key: &AttachmentKey) -> Result<(), StorageError>;

    /// Removes a study with its attachments and frees its name. Removing what is not there is fine.
    async fn delete(&self, study: &StudyId) -> Result<(), StorageError>;

    /// Keeps a token, in place of one of the same id. It does not expire by itself: tokens say when they do.
    async fn put_token(&self, token: &TokenRecord) -> Result<(), StorageError>;

    /// All tokens, also those that are good no more, in the order of their ids.
    async fn tokens(&self) -> Result<Vec<TokenRecord>, StorageError>;

    /// Whether the store answers now.
    async fn probe(&self) -> Result<(), StorageError>;
}
