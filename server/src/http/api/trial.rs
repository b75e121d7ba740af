//! One trial: all that is known of it, and what a person does to it.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use tunewright_core::Refusal;
use tunewright_core::access::Need;
use tunewright_core::study::{CancelTrial, Command, EnqueueTrial, Reply, TrialNumber};
use utoipa::ToSchema;

use super::Api;
use super::extract::{Body, Named, StudyPath, TrialPath};
use crate::auth::Caller;
use crate::http::dto::{Enqueued, TrialDetail};
use crate::problem::{Problem, ProblemBody};
use crate::studies::{Handle, store_refusal};

const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The longest idempotency key, in bytes.
const KEY_LEN_MAX: usize = 256;

/// A trial to be run.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTrial {
    /// Values by label, numbers and names of options; what is left open the algorithm fills in.
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    params: Value,
}

/// A trial, with its intermediate values and what it printed.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/trials/{trial}", params(TrialPath),
    responses((status = OK, body = TrialDetail), (status = "default", body = ProblemBody)))]
pub(super) async fn trial(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<TrialPath>,
) -> Result<Json<TrialDetail>, Problem> {
    let (path, number) = path.split();
    let handle = api.study(&caller, Need::Read, &path)?;
    let trial = handle.read(move |study| study.trial(number).cloned()).await?;
    let trial = trial.ok_or_else(|| no_trial(number))?;
    let storage = api.registry.storage();
    let reports = storage.reports(handle.id(), number).await.map_err(|error| store_refusal(&error))?;
    let mut attachments = api.registry.attachments(handle.key()).await?;
    attachments.retain(|attachment| attachment.key.trial == Some(number));
    let config = match &trial.point {
        Some(point) => Some(handle.spec().space.instantiate(point)?),
        None => None,
    };
    let printed = printed(&api, &handle, number).await?;
    Ok(Json(TrialDetail::of(trial, config, reports, printed, attachments)))
}

/// The end of what the newest ended attempt printed.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/trials/{trial}/output", params(TrialPath),
    responses((status = OK, body = String, content_type = "text/plain"), (status = "default", body = ProblemBody)))]
pub(super) async fn output(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<TrialPath>,
) -> Result<Response, Problem> {
    let (path, number) = path.split();
    let handle = api.study(&caller, Need::Read, &path)?;
    if !handle.read(move |study| study.trial(number).is_some()).await? {
        return Err(no_trial(number).into());
    }
    let text = printed(&api, &handle, number).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

/// Puts a trial into the queue; with an `Idempotency-Key` once only, however often it is sent.
#[utoipa::path(post, path = "/api/v1/studies/{project}/{study}/trials", params(StudyPath), request_body = NewTrial,
    responses((status = CREATED, body = Enqueued), (status = "default", body = ProblemBody)))]
pub(super) async fn enqueue(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
    headers: HeaderMap,
    Body(new): Body<NewTrial>,
) -> Result<(StatusCode, Json<Enqueued>), Problem> {
    let handle = api.study(&caller, Need::Control, &path)?;
    let fixed = handle.spec().space.read_point(&new.params).map_err(|refusal| refusal.within("params"))?;
    let enqueue = EnqueueTrial { fixed, request_id: request_id(&headers)? };
    queued(&handle, Command::Enqueue(enqueue)).await
}

/// Has the point of an ended trial tried once more, as a new trial.
#[utoipa::path(post, path = "/api/v1/studies/{project}/{study}/trials/{trial}/retry", params(TrialPath),
    responses((status = CREATED, body = Enqueued), (status = "default", body = ProblemBody)))]
pub(super) async fn retry(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<TrialPath>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<Enqueued>), Problem> {
    let (path, trial) = path.split();
    let handle = api.study(&caller, Need::Control, &path)?;
    queued(&handle, Command::Retry { trial, request_id: request_id(&headers)? }).await
}

/// Ends a queued or running trial for good.
#[utoipa::path(post, path = "/api/v1/studies/{project}/{study}/trials/{trial}/cancel", params(TrialPath),
    responses((status = NO_CONTENT), (status = "default", body = ProblemBody)))]
pub(super) async fn cancel(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<TrialPath>,
) -> Result<StatusCode, Problem> {
    let (path, trial) = path.split();
    let handle = api.study(&caller, Need::Control, &path)?;
    handle.command(Command::Cancel(CancelTrial { trial })).await?;
    caller.did("trial_cancelled", &format_args!("{}/{trial}", handle.key()));
    Ok(StatusCode::NO_CONTENT)
}

async fn queued(handle: &Handle, command: Command) -> Result<(StatusCode, Json<Enqueued>), Problem> {
    match handle.command(command).await? {
        Reply::Enqueued(number) => Ok((StatusCode::CREATED, Json(Enqueued { number: number.0 }))),
        other => Err(Refusal::internal(format!("unexpected reply {other:?}")).into()),
    }
}

async fn printed(api: &Api, handle: &Handle, number: TrialNumber) -> Result<String, Refusal> {
    let output = api.registry.storage().output(handle.id(), number).await;
    Ok(output.map_err(|error| store_refusal(&error))?.map(|(_, text)| text).unwrap_or_default())
}

fn request_id(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let legal = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_LEN_MAX);
    legal.map(|key| Some(key.to_owned())).ok_or_else(|| {
        Refusal::invalid(IDEMPOTENCY_KEY, format!("must be 1 to {KEY_LEN_MAX} characters of ASCII"))
    })
}

fn no_trial(number: TrialNumber) -> Refusal {
    Refusal::not_found(format!("there is no trial {number}"))
}
