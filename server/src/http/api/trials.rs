//! A page of trials.

use axum::Json;
use axum::extract::{Extension, State};
use serde::Deserialize;
use tunewright_core::Refusal;
use tunewright_core::access::Need;
use tunewright_core::analysis;
use tunewright_core::study::TrialNumber;
use utoipa::IntoParams;

use super::Api;
use super::columns::apart;
use super::extract::{Asked, Named, StudyPath};
use crate::auth::Caller;
use crate::http::dto::{TrialPage, TrialRow};
use crate::problem::{Problem, ProblemBody};

const LIMIT: usize = 100;
const LIMIT_MAX: usize = 500;

/// Which trials.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TrialsQuery {
    /// Words that must all hold: `state:completed`, `lr:<1e-3`, `lr:0.1..0.2`, `model=svm`, `loss:top5%`, `worker:w1`,
    /// `reason:timeout`, `not:depth` (is not set), `#12`.
    filter: Option<String>,
    /// `number` (if not given), `loss`, `duration`, `created`, `ended`, `worker`, `state`, `p.LABEL` or `m.NAME`; with a
    /// `-` before it from the greatest to the least. What has no such figure comes last either way.
    sort: Option<String>,
    offset: Option<usize>,
    /// 1 to 500; 100 if not given.
    limit: Option<usize>,
}

/// The trials that a filter lets through, sorted, a page of them.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/trials", params(StudyPath, TrialsQuery),
    responses((status = OK, body = TrialPage), (status = "default", body = ProblemBody)))]
pub(super) async fn trials(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
    Asked(query): Asked<TrialsQuery>,
) -> Result<Json<TrialPage>, Problem> {
    let handle = api.study(&caller, Need::Read, &path)?;
    let limit = query.limit.unwrap_or(LIMIT);
    if limit == 0 || limit > LIMIT_MAX {
        return Err(Refusal::invalid("limit", format!("must be 1 to {LIMIT_MAX}, not {limit}")).into());
    }
    let table = api.tables.of(&handle).await?;
    let (rev, total) = (table.rev().0, table.len());
    let (filter, sort) = (query.filter.unwrap_or_default(), query.sort.unwrap_or_default());
    let found = apart(move || analysis::trials(&table, &filter, &sort)).await??;
    let matched = found.len();
    let wanted: Vec<usize> = found.into_iter().skip(query.offset.unwrap_or(0)).take(limit).collect();
    let rows = handle.read(move |study| {
        let there = wanted.into_iter().filter_map(|trial| study.trial(TrialNumber(trial as u64)));
        there.map(TrialRow::of).collect()
    });
    Ok(Json(TrialPage { rev, total, matched, rows: rows.await? }))
}
