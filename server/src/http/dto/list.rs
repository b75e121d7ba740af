//! Pages of studies and of trials.

use serde::Serialize;
use utoipa::ToSchema;

use super::{StudySummary, TrialRow};

/// A page of studies, in the order of their projects and names.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StudyList {
    pub(crate) studies: Vec<StudySummary>,
    /// How many studies of such a name there are, of whatever state.
    pub(crate) total: usize,
    /// The `cursor` of the next page, if there is one.
    pub(crate) next: Option<String>,
    /// The server's clock, in milliseconds since 1970.
    pub(crate) now: u64,
}

/// A page of trials.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrialPage {
    /// The study's version that this is of.
    pub(crate) rev: u64,
    /// All trials of the study.
    pub(crate) total: usize,
    /// Those that the filter lets through.
    pub(crate) matched: usize,
    pub(crate) rows: Vec<TrialRow>,
}
