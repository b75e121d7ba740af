//! Enqueue: a person has a point tried.

use super::super::{Decision, EnqueueTrial, Origin, Reply, Study, Transition, Trial};
use super::draft::Draft;
use super::{lease, limits};
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: &EnqueueTrial, now: Timestamp) -> Result<Decision, Refusal> {
    let same = |trial: &Trial| trial.origin == Origin::Enqueued && trial.fixed == command.fixed;
    if let Some(known) = sent_before(study, command.request_id.as_deref(), same)? {
        return Ok(Draft::new(study, now).finish(Reply::Enqueued(known.number)));
    }
    let draft = Draft::new(study, now);
    draft.check_takes_trials()?;
    let space = &study.header().spec.space;
    space.check_partial(&command.fixed).map_err(|refusal| refusal.within("fixed"))?;
    let is_full = space.check(&command.fixed).is_ok();
    let trial = Trial {
        fixed: command.fixed.clone(),
        point: is_full.then(|| command.fixed.clone()),
        request_id: command.request_id.clone(),
        ..lease::new(study, study.next_number(), Origin::Enqueued, now)
    };
    Ok(put(draft, trial))
}

/// The decision to queue a new trial.
pub(super) fn put(mut draft: Draft<'_>, trial: Trial) -> Decision {
    let number = trial.number;
    draft.put(trial, Transition::Enqueued);
    draft.settle();
    draft.finish(Reply::Enqueued(number))
}

/// The trial that this request made when it was sent before.
///
/// # Errors
/// `conflict` if the request asked for something else then.
pub(super) fn sent_before<'a>(
    study: &'a Study,
    request_id: Option<&str>,
    same: impl FnOnce(&Trial) -> bool,
) -> Result<Option<&'a Trial>, Refusal> {
    let Some(request_id) = request_id else { return Ok(None) };
    limits::check_key("request_id", request_id)?;
    match study.index.requested(request_id).and_then(|number| study.trial(number)) {
        None => Ok(None),
        Some(known) if same(known) => Ok(Some(known)),
        Some(known) => {
            let message =
                format!("request `{request_id}` was used for trial {}, with other content", known.number);
            Err(Refusal::conflict(message).with_hint("use a new `request_id` for a new request"))
        }
    }
}
