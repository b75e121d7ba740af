//! Sending an attachment: its size and digest, then its content piece by piece.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tracing::debug;
use tunewright_core::Refusal;
use tunewright_proto::convert::StudyAttachment;
use tunewright_proto::status::to_status;
use tunewright_proto::v1;
use tunewright_proto::v1::get_attachment_response::Part;

use super::byte_budget::Taken;
use super::upload::CHUNK_MAX;

/// What `GetAttachment` streams.
pub(super) type DownloadStream = dyn Stream<Item = Result<v1::GetAttachmentResponse, Status>> + Send;

/// How long a reader may leave a message lying.
const MESSAGE_DEADLINE: Duration = Duration::from_secs(30);

/// Messages that may wait for the reader.
const WAITING: usize = 2;

/// Streams an attachment. `taken` is what its content takes of the memory for contents, until the last piece is sent.
pub(super) fn download(
    attachment: &StudyAttachment,
    content: Bytes,
    taken: Taken,
    shutdown: CancellationToken,
) -> Pin<Box<DownloadStream>> {
    let (sender, messages) = mpsc::channel(WAITING);
    let first = Part::Attachment(attachment.into());
    tokio::spawn(async move {
        let pieces = (0..content.len()).step_by(CHUNK_MAX);
        let pieces = pieces.map(|at| content.slice(at..content.len().min(at + CHUNK_MAX)));
        for part in std::iter::once(first).chain(pieces.map(Part::Content)) {
            let message = Ok(v1::GetAttachmentResponse { part: Some(part) });
            let sent = tokio::select! {
                sent = timeout(MESSAGE_DEADLINE, sender.send(message)) => sent,
                () = shutdown.cancelled() => {
                    // If there is no room for it, the stream ends short, which its reader sees as well.
                    let _ = sender.try_send(Err(cut("the server is shutting down")));
                    break;
                }
            };
            match sent {
                Ok(Ok(())) => {}
                Ok(Err(_)) => break,
                Err(_) => {
                    debug!("a reader of an attachment was too slow");
                    break;
                }
            }
        }
        drop(taken);
    });
    ended(ReceiverStream::new(messages), attachment.attachment.size).boxed()
}

/// The messages, and an error at the end if content is missing: a stream that ends short must not look complete.
fn ended(
    messages: ReceiverStream<Result<v1::GetAttachmentResponse, Status>>,
    size: u64,
) -> impl Stream<Item = Result<v1::GetAttachmentResponse, Status>> {
    stream::unfold(Some((messages, size)), async |state| {
        let (mut messages, left) = state?;
        match messages.next().await {
            Some(Ok(message)) => {
                let length = match &message.part {
                    Some(Part::Content(content)) => content.len() as u64,
                    _ => 0,
                };
                Some((Ok(message), Some((messages, left.saturating_sub(length)))))
            }
            Some(Err(status)) => Some((Err(status), None)),
            None if left == 0 => None,
            None => Some((Err(cut("the content was read too slowly")), None)),
        }
    })
}

fn cut(why: &str) -> Status {
    to_status(&Refusal::unavailable(why, 500))
}
