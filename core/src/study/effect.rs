//! What the outside has to do once changes are stored.

use serde::{Deserialize, Serialize};

use super::{EndCause, LeaseRef, Lessee, Status, Transition, TrialNumber, TrialState, Version};
use crate::Timestamp;

/// What the outside has to do once the change that named it is stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Tell everybody who watches.
    Publish(Event),
    /// The lessee's attempt counts no more: tell it to end the process.
    Revoke { lessee: Lessee, lease: LeaseRef },
    /// There may be something to lease now: wake the dispatcher.
    OfferWork,
    /// Push this ended trial to the suggester.
    Observe(TrialNumber),
    /// The algorithm is another: its suggester takes over, with all ended trials observed.
    TakeOver,
}

/// What watchers see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    Study {
        rev: Version,
        status: Status,
        closing: Option<EndCause>,
    },
    Trial {
        rev: Version,
        number: TrialNumber,
        state: TrialState,
        transition: Transition,
        attempt: u32,
        loss: Option<f64>,
        at: Timestamp,
    },
    Report {
        rev: Version,
        number: TrialNumber,
        step: u64,
        loss: Option<f64>,
        at: Timestamp,
    },
}
