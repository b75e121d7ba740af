//! Retry: an ended trial's point is tried once more, as a new trial.

use super::super::{Decision, Origin, Reply, Study, Trial, TrialNumber};
use super::draft::Draft;
use super::{enqueue, lease};
use crate::{Refusal, Timestamp};

pub(super) fn decide(
    study: &Study,
    number: TrialNumber,
    request_id: Option<&str>,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let same = |trial: &Trial| trial.origin == Origin::RetryOf(number);
    if let Some(known) = enqueue::sent_before(study, request_id, same)? {
        return Ok(Draft::new(study, now).finish(Reply::Enqueued(known.number)));
    }
    let Some(ended) = study.trial(number) else {
        return Err(Refusal::not_found(format!("there is no trial {number}")));
    };
    if !ended.state.is_terminal() {
        let state = ended.state.as_str();
        let message = format!("trial {number} is `{state}`; only an ended trial can be tried once more");
        return Err(Refusal::conflict(message));
    }
    let draft = Draft::new(study, now);
    draft.check_takes_trials()?;
    let trial = Trial {
        fixed: ended.fixed.clone(),
        point: ended.point.clone(),
        request_id: request_id.map(str::to_owned),
        ..lease::new(study, study.next_number(), Origin::RetryOf(number), now)
    };
    Ok(enqueue::put(draft, trial))
}
