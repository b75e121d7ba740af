//! The records that only backups have, and what is told of a backup.

use serde::{Deserialize, Serialize};
use tunewright_core::Timestamp;
use tunewright_core::name::StudyId;
use tunewright_core::study::{Attachment, Header, Sha256, StudyRef, Version};

use crate::storage::record::Document;

/// The first record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Opening {
    pub(super) created_at: Timestamp,
    /// The version of Tunewright that made it; for people.
    pub(super) by: String,
}

/// Begins a study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begin {
    pub(super) version: Version,
}

/// Ends a study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StudyEnd {
    pub(super) trials: u64,
    pub(super) reports: u64,
    pub(super) attachments: u64,
    /// Of the study's records, that of its beginning included.
    pub(super) sha256: Sha256,
}

/// The last record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct End {
    pub(super) studies: u64,
    pub(super) tokens: u64,
    /// Of all bytes before this record.
    pub(super) sha256: Sha256,
}

impl Document for Opening {
    const KIND: &'static str = "backup";
}

impl Document for Begin {
    const KIND: &'static str = "study";
}

impl Document for StudyEnd {
    const KIND: &'static str = "study_end";
}

impl Document for End {
    const KIND: &'static str = "backup_end";
}

/// An attachment, whose content comes behind it.
impl Document for Attachment {
    const KIND: &'static str = "attached";
}

/// What is told of a study in a backup, or of one that was restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StudyReport {
    #[serde(flatten)]
    pub study: StudyRef,
    pub id: StudyId,
    pub version: Version,
    pub trials: u64,
    /// Intermediate values.
    pub reports: u64,
    pub attachments: u64,
    /// The digest of its records: the same in every store and file.
    pub sha256: Sha256,
}

impl StudyReport {
    pub(super) fn new(header: &Header, version: Version, end: StudyEnd) -> Self {
        let study = StudyRef::new(header.project.clone(), header.name.clone());
        let StudyEnd { trials, reports, attachments, sha256 } = end;
        Self { study, id: header.id.clone(), version, trials, reports, attachments, sha256 }
    }
}

/// What is told of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BackupReport {
    pub created_at: Timestamp,
    /// The version of Tunewright that made it.
    pub by: String,
    pub studies: Vec<StudyReport>,
    pub tokens: u64,
    /// Of all bytes before the last record.
    pub sha256: Sha256,
}
