//! One study.

use axum::Json;
use axum::extract::{Extension, State};
use tunewright_core::Refusal;
use tunewright_core::access::Need;

use super::Api;
use super::extract::{Named, StudyPath};
use crate::auth::Caller;
use crate::http::dto::StudyDetail;
use crate::problem::{Problem, ProblemBody};
use crate::studies::Handle;

/// A study, without its trials.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}", params(StudyPath),
    responses((status = OK, body = StudyDetail), (status = "default", body = ProblemBody)))]
pub(super) async fn study(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
) -> Result<Json<StudyDetail>, Problem> {
    let handle = api.study(&caller, Need::Read, &path)?;
    Ok(Json(detail(&api, &handle).await?))
}

/// All that is known of a study but its trials.
pub(super) async fn detail(api: &Api, handle: &Handle) -> Result<StudyDetail, Refusal> {
    let now = api.registry.now();
    let table = api.tables.of(handle).await?;
    let glance = handle.glance(now).await?;
    let metrics = table.metrics().keys().cloned().collect();
    Ok(StudyDetail::of(&glance, metrics, api.registry.durability().as_str(), now))
}
