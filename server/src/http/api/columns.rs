//! The trials as columns.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tunewright_core::Refusal;
use tunewright_core::access::Need;
use utoipa::IntoParams;

use super::Api;
use super::extract::{Asked, Named, StudyPath};
use crate::auth::Caller;
use crate::http::columns::{Column, ColumnsHeader, encode};
use crate::problem::{Problem, ProblemBody};

const MEDIA_TYPE: &str = "application/x-tunewright-columns";
const COLUMNS_MAX: usize = 200;
/// More rows than this are put together apart from what answers others.
const MANY: usize = 5_000;

/// Which columns.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ColumnsQuery {
    /// Names with commas between them: `state`, `loss` (32 bits), `loss64`, `p.LABEL` (a parameter's values), `q.LABEL`
    /// (the same as a place on its axis, 0 to 254), `m.NAME` (a metric), `created`, `leased`, `ended`, `duration`,
    /// `attempt`, `reason`, `origin`, `member`, `lessee`. A comma in a label is written `%2C` once more.
    cols: String,
    /// Only trials that changed after this version, if `id` is the study's.
    since_rev: Option<u64>,
    /// The study that `since_rev` is of.
    id: Option<String>,
}

/// The trials as columns of bytes, as the body's header describes them.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/columns", params(StudyPath, ColumnsQuery),
    responses((status = OK, body = ColumnsHeader, content_type = "application/x-tunewright-columns",
        description = "`u32` length of the header, the header (this JSON, padded), the columns; all little endian"),
        (status = "default", body = ProblemBody)))]
pub(super) async fn columns(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
    Asked(query): Asked<ColumnsQuery>,
) -> Result<Response, Problem> {
    let handle = api.study(&caller, Need::Read, &path)?;
    let table = api.tables.of(&handle).await?;
    let names: Vec<String> = query.cols.split(',').map(|name| name.replace("%2C", ",")).collect();
    if names.len() > COLUMNS_MAX {
        let message = format!("must be at most {COLUMNS_MAX} columns, not {}", names.len());
        return Err(Refusal::invalid("cols", message).into());
    }
    let columns = names.into_iter().map(|name| Ok((name.clone(), Column::named(&name, &table)?)));
    let columns: Vec<_> = columns.collect::<Result<_, Refusal>>()?;
    let id = handle.id().to_string();
    let since = query.since_rev.filter(|_| query.id.as_ref().is_none_or(|known| *known == id));
    let body = if since.is_none() && table.len() > MANY {
        let table = Arc::clone(&table);
        apart(move || encode(id, &table, &columns, since)).await?
    } else {
        encode(id, &table, &columns, since)
    };
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE), (header::CACHE_CONTROL, "no-store")], body).into_response())
}

/// Does long work apart from what answers others.
pub(super) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refusal> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Refusal::internal("a computation ended without a result"))
}
