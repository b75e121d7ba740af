//! `AttachmentService`.

use std::pin::Pin;

use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};
use tunewright_core::Refusal;
use tunewright_core::access::Need;
use tunewright_core::study::{ATTACHMENT_LEN_MAX, Attachment, AttachmentKey, AttachmentName, TrialNumber};
use tunewright_proto::convert::{StudyAttachment, StudyAttachmentKey, study_from_wire};
use tunewright_proto::v1;
use tunewright_proto::v1::attachment_service_server::AttachmentService;

use super::admit::taken;
use super::answer::answer;
use super::byte_budget::ByteBudget;
use super::download::{DownloadStream, download};
use super::list::page_size;
use super::upload::Upload;
use crate::auth::Caller;
use crate::studies::Registry;

/// Bytes of contents in memory at once, each way: four of the largest.
const BUDGET: u64 = 4 * ATTACHMENT_LEN_MAX;

/// `AttachmentService` over the registry.
pub(crate) struct AttachmentApi {
    registry: Registry,
    shutdown: CancellationToken,
    /// Of those that come and those that go, so that slow readers never keep writers out.
    coming: ByteBudget,
    going: ByteBudget,
}

impl AttachmentApi {
    pub(super) fn new(registry: Registry, shutdown: CancellationToken) -> Self {
        Self { registry, shutdown, coming: ByteBudget::new(BUDGET), going: ByteBudget::new(BUDGET) }
    }

    async fn put(
        &self,
        caller: &Caller,
        messages: Streaming<v1::PutAttachmentRequest>,
    ) -> Result<v1::PutAttachmentResponse, Refusal> {
        let mut upload = Upload::new(messages);
        let StudyAttachment { study, attachment } = upload.announced().await?;
        caller.authorize(need_to_put(&attachment.key), &study.project)?;
        let handle = self.registry.attachable(&study, attachment.key.trial).await?;
        let _taken = self.coming.take(attachment.size).await?;
        let content = upload.content(&attachment).await?;
        self.registry.put_attachment(&handle, attachment, content).await?;
        Ok(v1::PutAttachmentResponse { durability: self.registry.durability().as_str().to_owned() })
    }

    async fn get(
        &self,
        caller: &Caller,
        request: v1::GetAttachmentRequest,
    ) -> Result<Pin<Box<DownloadStream>>, Refusal> {
        let StudyAttachmentKey { study, key } = StudyAttachmentKey::of_request(request.key)?;
        caller.authorize(Need::Fetch, &study.project)?;
        // How large it is, the store tells together with its content.
        let mut taken = self.going.take(ATTACHMENT_LEN_MAX).await?;
        let (attachment, content) = self.registry.attachment(&study, &key).await?;
        taken.shrink(attachment.size);
        let attachment = StudyAttachment { study, attachment };
        Ok(download(&attachment, content, taken, self.shutdown.clone()))
    }

    async fn list(
        &self,
        caller: &Caller,
        request: v1::ListAttachmentsRequest,
    ) -> Result<v1::ListAttachmentsResponse, Refusal> {
        let study = study_from_wire(request.study)?;
        caller.authorize(Need::Read, &study.project)?;
        let size = page_size(request.page_size)?;
        let after = key_of_token(&request.page_token)?;
        let mut all = self.registry.attachments(&study).await?;
        all.drain(..all.partition_point(|attachment| after.as_ref().is_some_and(|it| attachment.key <= *it)));
        let next_page_token = if all.len() > size { token_of(&all[size - 1]) } else { String::new() };
        all.truncate(size);
        let on_wire = |attachment| (&StudyAttachment { study: study.clone(), attachment }).into();
        Ok(v1::ListAttachmentsResponse {
            attachments: all.into_iter().map(on_wire).collect(),
            next_page_token,
        })
    }

    async fn delete(
        &self,
        caller: &Caller,
        request: v1::DeleteAttachmentRequest,
    ) -> Result<v1::DeleteAttachmentResponse, Refusal> {
        let StudyAttachmentKey { study, key } = StudyAttachmentKey::of_request(request.key)?;
        caller.authorize(need_to_delete(&key), &study.project)?;
        self.registry.delete_attachment(&study, &key).await?;
        Ok(v1::DeleteAttachmentResponse {})
    }
}

/// What is beside a trial is of whoever evaluates it; what is beside the study may be its objective, which runs on
/// workers.
const fn need_to_put(key: &AttachmentKey) -> Need {
    if key.trial.is_some() { Need::Run } else { Need::Equip }
}

const fn need_to_delete(key: &AttachmentKey) -> Need {
    if key.trial.is_some() { Need::Run } else { Need::Control }
}

/// The last attachment of a page, from where the next one goes on: stable while attachments come and go.
fn token_of(last: &Attachment) -> String {
    let AttachmentKey { trial, name } = &last.key;
    format!("{}/{name}", trial.map(|trial| trial.to_string()).unwrap_or_default())
}

fn key_of_token(token: &str) -> Result<Option<AttachmentKey>, Refusal> {
    if token.is_empty() {
        return Ok(None);
    }
    let bad = || Refusal::invalid("page_token", "must be a token from an earlier page");
    let (trial, name) = token.split_once('/').ok_or_else(bad)?;
    let trial = match trial {
        "" => None,
        number => Some(TrialNumber(number.parse().map_err(|_| bad())?)),
    };
    Ok(Some(AttachmentKey { trial, name: AttachmentName::new(name).map_err(|_| bad())? }))
}

#[tonic::async_trait]
impl AttachmentService for AttachmentApi {
    async fn put_attachment(
        &self,
        request: Request<Streaming<v1::PutAttachmentRequest>>,
    ) -> Result<Response<v1::PutAttachmentResponse>, Status> {
        let (caller, request) = taken(request)?;
        answer(self.put(&caller, request).await)
    }

    type GetAttachmentStream = Pin<Box<DownloadStream>>;

    async fn get_attachment(
        &self,
        request: Request<v1::GetAttachmentRequest>,
    ) -> Result<Response<Self::GetAttachmentStream>, Status> {
        let (caller, request) = taken(request)?;
        answer(self.get(&caller, request).await)
    }

    async fn list_attachments(
        &self,
        request: Request<v1::ListAttachmentsRequest>,
    ) -> Result<Response<v1::ListAttachmentsResponse>, Status> {
        let (caller, request) = taken(request)?;
        answer(self.list(&caller, request).await)
    }

    async fn delete_attachment(
        &self,
        request: Request<v1::DeleteAttachmentRequest>,
    ) -> Result<Response<v1::DeleteAttachmentResponse>, Status> {
        let (caller, request) = taken(request)?;
        answer(self.delete(&caller, request).await)
    }
}
