//! Attachments: a record each in one hash of the study, and each content in a key of its own.
//!
//! A content has a name that is never used again, so a reader sees one or another, never a mixture. Of a large one all
//! but the last piece is put there first; until the script makes it count, it is listed in `tw:uploads`, so that a
//! server that ends in between leaves nothing behind for ever.

use bytes::Bytes;
use redis::{Script, cmd};
use tunewright_core::name::StudyId;
use tunewright_core::study::{Attachment, AttachmentKey, AttachmentLimits, AttachmentName, TrialNumber};

use super::link::Link;
use super::owner::Title;
use super::{keys, load};
use crate::storage::record::{Attached, decode, encode};
use crate::storage::{AttachError, StorageError};

/// Bytes of content in one command.
const PIECE: usize = 1 << 20;
/// An attachment that is replaced while it is read is read again this often.
const TRIES: usize = 50;

/// The scripts. All that they carry goes over the link for bulk, so that no commit waits behind a content.
#[derive(Clone)]
pub(super) struct Attachments {
    stage: Script,
    attach: Script,
    detach: Script,
    abandon: Script,
}

impl Attachments {
    pub(super) fn new() -> Self {
        Self {
            stage: Script::new(include_str!("stage.lua")),
            attach: Script::new(include_str!("attach.lua")),
            detach: Script::new(include_str!("detach.lua")),
            abandon: Script::new(include_str!("abandon.lua")),
        }
    }

    pub(super) async fn put(
        &self,
        bulk: &Link,
        title: &Title,
        upload: Upload<'_>,
    ) -> Result<(), AttachError> {
        let kept = match self.stage(bulk, title, &upload).await {
            Ok(()) => self.keep(bulk, title, &upload).await,
            Err(error) => Err(error.into()),
        };
        let (study, place) = (upload.study, &upload.place);
        if matches!(kept, Err(AttachError::Storage(_)))
            && let Err(error) = self.abandon(bulk, study, place).await
        {
            tracing::warn!(%study, place, %error, "a part of a content is left until the next start");
        }
        kept
    }

    /// Puts all but the last piece where nobody looks yet.
    async fn stage(&self, bulk: &Link, title: &Title, upload: &Upload<'_>) -> Result<(), StorageError> {
        let Upload { study, content, place, .. } = upload;
        for piece in content[..upload.last()].chunks(PIECE) {
            let mut script = self.stage.prepare_invoke();
            script.key(keys::owner(study)).key(keys::UPLOADS).key(keys::content(study, place));
            script.arg(&*title.token).arg(keys::upload(study, place)).arg(piece);
            // Not to be repeated: the script that keeps it would find a piece too many.
            let put: bool = bulk
                .run("putting a content", async move |mut connection| {
                    script.invoke_async(&mut connection).await
                })
                .await?;
            if !put {
                return Err(title.lost());
            }
        }
        Ok(())
    }

    /// Has the record and the last piece kept, and with them all of it.
    async fn keep(&self, bulk: &Link, title: &Title, upload: &Upload<'_>) -> Result<(), AttachError> {
        let Upload { study, attachment, content, limits, place } = upload;
        let field = keys::attachment_field(&attachment.key);
        let named = || format!("{}[{field}]", keys::attachments(study));
        let record = Attached {
            size: attachment.size,
            sha256: attachment.sha256.clone(),
            content: Some(place.clone()),
        };
        let record = encode(named, &record)?;
        let last = upload.last();
        let mut script = self.attach.prepare_invoke();
        script
            .key(keys::version(study))
            .key(keys::attachments(study))
            .key(keys::attached(study))
            .key(keys::UPLOADS)
            .key(keys::content(study, place))
            .key(keys::owner(study))
            .arg(&field)
            .arg(record)
            .arg(attachment.size)
            .arg(limits.count)
            .arg(limits.bytes)
            .arg(last)
            .arg(&content[last..])
            .arg(keys::content(study, ""))
            .arg(keys::upload(study, place))
            .arg(&*title.token);
        let (answer, count, bytes): (String, String, String) = bulk
            .run("keeping an attachment", async move |mut connection| {
                script.invoke_async(&mut connection).await
            })
            .await?;
        let number = |text: String| text.parse().unwrap_or(u64::MAX);
        match answer.as_str() {
            "kept" => Ok(()),
            "missing" => Err(AttachError::Missing),
            "fenced" => Err(title.lost().into()),
            "full" => Err(AttachError::Full { count: number(count), bytes: number(bytes) }),
            "lost" => Err(StorageError::unavailable(
                "keeping an attachment",
                "another server that started removed its content",
            )
            .into()),
            _ => Err(unreadable(named()).into()),
        }
    }

    /// Removes what was put of a content, unless it counts.
    pub(super) async fn abandon(
        &self,
        bulk: &Link,
        study: &StudyId,
        place: &str,
    ) -> Result<(), StorageError> {
        let mut script = self.abandon.prepare_invoke();
        script.key(keys::UPLOADS).key(keys::content(study, place)).arg(keys::upload(study, place));
        bulk.run("removing a content", async move |mut connection| script.invoke_async(&mut connection).await)
            .await
    }

    pub(super) async fn delete(
        &self,
        bulk: &Link,
        title: &Title,
        study: &StudyId,
        key: &AttachmentKey,
    ) -> Result<(), StorageError> {
        let field = keys::attachment_field(key);
        let mut script = self.detach.prepare_invoke();
        script.key(keys::attachments(study)).key(keys::attached(study)).key(keys::owner(study));
        script.arg(&field).arg(keys::content(study, "")).arg(&*title.token);
        let found: i64 = bulk
            .run("deleting an attachment", async move |mut connection| {
                script.invoke_async(&mut connection).await
            })
            .await?;
        match found {
            -1 => Err(unreadable(format!("{}[{field}]", keys::attachments(study)))),
            -2 => Err(title.lost()),
            _ => Ok(()),
        }
    }

