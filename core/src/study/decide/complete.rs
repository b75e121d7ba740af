//! Complete: a trial ends with its loss.

use super::super::{CompleteTrial, Decision, Study, Transition, TrialState};
use super::result::{self, Found};
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: &CompleteTrial, now: Timestamp) -> Result<Decision, Refusal> {
    let found = Found {
        lease: &command.lease,
        loss: Some(command.loss),
        metrics: &command.metrics,
        output: &command.output,
        result: &command.result,
        transition: Transition::Completed,
        state: TrialState::Completed,
    };
    result::decide(study, &found, now)
}
