//! Fencing: how the bearer of a lease stands to the trial now.

use super::super::{Attempt, EndReason, LeaseRef, Orphan, Outcome, Study, Transition, Trial, TrialState};
use super::draft::Draft;
use crate::{Refusal, Timestamp};

/// How the bearer of a lease stands to the trial now.
#[derive(Debug)]
pub(super) enum Standing<'a> {
    /// The lease is the valid one.
    Holds(&'a Trial),
    /// The lease was lost, but no newer attempt has been leased: a result still counts.
    Late(&'a Trial, &'a Attempt),
    /// The trial ended with what this lease brought.
    Brought(&'a Trial, &'a Outcome),
    /// The attempt has ended otherwise.
    Past(&'a Trial, &'a Attempt),
}

impl<'a> Standing<'a> {
    /// # Errors
    /// `not_found` if there is no such trial, `lease_lost` if this lease is not one that its document remembers.
    pub(super) fn of(study: &'a Study, lease: &LeaseRef) -> Result<Self, Refusal> {
        let Some(trial) = study.trial(lease.trial) else {
            return Err(Refusal::not_found(format!("there is no trial {}", lease.trial)));
        };
        if trial.attempt == lease.attempt && trial.lease.as_ref().is_some_and(|held| held.id == lease.lease) {
            return Ok(Self::Holds(trial));
        }
        if let Some(outcome) = &trial.outcome
            && outcome.attempt == Some(lease.attempt)
            && outcome.lease_id.as_ref() == Some(&lease.lease)
        {
            return Ok(Self::Brought(trial, outcome));
        }
        let is_meant = |past: &&Attempt| past.number == lease.attempt && past.lease_id == lease.lease;
        let Some(past) = trial.attempts.iter().rev().find(is_meant) else {
            return Err(lost(trial, lease));
        };
        let was_lost = matches!(past.reason, Some(EndReason::LeaseExpired | EndReason::Preempted));
        if trial.state == TrialState::Queued && past.number == trial.attempt && was_lost {
            return Ok(Self::Late(trial, past));
        }
        Ok(Self::Past(trial, past))
    }
}

/// The trial, if the lease is the valid one.
///
/// # Errors
/// `not_found`, or `lease_lost` with what happened to the trial.
pub(super) fn holder<'a>(study: &'a Study, lease: &LeaseRef) -> Result<&'a Trial, Refusal> {
    match Standing::of(study, lease)? {
        Standing::Holds(trial) => Ok(trial),
        Standing::Late(trial, _) | Standing::Brought(trial, _) | Standing::Past(trial, _) => {
            Err(lost(trial, lease))
        }
    }
}

/// The refusal of a result that came after the trial was cancelled or given to somebody else.
pub(super) fn too_late(trial: &Trial, lease: &LeaseRef) -> Refusal {
    match trial.state {
        TrialState::Cancelled => Refusal::closed(format!("trial {} was cancelled", trial.number)),
        _ => lost(trial, lease),
    }
}

/// The refusal of a second, different result of the same attempt.
pub(super) fn conflict(trial: &Trial, lease: &LeaseRef, ended: &str) -> Refusal {
    Refusal::conflict(format!(
        "attempt {} of trial {} has already ended as `{ended}`",
        lease.attempt, trial.number
    ))
}

/// Refuses with what happened to the trial since.
fn lost(trial: &Trial, lease: &LeaseRef) -> Refusal {
    let number = trial.number;
    let outcome_reason = trial.outcome.as_ref().and_then(|outcome| outcome.reason);
    Refusal::lease_lost(match trial.state {
        TrialState::Cancelled => format!("trial {number} was cancelled"),
        TrialState::Failed => {
            let reason = outcome_reason.map_or("failed", EndReason::as_str);
            format!("trial {number} has failed for `{reason}`")
        }
        TrialState::Completed | TrialState::Pruned => {
            format!("trial {number} has already ended as `{}`", trial.state.as_str())
        }
        _ if lease.attempt > trial.attempt => format!("trial {number} has no attempt {}", lease.attempt),
        _ if lease.attempt < trial.attempt => {
            format!("trial {number} was given to attempt {}", trial.attempt)
        }
        TrialState::Running => format!("attempt {} of trial {number} has another lease", lease.attempt),
        TrialState::Queued => match trial.attempts.last().filter(|past| past.lease_id == lease.lease) {
            Some(past) => {
                let reason = past.reason.map_or("ended", EndReason::as_str);
                format!("attempt {} of trial {number} has ended for `{reason}`", lease.attempt)
            }
            None => format!("attempt {} of trial {number} had another lease", lease.attempt),
        },
    })
}

impl Draft<'_> {
    /// Keeps a result that does not count beside its trial, once.
    pub(super) fn keep_orphan(&mut self, trial: &Trial, lease: &LeaseRef, loss: Option<f64>) {
        let orphan = Orphan { attempt: lease.attempt, lease_id: lease.lease.clone(), loss, at: self.now };
        let is_known = |kept: &Orphan| {
            Orphan { at: Timestamp::default(), ..kept.clone() }
                == Orphan { at: Timestamp::default(), ..orphan.clone() }
        };
        if trial.orphans.iter().any(is_known) {
            return;
        }
        let mut trial = trial.clone();
        trial.orphans.push(orphan);
        let surplus = trial.orphans.len().saturating_sub(Trial::ORPHANS_KEPT);
        trial.orphans.drain(..surplus);
        self.put(trial, Transition::OrphanKept);
    }
}
