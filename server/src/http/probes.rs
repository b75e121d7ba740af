//! Health, readiness and metrics.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Json, Router};
use serde_json::json;
use tunewright_core::access::{Need, Place};

use crate::auth::Caller;
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::storage::Durability;
use crate::studies::Registry;

/// What the probes need.
#[derive(Clone, Debug)]
pub(super) struct Probes {
    pub(super) registry: Registry,
    pub(super) metrics: Arc<Metrics>,
}

/// `/healthz`: the process lives. `/readyz`: it can serve; names the durability. `/metrics`: figures for Prometheus, of
/// all projects.
pub(super) fn probes() -> [(&'static str, MethodRouter<Probes>); 3] {
    [("/healthz", get(async || "ok\n")), ("/readyz", get(ready)), ("/metrics", get(figures))]
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

async fn ready(State(probes): State<Probes>) -> Response {
    let durability = probes.registry.durability().as_str();
    match probes.registry.storage().probe().await {
        Ok(()) => Json(json!({ "ready": true, "durability": durability })).into_response(),
        Err(error) => {
            let body = Json(json!({ "ready": false, "durability": durability, "why": error.to_string() }));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}

async fn figures(State(probes): State<Probes>, Extension(caller): Extension<Caller>) -> Response {
    if let Err(refusal) = caller.authorize(Need::Read, Place::Everywhere) {
        return Problem(refusal).into_response();
    }
    render(&probes.metrics)
}

fn render(metrics: &Metrics) -> Response {
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match metrics.render() {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
