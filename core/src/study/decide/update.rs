//! Update: changes what may change in a living study. An ended one lives again if the update lifts what ended it.

use super::super::{Decision, EndCause, Status, Study, UpdateStudy};
use super::draft::Draft;
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: &UpdateStudy, now: Timestamp) -> Result<Decision, Refusal> {
    let mut draft = Draft::new(study, now);
    let mut spec = study.header().spec.clone();
    let budget = &mut spec.budget;
    set(&mut budget.max_trials, command.max_trials.as_ref());
    set(&mut budget.timeout_ms, command.timeout_ms.as_ref());
    set(&mut budget.loss_threshold, command.loss_threshold.as_ref());
    set(&mut budget.max_failed, command.max_failed.as_ref());
    set(&mut spec.parallelism, command.parallelism.as_ref());
    set(&mut spec.note, command.note.as_ref());
    set(&mut spec.tags, command.tags.as_ref());
    spec.validate()?;
    if spec == study.header().spec {
        return Ok(draft.finish_with_study());
    }
    let was_over = study.header().status.is_terminal();
    draft.header_mut().spec = spec;
    if was_over {
        reopen(&mut draft)?;
    }
    draft.settle();
    Ok(draft.finish_with_study())
}

fn set<T: Clone>(part: &mut T, to: Option<&T>) {
    if let Some(to) = to {
        part.clone_from(to);
    }
}

/// Brings an ended study back to life under its new budget.
///
/// # Errors
/// `closed` if it ended for good, or would end at once.
fn reopen(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let cause = draft.header().closing.unwrap_or(EndCause::Stopped);
    let by_budget = matches!(
        cause,
        EndCause::MaxTrials | EndCause::Timeout | EndCause::LossThreshold | EndCause::MaxFailed
    );
    if !by_budget {
        return Err(Refusal::closed(format!("the study has ended for `{}`", cause.as_str())));
    }
    let header = draft.header_mut();
    header.closing = None;
    header.ended_at = None;
    header.status = Status::Active;
    match draft.met_cause() {
        None => Ok(()),
        Some(cause) => Err(Refusal::closed(format!("the study has ended for `{}`", cause.as_str()))
            .with_hint(format!("change `budget.{}` to go on", cause.as_str()))),
    }
}
