//! Receiving an attachment: one stream, checked as it comes.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt as _};
use sha2::Digest as _;
use tokio::time::{Instant, timeout_at};
use tonic::Status;
use tunewright_core::Refusal;
use tunewright_core::study::{ATTACHMENT_LEN_MAX, Attachment, Sha256};
use tunewright_proto::convert::StudyAttachment;
use tunewright_proto::status::from_status;
use tunewright_proto::v1;
use tunewright_proto::v1::put_attachment_request::Part;

/// The most content of one message.
pub(super) const CHUNK_MAX: usize = 1 << 20;

/// How long each message may take, and all of them.
const MESSAGE_DEADLINE: Duration = Duration::from_secs(30);
const WHOLE_DEADLINE: Duration = Duration::from_secs(300);

/// The stream of a `PutAttachment`.
pub(super) struct Upload<S> {
    messages: S,
    deadline: Instant,
}

impl<S> Upload<S>
where
    S: Stream<Item = Result<v1::PutAttachmentRequest, Status>> + Unpin,
{
    pub(super) fn new(messages: S) -> Self {
        Self { messages, deadline: Instant::now() + WHOLE_DEADLINE }
    }

    /// What is about to come: the first message.
    pub(super) async fn announced(&mut self) -> Result<StudyAttachment, Refusal> {
        let Some(Part::Attachment(announced)) = self.next().await? else {
            return Err(Refusal::invalid("attachment", "must be the first message of the stream"));
        };
        let announced =
            StudyAttachment::try_from(announced).map_err(|refusal| refusal.within("attachment"))?;
        let size = announced.attachment.size;
        if size > ATTACHMENT_LEN_MAX {
            let message = format!("must be at most {ATTACHMENT_LEN_MAX} bytes, not {size}");
            return Err(Refusal::invalid("attachment.size", message)
                .with_hint("keep large files elsewhere and attach their address"));
        }
        Ok(announced)
    }

    /// The content, to the end of the stream: just what was announced.
    pub(super) async fn content(mut self, announced: &Attachment) -> Result<Bytes, Refusal> {
        let size = usize::try_from(announced.size)
            .map_err(|_| Refusal::invalid("attachment.size", "is more than this server can hold"))?;
        let mut content = BytesMut::with_capacity(size);
        let mut digest = sha2::Sha256::new();
        while let Some(part) = self.next().await? {
            let Part::Content(piece) = part else {
                return Err(Refusal::invalid("attachment", "must come only once"));
            };
            if piece.len() > CHUNK_MAX {
                let message = format!("must be at most {CHUNK_MAX} bytes a message, not {}", piece.len());
                return Err(Refusal::invalid("content", message));
            }
            if content.len() + piece.len() > size {
                return Err(Refusal::invalid("content", format!("must be {size} bytes in all, and is more")));
            }
            digest.update(&piece);
            content.extend_from_slice(&piece);
        }
        if content.len() != size {
            let message = format!("must be {size} bytes in all, not {}", content.len());
            return Err(Refusal::invalid("content", message));
        }
        let found = Sha256::of_digest(digest.finalize().into());
        if found != announced.sha256 {
            let message = format!("must be that of the content, `{found}`, not `{}`", announced.sha256);
            return Err(Refusal::invalid("attachment.sha256", message));
        }
        Ok(content.freeze())
    }

    async fn next(&mut self) -> Result<Option<Part>, Refusal> {
        let deadline = self.deadline.min(Instant::now() + MESSAGE_DEADLINE);
        let message = timeout_at(deadline, self.messages.next()).await.map_err(|_| {
            Refusal::unavailable("the next message of the stream did not come in time", 1_000)
        })?;
        match message {
            None => Ok(None),
            Some(Ok(message)) => match message.part {
                Some(part) => Ok(Some(part)),
                None => Err(Refusal::invalid("part", "must be given")),
            },
            Some(Err(status)) => Err(from_status(&status)),
        }
    }
}

#[cfg(test)]
#[path = "upload_tests.rs"]
mod tests;
