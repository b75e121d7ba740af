//! Where studies and trials stand.

use tunewright_core::Refusal;
use tunewright_core::study::{Counts, EndCause, Status, TrialState};

use super::field::{listed, refuse};
use crate::v1;

const CAUSES: [EndCause; 7] = [
    EndCause::MaxTrials,
    EndCause::Timeout,
    EndCause::LossThreshold,
    EndCause::NoProgress,
    EndCause::SpaceExhausted,
    EndCause::MaxFailed,
    EndCause::Stopped,
];

impl From<Status> for v1::StudyStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::Paused => Self::Paused,
            Status::Completed => Self::Completed,
            Status::Stopped => Self::Stopped,
            Status::Failed => Self::Failed,
        }
    }
}

impl TryFrom<v1::StudyStatus> for Status {
    type Error = Refusal;

    fn try_from(status: v1::StudyStatus) -> Result<Self, Refusal> {
        match status {
            v1::StudyStatus::Active => Ok(Self::Active),
            v1::StudyStatus::Paused => Ok(Self::Paused),
            v1::StudyStatus::Completed => Ok(Self::Completed),
            v1::StudyStatus::Stopped => Ok(Self::Stopped),
            v1::StudyStatus::Failed => Ok(Self::Failed),
            v1::StudyStatus::Unspecified => Err(refuse("must be given")),
        }
    }
}

impl From<TrialState> for v1::TrialState {
    fn from(state: TrialState) -> Self {
        match state {
            TrialState::Queued => Self::Queued,
            TrialState::Running => Self::Running,
            TrialState::Completed => Self::Completed,
            TrialState::Failed => Self::Failed,
            TrialState::Pruned => Self::Pruned,
            TrialState::Cancelled => Self::Cancelled,
        }
    }
}

impl TryFrom<v1::TrialState> for TrialState {
    type Error = Refusal;

    fn try_from(state: v1::TrialState) -> Result<Self, Refusal> {
        let known = Self::ALL.into_iter().find(|known| v1::TrialState::from(*known) == state);
        known.ok_or_else(|| refuse("must be given"))
    }
}

impl From<Counts> for v1::TrialCounts {
    fn from(counts: Counts) -> Self {
        let Counts { queued, running, completed, failed, pruned, cancelled } = counts;
        Self { queued, running, completed, failed, pruned, cancelled }
    }
}

impl From<v1::TrialCounts> for Counts {
    fn from(counts: v1::TrialCounts) -> Self {
        let v1::TrialCounts { queued, running, completed, failed, pruned, cancelled } = counts;
        Self { queued, running, completed, failed, pruned, cancelled }
    }
}

/// The states that a request filters by, in its field `states`; none means all of them.
///
/// # Errors
/// `invalid`, naming the entry that is no state.
pub fn states_from_wire(states: &[i32]) -> Result<Vec<TrialState>, Refusal> {
    let states = states.iter().enumerate().map(|(at, number)| {
        state_from_number(*number).map_err(|refusal| refusal.within(&format!("states.{at}")))
    });
    states.collect()
}

pub(super) fn state_from_number(number: i32) -> Result<TrialState, Refusal> {
    let wire = v1::TrialState::try_from(number);
    wire.map_err(|_| refuse(format!("must be a known state, not number {number}")))?.try_into()
}

pub(super) fn state_from_name(name: &str) -> Result<TrialState, Refusal> {
    let known = TrialState::ALL.into_iter().find(|state| state.as_str() == name);
    known.ok_or_else(|| {
        let known = listed(TrialState::ALL.iter().map(|state| state.as_str()));
        refuse(format!("must be one of {known}, not `{name}`"))
    })
}

pub(super) fn status_from_number(number: i32) -> Result<Status, Refusal> {
    let wire = v1::StudyStatus::try_from(number);
    wire.map_err(|_| refuse(format!("must be a known status, not number {number}")))?.try_into()
}

/// The cause of this name; `None` if it is empty.
pub(super) fn cause_from_name(name: &str) -> Result<Option<EndCause>, Refusal> {
    if name.is_empty() {
        return Ok(None);
    }
    let known = CAUSES.into_iter().find(|cause| cause.as_str() == name);
    known.map(Some).ok_or_else(|| refuse(format!("must be a known cause, not `{name}`")))
}
