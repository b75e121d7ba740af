//! Tick: time has passed. Lost leases end, backoffs are over, the study's time may be up.

use super::super::{Change, Decision, EndReason, Reply, Study, TrialNumber};
use super::draft::Draft;
use crate::Timestamp;

pub(super) fn decide(study: &Study, now: Timestamp) -> Decision {
    let mut draft = Draft::new(study, now);
    for (_, trial) in study.index.backoffs_over(now) {
        draft.push(Change::BackoffEnded { trial });
    }
    let expired: Vec<TrialNumber> = study.index.expired(now).collect();
    for number in expired {
        draft.lose(number, EndReason::LeaseExpired, "", None);
    }
    draft.settle();
    draft.finish(Reply::Ticked)
}
