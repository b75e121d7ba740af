//! Stop: a person ends the study. What is queued never runs; what runs finishes first, or is cancelled.

use super::super::{Decision, EndCause, EndReason, Status, StopStudy, Study, TrialState};
use super::draft::Draft;
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: StopStudy, now: Timestamp) -> Result<Decision, Refusal> {
    let mut draft = Draft::new(study, now);
    if study.header().status == Status::Stopped {
        return Ok(draft.finish_with_study());
    }
    draft.check_alive()?;
    if draft.header().may_lease() {
        draft.close(EndCause::Stopped);
    }
    if command.cancel_running {
        for number in draft.in_state(TrialState::Running) {
            draft.cancel(number, EndReason::StudyEnded);
        }
    }
    draft.settle();
    Ok(draft.finish_with_study())
}