    /// Removes what servers that ended have left of contents that count nowhere.
    pub(super) async fn sweep(&self, bulk: &Link) -> Result<(), StorageError> {
        let left: Vec<String> = bulk.ask("opening", cmd("SMEMBERS").arg(keys::UPLOADS)).await?;
        for upload in left {
            let corrupt = |problem: String| StorageError::Corrupt { key: keys::UPLOADS.to_owned(), problem };
            let (study, place) =
                upload.split_once('/').ok_or_else(|| corrupt(format!("`{upload}` is no upload")))?;
            let study = StudyId::new(study).map_err(|refusal| corrupt(refusal.to_string()))?;
            self.abandon(bulk, &study, place).await?;
        }
        Ok(())
    }
}

/// What is put, and where its content goes.
pub(super) struct Upload<'a> {
    study: &'a StudyId,
    attachment: Attachment,
    content: Bytes,
    limits: AttachmentLimits,
    /// Never used again.
    place: String,
}

impl<'a> Upload<'a> {
    pub(super) fn new(
        study: &'a StudyId,
        attachment: Attachment,
        content: Bytes,
        limits: AttachmentLimits,
    ) -> Self {
        let place = uuid::Uuid::now_v7().simple().to_string();
        Self { study, attachment, content, limits, place }
    }

    /// Where the last piece begins.
    fn last(&self) -> usize {
        self.content.len().saturating_sub(1) / PIECE * PIECE
    }
}

pub(super) async fn attachment(
    bulk: &Link,
    study: &StudyId,
    key: &AttachmentKey,
) -> Result<Option<(Attachment, Bytes)>, StorageError> {
    const DURING: &str = "reading an attachment";
    let (hash, field) = (keys::attachments(study), keys::attachment_field(key));
    let named = || format!("{hash}[{field}]");
    let mut short = None;
    for _ in 0..TRIES {
        let record: Option<Vec<u8>> = bulk.ask(DURING, cmd("HGET").arg(&hash).arg(&field)).await?;
        let Some(record) = record else { return Ok(None) };
        let Attached { size, sha256, content } = decode(named, &record)?;
        let place = content.ok_or_else(|| unreadable(named()))?;
        if short.as_ref() == Some(&place) {
            let problem = "its content is shorter than its record says".to_owned();
            return Err(StorageError::Corrupt { key: named(), problem });
        }
        let length = usize::try_from(size).map_err(|_| unreadable(named()))?;
        let mut content = Vec::with_capacity(length);
        while content.len() < length {
            let (first, last) = (content.len(), content.len() + PIECE - 1);
            let range = cmd("GETRANGE").arg(keys::content(study, &place)).arg(first).arg(last).to_owned();
            let piece: Vec<u8> = bulk.ask(DURING, &range).await?;
            if piece.is_empty() {
                break;
            }
            content.extend_from_slice(&piece);
        }
        if content.len() == length {
            let attachment = Attachment { key: key.clone(), size, sha256 };
            return Ok(Some((attachment, content.into())));
        }
        // Replaced or removed since its record was read: look at the record again.
        short = Some(place);
    }
    Err(StorageError::unavailable(DURING, "somebody else replaces it all the time"))
}

pub(super) async fn attachments(bulk: &Link, study: &StudyId) -> Result<Vec<Attachment>, StorageError> {
    let mut attachments: Vec<_> =
        records(bulk, study).await?.into_iter().map(|(attachment, _)| attachment).collect();
    attachments.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    // A scan may show the same field twice.
    attachments.dedup_by(|a, b| a.key == b.key);
    Ok(attachments)
}

/// The contents of a study's attachments.
pub(super) async fn contents(bulk: &Link, study: &StudyId) -> Result<Vec<String>, StorageError> {
    let places = records(bulk, study).await?.into_iter().filter_map(|(_, place)| place);
    Ok(places.map(|place| keys::content(study, &place)).collect())
}

async fn records(bulk: &Link, study: &StudyId) -> Result<Vec<(Attachment, Option<String>)>, StorageError> {
    let hash = keys::attachments(study);
    let mut records = Vec::new();
    let mut cursor = 0;
    loop {
        let (next, piece) = load::scan(bulk, &hash, cursor).await?;
        for (field, record) in piece {
            let named = || format!("{hash}[{}]", String::from_utf8_lossy(&field));
            let key = key_of(&field).ok_or_else(|| unreadable(named()))?;
            let Attached { size, sha256, content } = decode(named, &record)?;
            records.push((Attachment { key, size, sha256 }, content));
        }
        cursor = next;
        if cursor == 0 {
            return Ok(records);
        }
    }
}

/// The key of a field that [`keys::attachment_field`] made.
fn key_of(field: &[u8]) -> Option<AttachmentKey> {
    let (place, name) = std::str::from_utf8(field).ok()?.split_once('/')?;
    let trial = if place == keys::OF_STUDY { None } else { Some(TrialNumber(place.parse().ok()?)) };
    Some(AttachmentKey { trial, name: AttachmentName::new(name).ok()? })
}

fn unreadable(key: String) -> StorageError {
    StorageError::Corrupt { key, problem: "it is no record of an attachment".to_owned() }
}
