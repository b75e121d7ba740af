//! Attachments.

use tunewright_core::Refusal;
use tunewright_core::study::{Attachment, AttachmentKey, AttachmentName, Sha256, StudyRef, TrialNumber};

use super::{required, study_from_wire};
use crate::v1;

/// What an attachment is called, the study's name included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyAttachmentKey {
    pub study: StudyRef,
    pub key: AttachmentKey,
}

/// An attachment without its content, and the study that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyAttachment {
    pub study: StudyRef,
    pub attachment: Attachment,
}

impl StudyAttachmentKey {
    /// The attachment that a request must name, in its field `key`.
    ///
    /// # Errors
    /// `invalid` if it names none, or names it badly.
    pub fn of_request(key: Option<v1::AttachmentRef>) -> Result<Self, Refusal> {
        required(key, "key")?.try_into().map_err(|refusal: Refusal| refusal.within("key"))
    }
}

impl TryFrom<v1::AttachmentRef> for StudyAttachmentKey {
    type Error = Refusal;

    fn try_from(key: v1::AttachmentRef) -> Result<Self, Refusal> {
        let study = study_from_wire(key.study)?;
        let trial = key.trial.map(TrialNumber);
        Ok(Self { study, key: AttachmentKey { trial, name: AttachmentName::new(key.name)? } })
    }
}

impl From<&StudyAttachmentKey> for v1::AttachmentRef {
    fn from(named: &StudyAttachmentKey) -> Self {
        Self {
            study: Some((&named.study).into()),
            trial: named.key.trial.map(|trial| trial.0),
            name: named.key.name.to_string(),
        }
    }
}

impl TryFrom<v1::Attachment> for StudyAttachment {
    type Error = Refusal;

    fn try_from(attachment: v1::Attachment) -> Result<Self, Refusal> {
        let StudyAttachmentKey { study, key } = StudyAttachmentKey::of_request(attachment.key)?;
        let sha256 = Sha256::new(attachment.sha256)?;
        Ok(Self { study, attachment: Attachment { key, size: attachment.size, sha256 } })
    }
}

impl From<&StudyAttachment> for v1::Attachment {
    fn from(StudyAttachment { study, attachment }: &StudyAttachment) -> Self {
        let key = StudyAttachmentKey { study: study.clone(), key: attachment.key.clone() };
        Self { key: Some((&key).into()), size: attachment.size, sha256: attachment.sha256.to_string() }
    }
}
