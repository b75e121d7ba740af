//! Trials as callers see them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tunewright_core::space::Point;
use tunewright_core::study::{
    Attempt, EndReason, Lessee, Origin, Orphan, ResumeHint, Told, Trial, TrialNumber, TrialResult,
    TrialState, Version,
};
use tunewright_core::suggest::Credit;
use tunewright_core::{Refusal, Timestamp};

use super::field::{later_than_never, listed, millis, non_empty, required};
use super::state::state_from_number;
use super::{end_reason, result};
use crate::v1;

/// A trial, without what only its lessee may know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrialInfo {
    pub number: TrialNumber,
    pub state: TrialState,
    pub origin: Origin,
    /// The full point, or while queued what a person fixed of it.
    pub point: Point,
    /// Who proposed the point, where the study's algorithm is made of several.
    pub credit: Option<Credit>,
    /// The newest attempt; 0 before the first lease.
    pub attempt: u32,
    /// The worker or client that runs it; only while running.
    pub lessee: Option<String>,
    pub leased_at: Option<Timestamp>,
    /// Attempts that ended because the objective failed.
    pub failures: u32,
    /// Attempts whose lease expired.
    pub losses: u32,
    pub resume: Option<ResumeHint>,
    /// Attempts that have ended, oldest first.
    pub attempts: Vec<AttemptInfo>,
    pub loss: Option<f64>,
    pub metrics: BTreeMap<String, f64>,
    /// Why it ended without a result.
    pub reason: Option<EndReason>,
    pub message: String,
    /// Its lease had expired when the result came.
    pub late: bool,
    /// Results that came too late to count.
    pub orphans: Vec<OrphanInfo>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// The study's version at which it last changed.
    pub version: Version,
    /// What the newest ended attempt told beside its loss; empty for nothing.
    pub result: TrialResult,
}

/// One ended attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptInfo {
    /// From 1.
    pub number: u32,
    pub lessee: String,
    pub leased_at: Timestamp,
    pub ended_at: Timestamp,
    /// `None` if it ended with a result.
    pub reason: Option<EndReason>,
    pub message: String,
}

/// A result that came too late to count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrphanInfo {
    pub attempt: u32,
    pub loss: Option<f64>,
    pub at: Timestamp,
}

impl TrialInfo {
    /// Whether its result tells of no constraint that the point violates.
    #[must_use]
    pub fn is_feasible(&self) -> bool {
        Told::of_stored(&self.result).is_feasible()
    }
}

impl From<&Trial> for TrialInfo {
    fn from(trial: &Trial) -> Self {
        let lease = trial.lease.as_ref();
        let outcome = trial.outcome.as_ref();
        Self {
            number: trial.number,
            state: trial.state,
            origin: trial.origin,
            point: trial.point.as_ref().unwrap_or(&trial.fixed).clone(),
            credit: trial.credit.clone(),
            attempt: trial.attempt,
            lessee: lease.map(|lease| lessee_id(&lease.lessee)),
            leased_at: lease.map(|lease| lease.leased_at),
            failures: trial.failures,
            losses: trial.losses,
            resume: trial.hint.clone(),
            attempts: trial.attempts.iter().map(AttemptInfo::from).collect(),
            loss: outcome.and_then(|outcome| outcome.loss),
            metrics: outcome.map(|outcome| outcome.metrics.clone()).unwrap_or_default(),
            reason: outcome.and_then(|outcome| outcome.reason),
            message: outcome.map(|outcome| outcome.message.clone()).unwrap_or_default(),
            late: outcome.is_some_and(|outcome| outcome.late),
            orphans: trial.orphans.iter().map(OrphanInfo::from).collect(),
            created_at: trial.created_at,
            ended_at: trial.ended_at,
            version: trial.rev,
            result: trial.result.clone(),
        }
    }
}

impl From<&Attempt> for AttemptInfo {
    fn from(attempt: &Attempt) -> Self {
        Self {
            number: attempt.number,
            lessee: lessee_id(&attempt.lessee),
            leased_at: attempt.leased_at,
            ended_at: attempt.ended_at,
            reason: attempt.reason,
            message: attempt.message.clone(),
        }
    }
}

impl From<&Orphan> for OrphanInfo {
    fn from(orphan: &Orphan) -> Self {
        Self { attempt: orphan.attempt, loss: orphan.loss, at: orphan.at }
    }
}

impl TryFrom<TrialInfo> for v1::Trial {
    type Error = Refusal;

