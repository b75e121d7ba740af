//! Attachments: a record each, and their contents in pieces.

use bytes::Bytes;
use redb::{Database, ReadableDatabase, ReadableTable, WriteTransaction};
use tunewright_core::name::StudyId;
use tunewright_core::study::{Attachment, AttachmentKey, AttachmentLimits, AttachmentName};

use super::changes::Change;
use super::read::at;
use super::tables::{
    ATTACHED, ATTACHMENTS, CONTENTS, PIECE, VERSIONS, attachment_key, behind, place, trial_of,
};
use crate::storage::record::{Attached, decode, encode};
use crate::storage::{AttachError, StorageError};

pub(super) struct Attach {
    study: StudyId,
    attachment: Attachment,
    record: Vec<u8>,
    content: Bytes,
    limits: AttachmentLimits,
}

impl Attach {
    pub(super) fn new(
        study: &StudyId,
        attachment: Attachment,
        content: Bytes,
        limits: AttachmentLimits,
    ) -> Result<Self, StorageError> {
        let record = Attached { size: attachment.size, sha256: attachment.sha256.clone(), content: None };
        let record = encode(|| attachment_key(study, &attachment.key), &record)?;
        Ok(Self { study: study.clone(), attachment, record, content, limits })
    }
}

impl Change for Attach {
    type Answer = ();
    type Error = AttachError;

    fn stage(&self, write: &WriteTransaction) -> Result<Result<(), AttachError>, redb::Error> {
        let id = self.study.as_str();
        if write.open_table(VERSIONS)?.get(id)?.is_none() {
            return Ok(Err(AttachError::Missing));
        }
        let key = &self.attachment.key;
        let (place, name) = (place(key), key.name.as_str());
        let mut records = write.open_table(ATTACHMENTS)?;
        let replaced = match records.get((id, place, name))? {
            Some(record) => match decode::<Attached>(|| attachment_key(&self.study, key), record.value()) {
                Ok(record) => Some(record.size),
                Err(error) => return Ok(Err(error.into())),
            },
            None => None,
        };
        let mut attached = write.open_table(ATTACHED)?;
        let (count, bytes) = attached.get(id)?.map_or((0, 0), |there| there.value());
        let count = count + u64::from(replaced.is_none());
        let bytes = bytes.saturating_sub(replaced.unwrap_or(0)) + self.attachment.size;
        if !self.limits.allow(count, bytes) {
            return Ok(Err(AttachError::Full { count, bytes }));
        }
        attached.insert(id, (count, bytes))?;
        records.insert((id, place, name), self.record.as_slice())?;
        let mut contents = write.open_table(CONTENTS)?;
        if replaced.is_some() {
            contents.retain_in((id, place, name, 0)..=(id, place, name, u32::MAX), |_, _| false)?;
        }
        for (number, piece) in (0..).zip(self.content.chunks(PIECE)) {
            contents.insert((id, place, name, number), piece)?;
        }
        Ok(Ok(()))
    }

    fn size(&self) -> usize {
        self.record.len() + self.content.len()
    }
}

pub(super) struct Detach {
    study: StudyId,
    key: AttachmentKey,
}

impl Detach {
    pub(super) fn new(study: &StudyId, key: &AttachmentKey) -> Self {
        Self { study: study.clone(), key: key.clone() }
    }
}

impl Change for Detach {
    type Answer = ();
    type Error = StorageError;

    fn stage(&self, write: &WriteTransaction) -> Result<Result<(), StorageError>, redb::Error> {
        let id = self.study.as_str();
        let (place, name) = (place(&self.key), self.key.name.as_str());
        let mut records = write.open_table(ATTACHMENTS)?;
        let record: Attached = match records.get((id, place, name))? {
            Some(record) => match decode(|| attachment_key(&self.study, &self.key), record.value()) {
                Ok(record) => record,
                Err(error) => return Ok(Err(error)),
            },
            None => return Ok(Ok(())),
        };
        records.remove((id, place, name))?;
        let mut attached = write.open_table(ATTACHED)?;
        let (count, bytes) = attached.get(id)?.map_or((0, 0), |there| there.value());
        attached.insert(id, (count.saturating_sub(1), bytes.saturating_sub(record.size)))?;
        let pieces = (id, place, name, 0)..=(id, place, name, u32::MAX);
        write.open_table(CONTENTS)?.retain_in(pieces, |_, _| false)?;
        Ok(Ok(()))
    }
}

/// Removes all attachments of a study.
pub(super) fn delete_all(write: &WriteTransaction, study: &str) -> Result<(), redb::Error> {
    if write.open_table(ATTACHED)?.remove(study)?.is_none() {
        return Ok(());
    }
    let behind = behind(study);
    write.open_table(ATTACHMENTS)?.retain_in((study, 0, "")..(&behind, 0, ""), |_, _| false)?;
    write.open_table(CONTENTS)?.retain_in((study, 0, "", 0)..(&behind, 0, "", 0), |_, _| false)?;
    Ok(())
}

pub(super) fn attachment(
    database: &Database,
    study: &StudyId,
    key: &AttachmentKey,
) -> Result<Option<(Attachment, Bytes)>, StorageError> {
    const DURING: &str = "reading an attachment";
    let (id, place, name) = (study.as_str(), place(key), key.name.as_str());
    let read = database.begin_read().map_err(at(DURING))?;
    let records = read.open_table(ATTACHMENTS).map_err(at(DURING))?;
    let Some(record) = records.get((id, place, name)).map_err(at(DURING))? else {
        return Ok(None);
    };
    let record: Attached = decode(|| attachment_key(study, key), record.value())?;
    let contents = read.open_table(CONTENTS).map_err(at(DURING))?;
    let mut content = Vec::with_capacity(usize::try_from(record.size).unwrap_or(0));
    let pieces = contents.range((id, place, name, 0)..=(id, place, name, u32::MAX));
    for piece in pieces.map_err(at(DURING))? {
        let (_, piece) = piece.map_err(at(DURING))?;
        content.extend_from_slice(piece.value());
    }
    if content.len() as u64 != record.size {
        let problem = format!("it has {} bytes of content, not {}", content.len(), record.size);
        return Err(StorageError::Corrupt { key: attachment_key(study, key), problem });
    }
    let attachment = Attachment { key: key.clone(), size: record.size, sha256: record.sha256 };
    Ok(Some((attachment, content.into())))
}

pub(super) fn attachments(database: &Database, study: &StudyId) -> Result<Vec<Attachment>, StorageError> {
    const DURING: &str = "listing attachments";
    let (id, behind) = (study.as_str(), behind(study.as_str()));
    let read = database.begin_read().map_err(at(DURING))?;
    let records = read.open_table(ATTACHMENTS).map_err(at(DURING))?;
    let mut attachments = Vec::new();
    let kept = records.range((id, 0, "")..(behind.as_str(), 0, ""));
    for entry in kept.map_err(at(DURING))? {
        let (key, record) = entry.map_err(at(DURING))?;
        let (_, place, name) = key.value();
        let corrupt =
            |problem: String| StorageError::Corrupt { key: format!("{id}/{place}/{name}"), problem };
        let name = AttachmentName::new(name).map_err(|refusal| corrupt(refusal.to_string()))?;
        let key = AttachmentKey { trial: trial_of(place), name };
        let record: Attached = decode(|| attachment_key(study, &key), record.value())?;
        attachments.push(Attachment { key, size: record.size, sha256: record.sha256 });
    }
    Ok(attachments)
}
