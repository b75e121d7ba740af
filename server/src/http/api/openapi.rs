//! All handlers, and the OpenAPI document that describes them.

use axum::Json;
use utoipa::OpenApi;
use utoipa::openapi::{RefOr, Schema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{
    Api, aggregates, attachments, columns, control, curves, edf, events, export, failures, server, studies,
    study, timeline, trial, trials, workers,
};

/// What stands above the handlers in the document.
#[derive(OpenApi)]
#[openapi(info(
    title = "Tunewright",
    description = "What the dashboard reads and does. A loss is always minimised; times are milliseconds since 1970 \
        by the server's clock. Where the server asks for tokens, send `Authorization: Bearer TOKEN`."
))]
struct Head;

/// All handlers, and the document.
pub(in crate::http) fn described() -> (axum::Router<Api>, utoipa::openapi::OpenApi) {
    let (router, mut document) = OpenApiRouter::with_openapi(Head::openapi())
        .routes(routes!(document))
        .routes(routes!(server::server))
        .routes(routes!(events::events))
        .routes(routes!(workers::workers))
        .routes(routes!(workers::drain))
        .routes(routes!(studies::studies))
        .routes(routes!(study::study, control::change, control::delete))
        .routes(routes!(control::pause))
        .routes(routes!(control::resume))
        .routes(routes!(control::stop))
        .routes(routes!(columns::columns))
        .routes(routes!(trials::trials, trial::enqueue))
        .routes(routes!(trial::trial))
        .routes(routes!(trial::output))
        .routes(routes!(trial::retry))
        .routes(routes!(trial::cancel))
        .routes(routes!(attachments::attachment))
        .routes(routes!(aggregates::history))
        .routes(routes!(aggregates::importance))
        .routes(routes!(aggregates::slice))
        .routes(routes!(aggregates::contour))
        .routes(routes!(aggregates::rank))
        .routes(routes!(edf::edf))
        .routes(routes!(aggregates::pareto))
        .routes(routes!(curves::curves))
        .routes(routes!(aggregates::space_tree))
        .routes(routes!(timeline::timeline))
        .routes(routes!(failures::failures))
        .routes(routes!(export::csv))
        .routes(routes!(export::json_lines))
        .routes(routes!(export::arrow))
        .split_for_parts();
    for (name, schema) in document.components.iter_mut().flat_map(|all| &mut all.schemas) {
        if !PARTIAL.contains(&name.as_str()) {
            require_all(schema);
        }
    }
    (router, document)
}

/// In these a part may be left out: what is sent to the server, and the header of columns. In all else that it answers all
/// parts are there, and `null` if there is nothing.
const PARTIAL: [&str; 4] = ["ColumnInfo", "NewTrial", "Stop", "StudyChange"];

fn require_all(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => object.required = object.properties.keys().cloned().collect(),
        RefOr::T(Schema::AllOf(all)) => all.items.iter_mut().for_each(require_all),
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
}

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json",
    responses((status = OK, content_type = "application/json")))]
async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(described().1)
}
