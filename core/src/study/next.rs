//! What a study would lease next.

use super::{EndCause, TrialNumber};
use crate::Timestamp;

/// What a study would lease next.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// This queued trial; `needs_point` if a suggester has to complete its fixed values first.
    Queued { trial: TrialNumber, needs_point: bool },
    /// A new trial of this number, with a point from the suggester.
    Fresh(TrialNumber),
    /// Nothing at the moment; perhaps at `until`, perhaps when a running trial ends.
    Wait { why: Waiting, until: Option<Timestamp> },
    /// Nothing any more.
    Ended(EndCause),
}

/// Why there is nothing to lease at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    Paused,
    /// As many trials run as may run at once.
    Parallelism,
    /// All trials of the budget are running or wait for their next attempt.
    BudgetInFlight,
    /// Queued trials wait for their backoff.
    Backoff,
}
