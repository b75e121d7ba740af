//! Cancel: a trial ends for good, running or queued.

use super::super::{CancelTrial, Decision, EndReason, Reply, Study, TrialState};
use super::draft::Draft;
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: CancelTrial, now: Timestamp) -> Result<Decision, Refusal> {
    let Some(trial) = study.trial(command.trial) else {
        return Err(Refusal::not_found(format!("there is no trial {}", command.trial)));
    };
    let mut draft = Draft::new(study, now);
    match trial.state {
        TrialState::Cancelled => {}
        TrialState::Queued | TrialState::Running => {
            draft.cancel(command.trial, EndReason::UserCancelled);
            draft.settle();
        }
        state => {
            let message = format!("trial {} has already ended as `{}`", command.trial, state.as_str());
            return Err(Refusal::closed(message));
        }
    }
    Ok(draft.finish(Reply::Cancelled))
}
