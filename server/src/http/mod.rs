//! Plain HTTP on the same port: health, readiness and metrics.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use crate::metrics::Metrics;
use crate::studies::Registry;

/// What the pages need.
#[derive(Clone, Debug)]
struct Pages {
    registry: Registry,
    metrics: Arc<Metrics>,
}

/// `/healthz`: the process lives. `/readyz`: it can serve; names the durability. `/metrics`: figures for Prometheus.
pub(crate) fn router(registry: Registry, metrics: Arc<Metrics>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(figures))
        .with_state(Pages { registry, metrics })
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

async fn figures(State(pages): State<Pages>) -> Response {
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match pages.metrics.render() {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
