//! All studies.

use axum::Json;
use axum::extract::{Extension, State};
use serde::Deserialize;
use tunewright_core::access::Need;
use tunewright_core::name::ProjectName;
use tunewright_core::study::Status;
use tunewright_core::{Code, Refusal};
use utoipa::IntoParams;

use super::Api;
use super::extract::Asked;
use crate::auth::Caller;
use crate::http::dto::{StudyList, StudySummary};
use crate::problem::{Problem, ProblemBody};

const LIMIT: usize = 100;
const LIMIT_MAX: usize = 500;
const STATUSES: [Status; 5] =
    [Status::Active, Status::Paused, Status::Completed, Status::Stopped, Status::Failed];

/// Which studies.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct StudiesQuery {
    /// A part of the name.
    q: Option<String>,
    /// `active`, `paused`, `completed`, `stopped` or `failed`.
    state: Option<String>,
    project: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 500; 100 if not given.
    limit: Option<usize>,
}

/// The studies that the caller may read, a page of them.
#[utoipa::path(get, path = "/api/v1/studies", params(StudiesQuery),
    responses((status = OK, body = StudyList), (status = "default", body = ProblemBody)))]
pub(super) async fn studies(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Asked(query): Asked<StudiesQuery>,
) -> Result<Json<StudyList>, Problem> {
    let project = query.project.map(ProjectName::new).transpose()?;
    match &project {
        Some(project) => caller.authorize(Need::Read, project)?,
        None => caller.may_somewhere(Need::Read)?,
    }
    let state = query.state.as_deref().map(status).transpose()?;
    let limit = query.limit.unwrap_or(LIMIT);
    if limit == 0 || limit > LIMIT_MAX {
        return Err(Refusal::invalid("limit", format!("must be 1 to {LIMIT_MAX}, not {limit}")).into());
    }
    let part = query.q.unwrap_or_default().to_lowercase();
    let mut handles = api.registry.list(project.as_ref());
    handles.retain(|handle| {
        let key = handle.key();
        caller.may(Need::Read, &key.project) && key.to_string().to_lowercase().contains(&part)
    });
    let (total, now) = (handles.len(), api.registry.now());
    let after = query.cursor.unwrap_or_default();
    let (mut studies, mut last, mut next) = (Vec::new(), String::new(), None);
    for handle in handles.into_iter().filter(|handle| handle.key().to_string() > after) {
        if studies.len() == limit {
            next = Some(last);
            break;
        }
        let glance = match handle.glance(now).await {
            Ok(glance) => glance,
            // It was deleted just now.
            Err(refusal) if refusal.code == Code::NotFound => continue,
            Err(refusal) => return Err(refusal.into()),
        };
        last = handle.key().to_string();
        if state.is_none_or(|state| glance.view.header.status == state) {
            studies.push(StudySummary::of(&glance, now));
        }
    }
    Ok(Json(StudyList { studies, total, next, now: now.0 }))
}

fn status(name: &str) -> Result<Status, Refusal> {
    STATUSES.into_iter().find(|status| status.as_str() == name).ok_or_else(|| {
        let names: Vec<_> = STATUSES.iter().map(|status| format!("`{}`", status.as_str())).collect();
        Refusal::invalid("state", format!("must be one of {}", names.join(", ")))
    })
}
