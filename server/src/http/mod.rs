//! Plain HTTP on the same port: health, readiness and metrics.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::{Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use serde_json::json;
use tunewright_core::access::{Need, Place};

use crate::auth::{Caller, refused};
use crate::metrics::Metrics;
use crate::storage::Durability;
use crate::studies::Registry;

/// What the pages need.
#[derive(Clone, Debug)]
struct Pages {
    registry: Registry,
    metrics: Arc<Metrics>,
}

/// `/healthz`: the process lives. `/readyz`: it can serve; names the durability. `/metrics`: figures for Prometheus, of
/// all projects.
pub(crate) fn router(registry: Registry, metrics: Arc<Metrics>) -> Router {
    let pages = pages().into_iter().fold(Router::new(), |router, (path, page)| router.route(path, page));
    pages.with_state(Pages { registry, metrics })
}

fn pages() -> [(&'static str, MethodRouter<Pages>); 3] {
    [("/healthz", get(async || "ok\n")), ("/readyz", get(ready)), ("/metrics", get(figures))]
}

/// The paths of all pages.
#[must_use]
pub fn paths() -> Vec<&'static str> {
    pages().into_iter().map(|(path, _)| path).collect()
}

/// The same of a server that cannot serve now, and why: `/readyz` says so, and `/metrics` is there only with `figures`.
pub(crate) fn standby(figures: Option<Arc<Metrics>>, durability: Durability, why: &'static str) -> Router {
    let body = json!({ "ready": false, "durability": durability.as_str(), "why": why });
    let router = Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(async move || (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()));
    match figures {
        Some(metrics) => router.route("/metrics", get(async move || render(&metrics))),
        None => router,
    }
}

async fn ready(State(pages): State<Pages>) -> Response {
    let durability = pages.registry.durability().as_str();
    match pages.registry.storage().probe().await {
        Ok(()) => Json(json!({ "ready": true, "durability": durability })).into_response(),
        Err(error) => {
            let body = Json(json!({ "ready": false, "durability": durability, "why": error.to_string() }));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}

async fn figures(State(pages): State<Pages>, Extension(caller): Extension<Caller>) -> Response {
    if let Err(refusal) = caller.authorize(Need::Read, Place::Everywhere) {
        return refused(&refusal);
    }
    render(&pages.metrics)
}

fn render(metrics: &Metrics) -> Response {
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match metrics.render() {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
