//! What a command is answered with once its changes are stored.

use super::{Header, Trial, TrialNumber};
use crate::Timestamp;

/// What a command is answered with.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Leased(Box<Trial>),
    Renewed {
        until: Timestamp,
    },
    /// `stop`: whether the objective should end early; `kept`: false if the attempt has reported as many values as are
    /// kept. The report is a sign of life all the same: whoever reports too often does not deserve to lose the training.
    Reported {
        stop: bool,
        kept: bool,
    },
    /// To Complete, Prune, Fail and Release. `duplicate`: the same was known already; `late`: the lease had expired, but
    /// the result counts all the same; `requeued`: the trial will be tried again.
    Ended {
        duplicate: bool,
        late: bool,
        requeued: bool,
    },
    Enqueued(TrialNumber),
    Added(TrialNumber),
    Cancelled,
    Study(Box<Header>),
    Ticked,
}
