//! The distribution of the losses, of several studies beside one another.

use axum::Json;
use axum::extract::{Extension, State};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tunewright_core::Refusal;
use tunewright_core::access::Need;
use tunewright_core::analysis;
use tunewright_core::study::StudyRef;
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::aggregates::millis;
use super::columns::apart;
use super::extract::{Asked, Named, StudyPath};
use crate::auth::Caller;
use crate::entry;
use crate::problem::{Problem, ProblemBody};

const STUDIES_MAX: usize = 8;

/// With which other studies.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EdfQuery {
    /// `project/study`, several with commas between them; 8 in all at most.
    also: Option<String>,
}

/// The distributions of several studies.
#[derive(Serialize, ToSchema)]
pub(super) struct EdfList {
    /// The version that the first study is of.
    rev: u64,
    /// Completed trials of all.
    n_used: usize,
    /// Trials of all.
    n_total: usize,
    computed_ms: f64,
    method: &'static str,
    series: Vec<EdfSeries>,
}

/// The distribution of one study.
#[derive(Serialize, ToSchema)]
struct EdfSeries {
    project: String,
    study: String,
    rev: u64,
    /// Completed trials.
    n: usize,
    /// A loss, and the share of them that is not above it; at most 200.
    points: Vec<(f64, f64)>,
}

/// The share of the completed trials that is as good as a loss or better, over the losses.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/edf", params(StudyPath, EdfQuery),
    responses((status = OK, body = EdfList), (status = "default", body = ProblemBody)))]
pub(super) async fn edf(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
    Asked(query): Asked<EdfQuery>,
) -> Result<Json<EdfList>, Problem> {
    let mut keys = vec![path.key()?];
    let also = query.also.unwrap_or_default();
    for name in also.split(',').filter(|name| !name.is_empty()) {
        let key: StudyRef = name.parse().map_err(|refusal: Refusal| refusal.within("also"))?;
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if keys.len() > STUDIES_MAX {
        let message = format!("must be at most {} studies, not {}", STUDIES_MAX - 1, keys.len() - 1);
        return Err(Refusal::invalid("also", message).into());
    }
    let begun = Instant::now();
    let mut list =
        EdfList { rev: 0, n_used: 0, n_total: 0, computed_ms: 0.0, method: "", series: Vec::new() };
    for key in keys {
        let handle = entry::study(&api.registry, &caller, Need::Read, &key)?;
        let table = api.tables.of(&handle).await?;
        let rev = table.rev().0;
        list.n_total += table.len();
        let found = apart(move || analysis::edf(&table)).await?;
        list.method = found.method;
        list.n_used += found.n_used;
        let (project, study) = (key.project.into(), key.name.into());
        list.series.push(EdfSeries { project, study, rev, n: found.n_used, points: found.points });
    }
    list.rev = list.series.first().map_or(0, |first| first.rev);
    list.computed_ms = millis(begun);
    Ok(Json(list))
}
