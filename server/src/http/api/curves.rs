//! The learning curves of a study.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::response::Response;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Deserialize;
use tokio::time::Instant;
use tunewright_core::Refusal;
use tunewright_core::access::Need;
use tunewright_core::analysis::{self, Curve, Table};
use tunewright_core::study::{TrialNumber, TrialState};
use utoipa::IntoParams;

use super::Api;
use super::aggregates::{Measured, measured, remembered};
use super::columns::apart;
use super::extract::{Asked, Named, StudyPath};
use crate::auth::Caller;
use crate::problem::{Problem, ProblemBody};
use crate::studies::{Handle, store_refusal};

const TOP: usize = 10;
const TOP_MAX: usize = 50;
/// Curves that stand for all: each is read from the store by itself.
const SAMPLE: usize = 200;
/// So many are read at once.
const AT_ONCE: usize = 16;

/// How many curves.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CurvesQuery {
    /// Of the best trials, 1 to 50; 10 if not given.
    top: Option<usize>,
}

/// The learning curves of the best trials, and how the others went.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/curves", params(StudyPath, CurvesQuery),
    responses((status = OK, body = Measured<analysis::Curves>), (status = "default", body = ProblemBody)))]
pub(super) async fn curves(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
    Asked(query): Asked<CurvesQuery>,
) -> Result<Response, Problem> {
    let top = query.top.unwrap_or(TOP);
    if top == 0 || top > TOP_MAX {
        return Err(Refusal::invalid("top", format!("must be 1 to {TOP_MAX}, not {top}")).into());
    }
    let handle = api.study(&caller, Need::Read, &path)?;
    let table = api.tables.of(&handle).await?;
    remembered(&api, &handle, &table, format!("curves {top}"), async {
        let begun = Instant::now();
        let read = stream::iter(wanted(&table, top)).map(|trial| curve(&api, &handle, &table, trial));
        let read: Vec<Curve> = read.buffered(AT_ONCE).try_collect().await?;
        let table = Arc::clone(&table);
        apart(move || measured(&table, begun, analysis::curves(&read, top))).await?
    })
    .await
}

/// The best trials, and an even sample of all that may have reported anything.
fn wanted(table: &Table, top: usize) -> Vec<usize> {
    let mut best: Vec<_> = table.completed().collect();
    let top = top.min(best.len());
    if top > 0 {
        best.select_nth_unstable_by(top - 1, |a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    }
    let begun: Vec<usize> =
        (0..table.len()).filter(|trial| table.states()[*trial] != TrialState::Queued).collect();
    let step = begun.len().div_ceil(SAMPLE).max(1);
    let mut wanted: Vec<usize> = best[..top].iter().map(|(trial, _)| *trial).collect();
    wanted.extend(begun.into_iter().step_by(step));
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

/// What the newest attempt of a trial has reported.
async fn curve(api: &Api, handle: &Handle, table: &Table, trial: usize) -> Result<Curve, Refusal> {
    let reports = api.registry.storage().reports(handle.id(), TrialNumber(trial as u64)).await;
    let reports = reports.map_err(|error| store_refusal(&error))?;
    let newest = reports.iter().map(|report| report.attempt).max().unwrap_or(0);
    let points = reports
        .into_iter()
        .filter(|report| report.attempt == newest)
        .filter_map(|report| Some((report.step, report.loss?)))
        .collect();
    let loss = Some(table.losses()[trial]).filter(|loss| !loss.is_nan());
    Ok(Curve { trial, loss, points })
}
