//! Release: a trial is given back. It is queued at once, and nothing is counted.

use super::super::{Decision, EndReason, ReleaseTrial, Reply, Study};
use super::draft::Draft;
use super::fail::was_requeued;
use super::report::check_uri;
use super::standing::{Standing, conflict, too_late};
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: &ReleaseTrial, now: Timestamp) -> Result<Decision, Refusal> {
    let uri = command.hint.as_ref().map(|hint| hint.checkpoint_uri.as_str());
    uri.map_or(Ok(()), |uri| check_uri("hint.checkpoint_uri", uri))?;
    let number = command.lease.trial;
    let mut draft = Draft::new(study, now);
    match Standing::of(study, &command.lease)? {
        Standing::Holds(_) => {}
        Standing::Late(_, past) => {
            let late = past.reason == Some(EndReason::LeaseExpired);
            if let Some(hint) = &command.hint {
                draft.keep_hint(number, hint);
            }
            return Ok(draft.finish(Reply::Ended { duplicate: true, late, requeued: true }));
        }
        Standing::Brought(trial, _) => {
            return Err(conflict(trial, &command.lease, trial.state.as_str()));
        }
        Standing::Past(trial, past) if past.reason == Some(EndReason::Preempted) => {
            let requeued = was_requeued(trial, past);
            return Ok(draft.finish(Reply::Ended { duplicate: true, late: false, requeued }));
        }
        Standing::Past(trial, _) => return Err(too_late(trial, &command.lease)),
    }
    if let Some(hint) = &command.hint {
        draft.keep_hint(number, hint);
    }
    let requeued = draft.lose(number, EndReason::Preempted, "", Some(&command.lease));
    draft.settle();
    Ok(draft.finish(Reply::Ended { duplicate: false, late: false, requeued }))
}
