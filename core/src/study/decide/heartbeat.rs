//! Heartbeat: pushes the lease's end back by a full period. Also while the study is paused or ending.

use super::super::{Decision, LeaseRef, Reply, Study};
use super::draft::Draft;
use super::standing;
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, lease: &LeaseRef, now: Timestamp) -> Result<Decision, Refusal> {
    standing::holder(study, lease)?;
    let mut draft = Draft::new(study, now);
    let until = draft.renew(lease.trial);
    Ok(draft.finish(Reply::Renewed { until }))
}
