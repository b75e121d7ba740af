//! What charts show of a study's trials, computed here so that a page need not have them all.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tunewright_core::Refusal;
use tunewright_core::access::Need;
use tunewright_core::analysis::{self, HistoryAxis, Table};
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::columns::apart;
use super::extract::{Asked, Named, StudyPath};
use crate::auth::Caller;
use crate::problem::{Problem, ProblemBody};
use crate::studies::Handle;

const BUCKETS_MAX: usize = 2_000;

/// An aggregate, and of what it is.
#[derive(Serialize, ToSchema)]
pub(super) struct Measured<T> {
    /// The study's version that it is of.
    rev: u64,
    /// All trials of the study then.
    n_total: usize,
    computed_ms: f64,
    #[serde(flatten)]
    found: T,
}

/// How a history is cut.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct HistoryQuery {
    /// `number` (if not given) or `time`: when the trials ended.
    x: Option<String>,
    /// 1 to 2,000; 300 if not given.
    buckets: Option<usize>,
}

/// What importance is for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TargetQuery {
    /// `loss` (if not given) or `m.NAME`.
    target: Option<String>,
}

/// One parameter.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ParameterQuery {
    /// Its label.
    parameter: String,
}

/// Two parameters.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PairQuery {
    /// A label.
    x: String,
    /// A label.
    y: String,
}

/// Objectives that pull in different directions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ParetoQuery {
    /// Two or three of `loss` and `m.NAME`, with commas between them.
    objectives: String,
    /// Those of them of which more is better.
    maximize: Option<String>,
}

/// The losses over the trials' numbers or over time, and the best one so far.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/history", params(StudyPath, HistoryQuery),
    responses((status = OK, body = Measured<analysis::History>), (status = "default", body = ProblemBody)))]
pub(super) async fn history(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
    Asked(query): Asked<HistoryQuery>,
) -> Result<Response, Problem> {
    let x = match query.x.as_deref() {
        None | Some("number") => HistoryAxis::Number,
        Some("time") => HistoryAxis::Time,
        Some(_) => return Err(Refusal::invalid("x", "must be `number` or `time`").into()),
    };
    let buckets = query.buckets.unwrap_or(300);
    if buckets == 0 || buckets > BUCKETS_MAX {
        let message = format!("must be 1 to {BUCKETS_MAX}, not {buckets}");
        return Err(Refusal::invalid("buckets", message).into());
    }
    let name = format!("history {x:?} {buckets}");
    aggregate(&api, (&caller, Need::Read), &path, name, move |table| Ok(analysis::history(table, x, buckets)))
        .await
}

/// How much of the loss hangs on each parameter.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/importance", params(StudyPath, TargetQuery),
    responses((status = OK, body = Measured<analysis::Importance>), (status = "default", body = ProblemBody)))]
pub(super) async fn importance(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
    Asked(query): Asked<TargetQuery>,
) -> Result<Response, Problem> {
    let target = query.target.unwrap_or_else(|| "loss".to_owned());
    let name = format!("importance {target}");
    aggregate(&api, (&caller, Need::Read), &path, name, move |table| analysis::importance(table, &target))
        .await
}

/// The losses over one parameter.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/slice", params(StudyPath, ParameterQuery),
    responses((status = OK, body = Measured<analysis::Slice>), (status = "default", body = ProblemBody)))]
pub(super) async fn slice(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
    Asked(query): Asked<ParameterQuery>,
) -> Result<Response, Problem> {
    let name = format!("slice {}", query.parameter);
    aggregate(&api, (&caller, Need::Read), &path, name, move |table| analysis::slice(table, &query.parameter))
        .await
}

/// The losses over two parameters, as a grid.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/contour", params(StudyPath, PairQuery),
    responses((status = OK, body = Measured<analysis::Contour>), (status = "default", body = ProblemBody)))]
pub(super) async fn contour(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
    Asked(query): Asked<PairQuery>,
) -> Result<Response, Problem> {
    let name = format!("contour {:?} {:?}", query.x, query.y);
    aggregate(&api, (&caller, Need::Read), &path, name, move |table| {
        analysis::contour(table, &query.x, &query.y)
    })
    .await
}

/// The ranks of the losses over two parameters.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/rank", params(StudyPath, PairQuery),
    responses((status = OK, body = Measured<analysis::Rank>), (status = "default", body = ProblemBody)))]
pub(super) async fn rank(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
    Asked(query): Asked<PairQuery>,
) -> Result<Response, Problem> {
    let name = format!("rank {:?} {:?}", query.x, query.y);
    aggregate(&api, (&caller, Need::Read), &path, name, move |table| {
        analysis::rank(table, &query.x, &query.y)
    })
    .await
}

/// The trials that nothing is better than in all objectives.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/pareto", params(StudyPath, ParetoQuery),
    responses((status = OK, body = Measured<analysis::Pareto>), (status = "default", body = ProblemBody)))]
pub(super) async fn pareto(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
    Asked(query): Asked<ParetoQuery>,
) -> Result<Response, Problem> {
    let maximize = query.maximize.unwrap_or_default();
    let name = format!("pareto {:?} {maximize:?}", query.objectives);
    aggregate(&api, (&caller, Need::Read), &path, name, move |table| {
        analysis::pareto(table, &names(&query.objectives), &names(&maximize))
    })
    .await
}

/// How many trials took which branch of the space, and how well they did.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/space-tree", params(StudyPath),
    responses((status = OK, body = Measured<analysis::SpaceTree>), (status = "default", body = ProblemBody)))]
pub(super) async fn space_tree(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
) -> Result<Response, Problem> {
    let name = "space-tree".to_owned();
    aggregate(&api, (&caller, Need::Read), &path, name, |table| Ok(analysis::space_tree(table))).await
}

/// The names of a list with commas between them.
fn names(list: &str) -> Vec<&str> {
    list.split(',').filter(|name| !name.is_empty()).collect()
}

/// An aggregate of one study's table alone.
pub(super) async fn aggregate<T: Serialize + Send + 'static>(
    api: &Api,
    (caller, need): (&Caller, Need),
    path: &StudyPath,
    name: String,
    compute: impl FnOnce(&Table) -> Result<T, Refusal> + Send + 'static,
) -> Result<Response, Problem> {
    let handle = api.study(caller, need, path)?;
    let table = api.tables.of(&handle).await?;
    remembered(api, &handle, &table, name, async {
        let table = Arc::clone(&table);
        apart(move || measured(&table, Instant::now(), compute(&table)?)).await?
    })
    .await
}

/// What is known under this name, else what `compute` brings.
pub(super) async fn remembered(
    api: &Api,
    handle: &Handle,
    table: &Table,
    name: String,
    compute: impl Future<Output = Result<Bytes, Refusal>>,
) -> Result<Response, Problem> {
    let name = format!("{} {name}", handle.id());
    let body = api.remembered.or_computed(name, table.rev().0, compute).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// How long it has been since then, to a tenth of a millisecond.
pub(super) fn millis(begun: Instant) -> f64 {
    (begun.elapsed().as_secs_f64() * 1e4).round() / 10.0
}

/// The body of an aggregate whose computation began then.
pub(super) fn measured<T: Serialize>(table: &Table, begun: Instant, found: T) -> Result<Bytes, Refusal> {
    let measured = Measured { rev: table.rev().0, n_total: table.len(), computed_ms: millis(begun), found };
    let body = serde_json::to_vec(&measured);
    body.map(Bytes::from).map_err(|_| Refusal::internal("an aggregate has no JSON form"))
}
