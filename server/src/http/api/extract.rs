//! Taking requests apart; what cannot be read is a problem like any other.

use axum::extract::{FromRequest, FromRequestParts};
use serde::Deserialize;
use tunewright_core::Refusal;
use tunewright_core::study::{StudyRef, TrialNumber};
use utoipa::IntoParams;

use crate::problem::Problem;

/// The parameters of a path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub(super) struct Named<T>(pub(super) T);

/// The parameters of a query.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub(super) struct Asked<T>(pub(super) T);

/// A body of JSON.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
pub(super) struct Body<T>(pub(super) T);

/// A study in a path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct StudyPath {
    project: String,
    study: String,
}

/// A trial in a path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct TrialPath {
    project: String,
    study: String,
    trial: u64,
}

impl StudyPath {
    pub(super) fn key(&self) -> Result<StudyRef, Refusal> {
        super::key(&self.project, &self.study)
    }
}

impl TrialPath {
    pub(super) fn split(self) -> (StudyPath, TrialNumber) {
        let Self { project, study, trial } = self;
        (StudyPath { project, study }, TrialNumber(trial))
    }
}
