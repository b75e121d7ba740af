//! Exhaust: the suggester has nothing left to propose. What is queued or running goes on; then the study is over.

use super::super::{Decision, EndCause, EndReason, Study, TrialState};
use super::draft::Draft;
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, now: Timestamp) -> Result<Decision, Refusal> {
    let mut draft = Draft::new(study, now);
    draft.check_alive()?;
    match draft.header().closing {
        None => draft.close(EndCause::SpaceExhausted),
        // Asked once more, for a queued trial that is fixed in part: nothing will ever complete its point.
        Some(EndCause::SpaceExhausted) => {
            for number in draft.in_state(TrialState::Queued) {
                if draft.trial(number).is_some_and(|trial| trial.point.is_none()) {
                    draft.cancel(number, EndReason::StudyEnded);
                }
            }
        }
        Some(_) => {}
    }
    draft.settle();
    Ok(draft.finish_with_study())
}
