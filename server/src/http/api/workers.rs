//! The attached workers.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use serde::Deserialize;
use tunewright_core::access::{Need, Place};
use tunewright_core::name::WorkerId;
use utoipa::IntoParams;

use super::Api;
use super::extract::Named;
use crate::auth::Caller;
use crate::http::dto::{WorkerInfo, WorkerList};
use crate::problem::{Problem, ProblemBody};

/// A worker in a path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct WorkerPath {
    worker: String,
}

/// The workers that may work for a project which the caller may read, with their trials of such projects.
#[utoipa::path(get, path = "/api/v1/workers",
    responses((status = OK, body = WorkerList), (status = "default", body = ProblemBody)))]
pub(super) async fn workers(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<WorkerList>, Problem> {
    caller.may_somewhere(Need::Read)?;
    let now = api.registry.now();
    let mut queued = 0;
    for handle in api.registry.list(None) {
        // One that has ended has no queue, and is not loaded to say so.
        if handle.may_lease() && caller.may(Need::Read, &handle.key().project) {
            queued += handle.glance(now).await.map_or(0, |glance| glance.view.counts.queued);
        }
    }
    let workers = api.dispatch.list(caller).await?;
    Ok(Json(WorkerList { workers: workers.into_iter().map(WorkerInfo::from).collect(), queued, now: now.0 }))
}

/// Asks a worker to take no new trials, and to end once those that it runs have ended.
#[utoipa::path(post, path = "/api/v1/workers/{worker}/drain", params(WorkerPath),
    responses((status = NO_CONTENT), (status = "default", body = ProblemBody)))]
pub(super) async fn drain(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<WorkerPath>,
) -> Result<StatusCode, Problem> {
    caller.authorize(Need::Administer, Place::Everywhere)?;
    let worker = WorkerId::new(path.worker)?;
    api.dispatch.drain(worker.clone()).await?;
    caller.did("worker_drained", &worker);
    Ok(StatusCode::NO_CONTENT)
}
