//! What a person does to a study: the same commands as over gRPC.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use serde::{Deserialize, Deserializer};
use tunewright_core::access::Need;
use tunewright_core::study::{Command, StopStudy, UpdateStudy};
use utoipa::ToSchema;

use super::extract::{Body, Named, StudyPath};
use super::{Api, study};
use crate::auth::Caller;
use crate::http::dto::StudyDetail;
use crate::problem::{Problem, ProblemBody};

/// How a study is stopped.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Stop {
    /// Whether running trials are cancelled; else they finish first.
    #[serde(default)]
    cancel_running: bool,
}

/// Changes of a study: what is not there stays as it is, `null` removes a limit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StudyChange {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u64>)]
    max_trials: Option<Option<u64>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u64>)]
    timeout_ms: Option<Option<u64>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<f64>)]
    loss_threshold: Option<Option<f64>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u64>)]
    max_failed: Option<Option<u64>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>)]
    parallelism: Option<Option<u32>>,
    note: Option<String>,
    tags: Option<BTreeMap<String, String>>,
}

/// Tells a field that is `null` from one that is not there.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(field: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(field).map(Some)
}

/// Leases nothing more until it is resumed; what runs goes on.
#[utoipa::path(post, path = "/api/v1/studies/{project}/{study}/pause", params(StudyPath),
    responses((status = OK, body = StudyDetail), (status = "default", body = ProblemBody)))]
pub(super) async fn pause(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
) -> Result<Json<StudyDetail>, Problem> {
    carry_out(&api, &caller, &path, Command::Pause, "study_paused").await
}

/// Goes on after a pause.
#[utoipa::path(post, path = "/api/v1/studies/{project}/{study}/resume", params(StudyPath),
    responses((status = OK, body = StudyDetail), (status = "default", body = ProblemBody)))]
pub(super) async fn resume(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
) -> Result<Json<StudyDetail>, Problem> {
    carry_out(&api, &caller, &path, Command::Resume, "study_resumed").await
}

/// Ends it for good.
#[utoipa::path(post, path = "/api/v1/studies/{project}/{study}/stop", params(StudyPath), request_body = Stop,
    responses((status = OK, body = StudyDetail), (status = "default", body = ProblemBody)))]
pub(super) async fn stop(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
    Body(how): Body<Stop>,
) -> Result<Json<StudyDetail>, Problem> {
    let stop = StopStudy { cancel_running: how.cancel_running };
    carry_out(&api, &caller, &path, Command::Stop(stop), "study_stopped").await
}

/// Changes its limits, its note or its tags.
#[utoipa::path(patch, path = "/api/v1/studies/{project}/{study}", params(StudyPath), request_body = StudyChange,
    responses((status = OK, body = StudyDetail), (status = "default", body = ProblemBody)))]
pub(super) async fn change(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
    Body(change): Body<StudyChange>,
) -> Result<Json<StudyDetail>, Problem> {
    let update = UpdateStudy {
        max_trials: change.max_trials,
        timeout_ms: change.timeout_ms,
        loss_threshold: change.loss_threshold,
        max_failed: change.max_failed,
        parallelism: change.parallelism,
        note: change.note,
        tags: change.tags,
        ..UpdateStudy::default()
    };
    carry_out(&api, &caller, &path, Command::Update(update), "study_updated").await
}

/// Removes it with all its trials, running ones too.
#[utoipa::path(delete, path = "/api/v1/studies/{project}/{study}", params(StudyPath),
    responses((status = NO_CONTENT), (status = "default", body = ProblemBody)))]
pub(super) async fn delete(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
) -> Result<StatusCode, Problem> {
    let handle = api.study(&caller, Need::Control, &path)?;
    api.registry.delete(handle.key()).await?;
    caller.did("study_deleted", handle.key());
    Ok(StatusCode::NO_CONTENT)
}

/// Carries a command out and answers with the study as it is then.
async fn carry_out(
    api: &Api,
    caller: &Caller,
    path: &StudyPath,
    command: Command,
    event: &'static str,
) -> Result<Json<StudyDetail>, Problem> {
    let handle = api.study(caller, Need::Control, path)?;
    handle.command(command).await?;
    caller.did(event, handle.key());
    Ok(Json(study::detail(api, &handle).await?))
}
