//! Why an attempt ended without a result.

use tunewright_core::Refusal;
use tunewright_core::study::EndReason;

use super::field::refuse;
use crate::v1;

impl From<EndReason> for v1::EndReason {
    fn from(reason: EndReason) -> Self {
        match reason {
            EndReason::ObjectiveError => Self::ObjectiveError,
            EndReason::NoLoss => Self::NoLoss,
            EndReason::Timeout => Self::Timeout,
            EndReason::OutOfMemory => Self::OutOfMemory,
            EndReason::LeaseExpired => Self::LeaseExpired,
            EndReason::Preempted => Self::Preempted,
            EndReason::UserCancelled => Self::UserCancelled,
            EndReason::Infeasible => Self::Infeasible,
            EndReason::StartFailed => Self::StartFailed,
            EndReason::StudyEnded => Self::StudyEnded,
        }
    }
}

/// The reason of this number; `None` if it is unspecified.
pub(super) fn from_number(number: i32) -> Result<Option<EndReason>, Refusal> {
    let wire = v1::EndReason::try_from(number)
        .map_err(|_| refuse(format!("must be a known reason, not number {number}")))?;
    Ok(match wire {
        v1::EndReason::Unspecified => None,
        known => EndReason::ALL.into_iter().find(|reason| v1::EndReason::from(*reason) == known),
    })
}

pub(super) fn to_number(reason: Option<EndReason>) -> i32 {
    reason.map_or(v1::EndReason::Unspecified, v1::EndReason::from).into()
}

/// The reason of this name; `None` if it is empty.
pub(super) fn from_name(name: &str) -> Result<Option<EndReason>, Refusal> {
    if name.is_empty() {
        return Ok(None);
    }
    let known = EndReason::ALL.into_iter().find(|reason| reason.as_str() == name);
    known.map(Some).ok_or_else(|| refuse(format!("must be a known reason, not `{name}`")))
}
