//! Pause and Resume: a paused study leases nothing; what runs goes on.

use super::super::{Decision, Status, Study};
use super::draft::Draft;
use crate::{Refusal, Timestamp};

pub(super) fn pause(study: &Study, now: Timestamp) -> Result<Decision, Refusal> {
    set(study, Status::Paused, now)
}

pub(super) fn resume(study: &Study, now: Timestamp) -> Result<Decision, Refusal> {
    set(study, Status::Active, now)
}

fn set(study: &Study, status: Status, now: Timestamp) -> Result<Decision, Refusal> {
    let mut draft = Draft::new(study, now);
    draft.check_alive()?;
    if draft.header().status != status {
        draft.header_mut().status = status;
        draft.settle();
    }
    Ok(draft.finish_with_study())
}
