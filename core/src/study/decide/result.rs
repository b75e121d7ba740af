//! A result that a lease brings: the part that Complete and Prune share.

use std::collections::BTreeMap;

use super::super::{
    Change, Decision, EndReason, LeaseRef, Outcome, Reply, Study, Transition, TrialNumber, TrialState,
};
use super::draft::Draft;
use super::limits;
use super::standing::{Standing, conflict, too_late};
use crate::{Refusal, Timestamp};

/// What was measured, and how the trial ended with it.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) lease: &'a LeaseRef,
    pub(super) loss: Option<f64>,
    pub(super) metrics: &'a BTreeMap<String, f64>,
    pub(super) output: &'a str,
    /// `Completed` or `Pruned`.
    pub(super) transition: Transition,
    pub(super) state: TrialState,
}

/// Counts the result exactly once: from the valid lease, or from a lost one while nobody else has the trial.
pub(super) fn decide(study: &Study, found: &Found<'_>, now: Timestamp) -> Result<Decision, Refusal> {
    found.loss.map_or(Ok(()), limits::check_loss)?;
    limits::check_metrics(found.metrics)?;
    let mut draft = Draft::new(study, now);
    let (trial, late) = match Standing::of(study, found.lease)? {
        Standing::Holds(trial) => (trial, false),
        Standing::Late(trial, _) => (trial, true),
        Standing::Brought(trial, outcome) => {
            let same =
                trial.state == found.state && outcome.loss == found.loss && outcome.metrics == *found.metrics;
            if !same {
                return Err(conflict(trial, found.lease, trial.state.as_str()));
            }
            return Ok(draft.finish(Reply::Ended { duplicate: true, late: outcome.late, requeued: false }));
        }
        Standing::Past(trial, past) => {
            if let Some(reason) = past.reason.filter(|reason| is_own(*reason))
                && past.number == trial.attempt
                && !trial.state.is_terminal()
            {
                return Err(conflict(trial, found.lease, reason.as_str()));
            }
            draft.keep_orphan(trial, found.lease, found.loss);
            return Ok(draft.refuse(too_late(trial, found.lease)));
        }
    };
    draft.keep_output(found.lease, found.output);
    let outcome = Outcome {
        loss: found.loss,
        metrics: found.metrics.clone(),
        attempt: Some(found.lease.attempt),
        lease_id: Some(found.lease.lease.clone()),
        late,
        ..Outcome::default()
    };
    draft.end(trial.clone(), found.transition, outcome);
    draft.settle();
    Ok(draft.finish(Reply::Ended { duplicate: false, late, requeued: false }))
}

/// Whether an attempt that ended for this reason was ended by its own lessee's word, not by what happened to it.
const fn is_own(reason: EndReason) -> bool {
    !matches!(
        reason,
        EndReason::LeaseExpired | EndReason::Preempted | EndReason::UserCancelled | EndReason::StudyEnded
    )
}

impl Draft<'_> {
    /// Keeps the end of what an attempt printed beside its trial.
    pub(super) fn keep_output(&mut self, lease: &LeaseRef, output: &str) {
        if !output.is_empty() {
            let (trial, attempt): (TrialNumber, u32) = (lease.trial, lease.attempt);
            let output = limits::output_tail(output).to_owned();
            self.push(Change::OutputKept { trial, attempt, output });
        }
    }
}
