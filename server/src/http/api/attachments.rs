//! What is attached to a trial.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde::Deserialize;
use tunewright_core::Refusal;
use tunewright_core::access::Need;
use tunewright_core::study::{AttachmentKey, AttachmentName, TrialNumber};
use utoipa::IntoParams;

use super::extract::Named;
use super::{Api, key};
use crate::auth::Caller;
use crate::problem::{Problem, ProblemBody};

/// Bytes that are handed on at once.
const CHUNK: usize = 64 * 1024;

/// An attachment in a path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct AttachmentPath {
    project: String,
    study: String,
    trial: u64,
    name: String,
}

/// The content of an attachment. It is always saved and never shown: what it is, only its author knows.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/trials/{trial}/attachments/{name}",
    params(AttachmentPath),
    responses((status = OK, content_type = "application/octet-stream"), (status = "default", body = ProblemBody)))]
pub(super) async fn attachment(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<AttachmentPath>,
) -> Result<Response, Problem> {
    let study = key(&path.project, &path.study)?;
    caller.authorize(Need::Fetch, &study.project)?;
    let name = AttachmentName::new(path.name)?;
    let key = AttachmentKey { trial: Some(TrialNumber(path.trial)), name };
    let seat = Arc::clone(&api.downloads).acquire_owned().await;
    let seat = seat.map_err(|_| Refusal::unavailable("the server is shutting down", 1_000))?;
    let (attachment, content) = api.registry.attachment(&study, &key).await?;
    let chunks = stream::unfold((content, seat), async |(mut rest, seat)| {
        let chunk = rest.split_to(CHUNK.min(rest.len()));
        (!chunk.is_empty()).then_some((Ok::<_, Infallible>(chunk), (rest, seat)))
    });
    let headers = [
        (header::CONTENT_LENGTH, HeaderValue::from(attachment.size)),
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}
