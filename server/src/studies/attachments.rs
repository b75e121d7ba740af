//! Attachments of the open studies: which study and trial they belong to, and what the store makes of them.

use bytes::Bytes;
use tokio::time::{Duration, timeout};
use tunewright_core::study::{Attachment, AttachmentKey, AttachmentLimits, StudyRef, TrialNumber};
use tunewright_core::{Code, Refusal};

use super::handle::Handle;
use super::registry::{Registry, store_refusal};
use crate::storage::{AttachError, StorageError};

/// How long the store may take. Longer than the largest one should take.
const DEADLINE: Duration = Duration::from_secs(60);

impl Registry {
    /// The study that something may be attached to.
    ///
    /// # Errors
    /// `not_found` if there is no such study, or no such trial of it.
    pub(crate) async fn attachable(
        &self,
        study: &StudyRef,
        trial: Option<TrialNumber>,
    ) -> Result<Handle, Refusal> {
        let handle = self.get(study)?;
        if let Some(number) = trial
            && !handle.read(move |study| study.trial(number).is_some()).await?
        {
            return Err(Refusal::not_found(format!("study `{}` has no trial {number}", study.name))
                .with_hint("`tunewright trial list` shows its trials"));
        }
        Ok(handle)
    }

    /// Keeps an attachment, in place of one of the same key.
    ///
    /// # Errors
    /// `not_found` if the study was deleted meanwhile, `exhausted` if it has too much attached already.
    pub(crate) async fn put_attachment(
        &self,
        handle: &Handle,
        attachment: Attachment,
        content: Bytes,
    ) -> Result<(), Refusal> {
        let limits = AttachmentLimits::default();
        let put = self.storage().put_attachment(handle.id(), attachment, content, limits);
        match timeout(DEADLINE, put).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(AttachError::Missing)) => {
                Err(Refusal::not_found(format!("study `{}` was deleted", handle.key().name)))
            }
            Ok(Err(AttachError::Full { count, bytes })) => Err(full(handle.key(), limits, count, bytes)),
            Ok(Err(AttachError::Storage(error))) => Err(store_refusal(&error)),
            Err(_) => Err(late()),
        }
    }

    /// An attachment with its content.
    ///
    /// # Errors
    /// `not_found` if there is none.
    pub(crate) async fn attachment(
        &self,
        study: &StudyRef,
        key: &AttachmentKey,
    ) -> Result<(Attachment, Bytes), Refusal> {
        let handle = self.get(study)?;
        let found = in_time(self.storage().attachment(handle.id(), key)).await?;
        found.ok_or_else(|| {
            let place = match key.trial {
                Some(trial) => format!("trial {trial} of study `{}`", study.name),
                None => format!("study `{}`", study.name),
            };
            Refusal::not_found(format!("{place} has no attachment `{}`", key.name))
                .with_hint("`tunewright study attachments` lists them")
        })
    }

    /// All attachments of a study and its trials, in the order of their keys.
    pub(crate) async fn attachments(&self, study: &StudyRef) -> Result<Vec<Attachment>, Refusal> {
        let handle = self.get(study)?;
        in_time(self.storage().attachments(handle.id())).await
    }

    /// Removes an attachment, if it is there.
    pub(crate) async fn delete_attachment(
        &self,
        study: &StudyRef,
        key: &AttachmentKey,
    ) -> Result<(), Refusal> {
        let handle = self.get(study)?;
        in_time(self.storage().delete_attachment(handle.id(), key)).await
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, StorageError>>) -> Result<T, Refusal> {
    match timeout(DEADLINE, work).await {
        Ok(answer) => answer.map_err(|error| store_refusal(&error)),
        Err(_) => Err(late()),
    }
}

fn late() -> Refusal {
    Refusal::unavailable("the store did not answer in time", 1_000)
        .with_hint("send it again: putting the same attachment twice does no harm")
}

/// Asking again does not help, so there is no time to wait.
fn full(study: &StudyRef, limits: AttachmentLimits, count: u64, bytes: u64) -> Refusal {
    let name = &study.name;
    let message = if count > limits.count {
        format!("study `{name}` has {} attachments, which is as many as a study may have", limits.count)
    } else {
        format!("study `{name}` would have attachments of {bytes} bytes in all, of at most {}", limits.bytes)
    };
    Refusal::new(Code::Exhausted, message)
        .with_hint("delete attachments that are of no use any more, or keep large files elsewhere and attach their address")
}
