//! The attached workers.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use serde::Deserialize;
use tunewright_core::access::{Need, Place};
use tunewright_core::name::WorkerId;
use tunewright_core::study::{StudyRef, TrialNumber};
use tunewright_proto::convert::WorkerInfo as Attached;
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
    let mut workers = api.dispatch.list(caller).await?;
    let live = live_leases(&api, &workers).await;
    for worker in &mut workers {
        worker.leases.retain(|lease| live.contains(lease.lease.as_str()));
    }
    Ok(Json(WorkerList { workers: workers.into_iter().map(WorkerInfo::from).collect(), queued, now: now.0 }))
}

/// Those of the workers' leases that still hold. What a worker said with its last heartbeat may have ended since.
async fn live_leases(api: &Api, workers: &[Attached]) -> BTreeSet<String> {
    let mut of_studies: BTreeMap<&StudyRef, Vec<TrialNumber>> = BTreeMap::new();
    for lease in workers.iter().flat_map(|worker| &worker.leases) {
        of_studies.entry(&lease.study).or_default().push(lease.trial);
    }
    let mut live = BTreeSet::new();
    for (study, trials) in of_studies {
        let Ok(handle) = api.registry.get(study) else { continue };
        let held = handle.read(move |study| {
            let trials = trials.into_iter().filter_map(|number| study.trial(number));
            trials.filter_map(|trial| Some(trial.lease.as_ref()?.id.to_string())).collect::<Vec<_>>()
        });
        // One whose store is away has no news.
        live.extend(held.await.unwrap_or_default());
    }
    live
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
