//! Prune: a trial ends early, with the last loss it had, if any.

use super::super::{Decision, PruneTrial, Study, Transition, TrialState};
use super::result::{self, Found};
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: &PruneTrial, now: Timestamp) -> Result<Decision, Refusal> {
    let found = Found {
        lease: &command.lease,
        loss: command.loss,
        metrics: &command.metrics,
        output: &command.output,
        result: &command.result,
        transition: Transition::Pruned,
        state: TrialState::Pruned,
    };
    result::decide(study, &found, now)
}
