//! Plain HTTP on the same port: the dashboard's page, the API it stands on, and health, readiness and metrics.

#[allow(unused_qualifications, reason = "utoipa writes them for each parameter")]
mod api;
mod arrow;
mod columns;
mod dto;
mod page;
mod parameter;
mod probes;

use std::sync::Arc;

use axum::Router;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::dispatch::DispatchHandle;
use crate::metrics::Metrics;
use crate::studies::{Registry, Tables};

pub(crate) use page::is_page;
pub(crate) use probes::standby;

/// Attachments that are sent at once.
const DOWNLOADS: usize = 4;

/// All that is served over plain HTTP.
pub(crate) fn router(
    registry: Registry,
    dispatch: DispatchHandle,
    metrics: Arc<Metrics>,
    auth: bool,
    shutdown: CancellationToken,
) -> Router {
    let probes = probes::Probes { registry: registry.clone(), metrics };
    let pages =
        probes::probes().into_iter().fold(Router::new(), |router, (path, page)| router.route(path, page));
    let downloads = Arc::new(Semaphore::new(DOWNLOADS));
    let (tables, remembered) = (Tables::default(), api::Remembered::default());
    let api = api::Api { registry, dispatch, tables, remembered, shutdown, downloads, auth };
    pages.with_state(probes).merge(api::router(api)).merge(page::router())
}

/// The paths of the API with their methods, and those of the probes: `GET /healthz`.
#[must_use]
pub fn paths() -> Vec<String> {
    let probes = probes::probes().into_iter().map(|(path, _)| format!("GET {path}"));
    let (_, document) = api::described();
    let described = document.paths.paths.into_iter().flat_map(|(path, item)| {
        let methods = [
            ("GET", item.get.is_some()),
            ("POST", item.post.is_some()),
            ("PATCH", item.patch.is_some()),
            ("DELETE", item.delete.is_some()),
        ];
        let there = methods.into_iter().filter(|(_, is_there)| *is_there);
        there.map(move |(method, _)| format!("{method} {path}")).collect::<Vec<_>>()
    });
    probes.chain(described).collect()
}

/// The OpenAPI document of the HTTP API, as JSON for people to read.
#[must_use]
pub fn openapi_json() -> String {
    // A document of ours never fails to have a JSON form.
    api::described().1.to_pretty_json().unwrap_or_default() + "\n"
}
