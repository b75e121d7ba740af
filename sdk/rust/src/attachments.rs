//! Attachments: named bytes beside a study or one of its trials.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::{StreamExt as _, stream};
use sha2::Digest as _;
use tonic::{Request, Streaming};
use tunewright_core::Refusal;
use tunewright_core::study::{
    ATTACHMENT_LEN_MAX, Attachment, AttachmentKey, AttachmentName, Sha256, TrialNumber,
};
use tunewright_proto::convert::{StudyAttachment, StudyAttachmentKey, required};
use tunewright_proto::v1;
use tunewright_proto::v1::get_attachment_response::Part as Gotten;
use tunewright_proto::v1::put_attachment_request::Part;

use crate::call::attachments;
use crate::{Error, Study};

/// The content of one message.
const CHUNK: usize = 1 << 20;
const PAGE: u32 = 1_000;
/// A slow network is allowed so much longer for each piece of a content.
const PER_CHUNK: Duration = Duration::from_secs(5);

impl Study {
    /// Keeps bytes beside the study, or beside one of its trials, in place of those of the same name. The server keeps
    /// them until they are deleted, or the study is, and never looks into them: at most 64 MiB each, and at most 10,000
    /// attachments of 1 GiB in all for one study. A name is 1 to 512 bytes without control characters.
    ///
    /// # Errors
    /// `invalid` if the name or the size is not as above, `not_found` if there is no such study or trial, `exhausted` if the
    /// study has too much attached.
    pub async fn put_attachment(
        &self,
        trial: Option<TrialNumber>,
        name: &str,
        content: impl Into<Bytes>,
    ) -> Result<Attachment, Error> {
        let content = content.into();
        let key = AttachmentKey { trial, name: AttachmentName::new(name)? };
        let size = content.len() as u64;
        if size > ATTACHMENT_LEN_MAX {
            let message = format!("must be at most {ATTACHMENT_LEN_MAX} bytes, not {size}");
            return Err(Refusal::invalid("content", message)
                .with_hint("keep large files elsewhere and attach their address")
                .into());
        }
        let attachment = Attachment { key, size, sha256: digest(&content) };
        let named = StudyAttachment { study: self.study_ref().clone(), attachment: attachment.clone() };
        let first = v1::PutAttachmentRequest { part: Some(Part::Attachment((&named).into())) };
        let request = (first, content);
        let longer = PER_CHUNK * u32::try_from(request.1.len() / CHUNK).unwrap_or(u32::MAX);
        let sent = self.client().longer_call(longer, &request, |channel, request| async move {
            attachments(channel).put_attachment(streamed(request)).await
        });
        sent.await?;
        Ok(attachment)
    }

    /// An attachment's content, checked against its digest.
    ///
    /// # Errors
    /// `not_found` if there is no such attachment.
    pub async fn attachment(&self, trial: Option<TrialNumber>, name: &str) -> Result<Bytes, Error> {
        let key = AttachmentKey { trial, name: AttachmentName::new(name)? };
        let named = StudyAttachmentKey { study: self.study_ref().clone(), key };
        let request = v1::GetAttachmentRequest { key: Some((&named).into()) };
        // How large it is, is not known before it comes.
        let longer = PER_CHUNK * u32::try_from(ATTACHMENT_LEN_MAX / CHUNK as u64).unwrap_or(u32::MAX);
        let read = self.client().longer_call(longer, &request, |channel, request| async move {
            let messages = attachments(channel).get_attachment(request).await?.into_inner();
            Ok(tonic::Response::new(collected(messages).await?))
        });
        let (announced, content) = read.await?;
        let wrong = |refusal| Error::Answer { call: "GetAttachment", refusal };
        let announced =
            required(announced, "attachment").and_then(StudyAttachment::try_from).map_err(wrong)?;
        let Attachment { size, sha256, .. } = announced.attachment;
        if content.len() as u64 != size || digest(&content) != sha256 {
            let message = format!("must be the {size} bytes of the digest `{sha256}`");
            return Err(wrong(Refusal::invalid("content", message)));
        }
        Ok(content)
    }

    /// All attachments without their contents: first those of the study itself, then those of its trials.
    ///
    /// # Errors
    /// `not_found` if there is no such study.
    pub async fn attachments(&self) -> Result<Vec<Attachment>, Error> {
        let mut request = v1::ListAttachmentsRequest {
            study: Some(self.study_ref().into()),
            page_size: PAGE,
            page_token: String::new(),
        };
        let mut all = Vec::new();
        loop {
            let page = self.client().call(&request, |channel, request| async move {
                attachments(channel).list_attachments(request).await
            });
            let page = page.await?;
            for attachment in page.attachments {
                let attachment = StudyAttachment::try_from(attachment)
                    .map_err(|refusal| Error::Answer { call: "ListAttachments", refusal })?;
                all.push(attachment.attachment);
            }
            if page.next_page_token.is_empty() {
                return Ok(all);
            }
            request.page_token = page.next_page_token;
        }
    }

    /// Removes an attachment; one that is not there is fine.
    ///
    /// # Errors
    /// `not_found` if there is no such study.
    pub async fn delete_attachment(&self, trial: Option<TrialNumber>, name: &str) -> Result<(), Error> {
        let key = AttachmentKey { trial, name: AttachmentName::new(name)? };
        let named = StudyAttachmentKey { study: self.study_ref().clone(), key };
        let request = v1::DeleteAttachmentRequest { key: Some((&named).into()) };
        let deleted = self.client().call(&request, |channel, request| async move {
            attachments(channel).delete_attachment(request).await
        });
        deleted.await.map(|_| ())
    }
}

/// The request's messages, piece by piece; what is said of the call as a whole stays.
fn streamed(
    request: Request<(v1::PutAttachmentRequest, Bytes)>,
) -> Request<impl futures::Stream<Item = v1::PutAttachmentRequest> + Send + 'static> {
    request.map(|(first, content)| {
        let pieces = (0..content.len()).step_by(CHUNK).map(move |at| {
            let piece = content.slice(at..content.len().min(at + CHUNK));
            v1::PutAttachmentRequest { part: Some(Part::Content(piece)) }
        });
        stream::iter(std::iter::once(first).chain(pieces))
    })
}

/// What was announced, and all the content.
async fn collected(
    mut messages: Streaming<v1::GetAttachmentResponse>,
) -> Result<(Option<v1::Attachment>, Bytes), tonic::Status> {
    let mut announced = None;
    let mut content = BytesMut::new();
    while let Some(message) = messages.next().await {
        match message?.part {
            Some(Gotten::Attachment(attachment)) => announced = Some(attachment),
            Some(Gotten::Content(piece)) => content.extend_from_slice(&piece),
            None => {}
        }
    }
    Ok((announced, content.freeze()))
}

fn digest(content: &[u8]) -> Sha256 {
    Sha256::of_digest(sha2::Sha256::digest(content).into())
}
