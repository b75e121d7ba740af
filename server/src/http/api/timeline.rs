//! Who ran what when.

use axum::extract::{Extension, State};
use axum::response::Response;
use serde::Deserialize;
use tunewright_core::Refusal;
use tunewright_core::access::Need;
use tunewright_core::analysis;
use utoipa::IntoParams;

use super::Api;
use super::aggregates::{Measured, aggregate};
use super::extract::{Asked, Named, StudyPath};
use crate::auth::Caller;
use crate::problem::{Problem, ProblemBody};

const LIMIT: usize = 2_000;
const LIMIT_MAX: usize = 10_000;

/// Which stretch of time.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TimelineQuery {
    /// Milliseconds since 1970; from the beginning, if not given.
    from: Option<u64>,
    /// Milliseconds since 1970; up to now, if not given.
    to: Option<u64>,
    /// The newest so many attempts, 1 to 10,000; 2,000 if not given.
    limit: Option<usize>,
}

/// The newest attempts of the study's trials, by who ran them.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/timeline", params(StudyPath, TimelineQuery),
    responses((status = OK, body = Measured<analysis::Timeline>), (status = "default", body = ProblemBody)))]
#[expect(clippy::cast_precision_loss, reason = "times fit for the next 280,000 years")]
pub(super) async fn timeline(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
    Asked(query): Asked<TimelineQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit.unwrap_or(LIMIT);
    if limit == 0 || limit > LIMIT_MAX {
        return Err(Refusal::invalid("limit", format!("must be 1 to {LIMIT_MAX}, not {limit}")).into());
    }
    let from = query.from.map(|at| at as f64);
    let to = query.to.unwrap_or_else(|| api.registry.now().0) as f64;
    let name = format!("timeline {from:?} {:?} {limit}", query.to);
    let compute = move |table: &_| Ok(analysis::timeline(table, from, to, limit));
    aggregate(&api, (&caller, Need::Read), &path, name, compute).await
}
