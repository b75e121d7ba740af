//! What a study's task tells the dispatcher.

use tunewright_core::name::WorkerId;
use tunewright_core::study::{LeaseRef, StudyRef};

/// Sent without waiting: a lost signal costs time, never truth. The dispatcher sweeps once a second for offers, and
/// a revoked lease is told again with the next heartbeat.
#[derive(Clone, Debug)]
pub(crate) enum Signal {
    /// The study may have something to lease.
    WorkOffered(StudyRef),
    /// A worker's attempt counts no more.
    Revoked { study: StudyRef, worker: WorkerId, lease: LeaseRef },
}
