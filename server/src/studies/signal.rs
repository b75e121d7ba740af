//! What a study's task tells the dispatcher.

use std::fmt;

use tunewright_core::name::{ProjectName, StudyName, WorkerId};
use tunewright_core::study::LeaseRef;

/// A study's name within its project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StudyKey {
    pub(crate) project: ProjectName,
    pub(crate) name: StudyName,
}

impl fmt::Display for StudyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.project, self.name)
    }
}

/// Sent without waiting: a lost signal costs time, never truth. The dispatcher sweeps once a second for offers, and
/// a revoked lease is told again with the next heartbeat.
#[derive(Clone, Debug)]
pub(crate) enum Signal {
    /// The study may have something to lease.
    WorkOffered(StudyKey),
    /// A worker's attempt counts no more.
    Revoked { study: StudyKey, worker: WorkerId, lease: LeaseRef },
}