    fn try_from(trial: TrialInfo) -> Result<Self, Refusal> {
        let (origin, retry_of) = match trial.origin {
            Origin::Suggested => ("suggested", None),
            Origin::Enqueued => ("enqueued", None),
            Origin::RetryOf(number) => ("retry", Some(number.0)),
            Origin::Added => ("added", None),
        };
        Ok(Self {
            number: trial.number.0,
            state: v1::TrialState::from(trial.state).into(),
            origin: origin.to_owned(),
            retry_of,
            point: Some(trial.point.into()),
            attempt: trial.attempt,
            lessee: trial.lessee.unwrap_or_default(),
            leased_at_ms: millis(trial.leased_at),
            failures: trial.failures,
            losses: trial.losses,
            resume: trial.resume.map(v1::ResumeHint::from),
            attempts: trial.attempts.into_iter().map(v1::Attempt::from).collect(),
            loss: trial.loss,
            metrics: trial.metrics,
            reason: end_reason::to_number(trial.reason),
            message: trial.message,
            late: trial.late,
            orphans: trial.orphans.into_iter().map(v1::OrphanResult::from).collect(),
            created_at_ms: trial.created_at.as_millis(),
            ended_at_ms: millis(trial.ended_at),
            version: trial.version.0,
            result: result::to_wire(trial.result)?,
            credit: trial.credit.map(v1::Credit::from),
        })
    }
}

impl TryFrom<v1::Trial> for TrialInfo {
    type Error = Refusal;

    fn try_from(trial: v1::Trial) -> Result<Self, Refusal> {
        let attempts = trial.attempts.into_iter().map(AttemptInfo::try_from);
        Ok(Self {
            number: TrialNumber(trial.number),
            state: state_from_number(trial.state).map_err(|e| e.within("state"))?,
            origin: origin(&trial.origin, trial.retry_of)?,
            point: trial.point.unwrap_or_default().try_into().map_err(|e: Refusal| e.within("point"))?,
            credit: trial.credit.map(Credit::from),
            attempt: trial.attempt,
            lessee: non_empty(trial.lessee),
            leased_at: later_than_never(trial.leased_at_ms),
            failures: trial.failures,
            losses: trial.losses,
            resume: trial.resume.map(ResumeHint::try_from).transpose().map_err(|e| e.within("resume"))?,
            attempts: attempts.collect::<Result<_, _>>().map_err(|e: Refusal| e.within("attempts"))?,
            loss: trial.loss,
            metrics: trial.metrics,
            reason: end_reason::from_number(trial.reason).map_err(|e| e.within("reason"))?,
            message: trial.message,
            late: trial.late,
            orphans: trial.orphans.into_iter().map(OrphanInfo::from).collect(),
            created_at: Timestamp(trial.created_at_ms),
            ended_at: later_than_never(trial.ended_at_ms),
            version: Version(trial.version),
            result: result::from_wire(trial.result)?,
        })
    }
}

impl From<AttemptInfo> for v1::Attempt {
    fn from(attempt: AttemptInfo) -> Self {
        Self {
            number: attempt.number,
            lessee: attempt.lessee,
            leased_at_ms: attempt.leased_at.as_millis(),
            ended_at_ms: attempt.ended_at.as_millis(),
            reason: end_reason::to_number(attempt.reason),
            message: attempt.message,
        }
    }
}

impl TryFrom<v1::Attempt> for AttemptInfo {
    type Error = Refusal;

    fn try_from(attempt: v1::Attempt) -> Result<Self, Refusal> {
        Ok(Self {
            number: attempt.number,
            lessee: attempt.lessee,
            leased_at: Timestamp(attempt.leased_at_ms),
            ended_at: Timestamp(attempt.ended_at_ms),
            reason: end_reason::from_number(attempt.reason).map_err(|e| e.within("reason"))?,
            message: attempt.message,
        })
    }
}

impl From<OrphanInfo> for v1::OrphanResult {
    fn from(orphan: OrphanInfo) -> Self {
        Self { attempt: orphan.attempt, loss: orphan.loss, at_ms: orphan.at.as_millis() }
    }
}

impl From<v1::OrphanResult> for OrphanInfo {
    fn from(orphan: v1::OrphanResult) -> Self {
        Self { attempt: orphan.attempt, loss: orphan.loss, at: Timestamp(orphan.at_ms) }
    }
}

fn lessee_id(lessee: &Lessee) -> String {
    match lessee {
        Lessee::Worker(worker) => worker.to_string(),
        Lessee::Client(client) => client.clone(),
    }
}

fn origin(name: &str, retry_of: Option<u64>) -> Result<Origin, Refusal> {
    match name {
        "suggested" => Ok(Origin::Suggested),
        "enqueued" => Ok(Origin::Enqueued),
        "retry" => Ok(Origin::RetryOf(TrialNumber(required(retry_of, "retry_of")?))),
        "added" => Ok(Origin::Added),
        other => {
            let known = listed(["suggested", "enqueued", "retry", "added"]);
            Err(Refusal::invalid("origin", format!("must be one of {known}, not `{other}`")))
        }
    }
}
