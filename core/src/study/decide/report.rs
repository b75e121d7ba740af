//! Report: an intermediate value; also a sign of life.

use super::super::{Change, Decision, Reply, Report, ReportTrial, ResumeHint, Study, Transition};
use super::draft::Draft;
use super::{limits, standing};
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: &ReportTrial, now: Timestamp) -> Result<Decision, Refusal> {
    command.loss.map_or(Ok(()), limits::check_loss)?;
    limits::check_metrics(&command.metrics)?;
    command.checkpoint_uri.as_deref().map_or(Ok(()), |uri| check_uri("checkpoint_uri", uri))?;
    let trial = standing::holder(study, &command.lease)?;

    let mut draft = Draft::new(study, now);
    draft.push(Change::ReportAdded {
        trial: trial.number,
        report: Report {
            attempt: trial.attempt,
            step: command.step,
            loss: command.loss,
            metrics: command.metrics.clone(),
            at: now,
        },
    });
    if let Some(uri) = &command.checkpoint_uri {
        draft.keep_hint(trial.number, &ResumeHint { step: command.step, checkpoint_uri: uri.clone() });
    }
    draft.renew(trial.number);
    Ok(draft.finish(Reply::Reported { stop: false }))
}

/// # Errors
/// `invalid` unless the URI is of 1 to [`ResumeHint::URI_LEN_MAX`] bytes.
pub(super) fn check_uri(field: &str, uri: &str) -> Result<(), Refusal> {
    if uri.is_empty() || uri.len() > ResumeHint::URI_LEN_MAX {
        let message = format!("must be of 1 to {} bytes, not {}", ResumeHint::URI_LEN_MAX, uri.len());
        return Err(Refusal::invalid(field, message));
    }
    Ok(())
}

impl Draft<'_> {
    /// Notes where the next attempt can go on.
    pub(super) fn keep_hint(&mut self, number: super::super::TrialNumber, hint: &ResumeHint) {
        let changed = self.trial(number).filter(|trial| trial.hint.as_ref() != Some(hint)).cloned();
        if let Some(mut trial) = changed {
            trial.hint = Some(hint.clone());
            self.put(trial, Transition::HintKept);
        }
    }
}
