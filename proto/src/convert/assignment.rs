//! Leased trials on their way to whoever runs them.

use serde::{Deserialize, Serialize};
use tunewright_core::Refusal;
use tunewright_core::space::Point;
use tunewright_core::study::{Objective, ResumeHint};

use super::field::{positive, required};
use super::{StudyLease, objective_from_wire};
use crate::v1;

/// A leased trial: all its lessee has to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    pub lease: StudyLease,
    /// The full point.
    pub point: Point,
    /// The structured configuration of the point, inactive branches absent.
    pub config: serde_json::Value,
    /// The lease ends this long after its last heartbeat, in milliseconds.
    pub lease_ttl_ms: u64,
    /// The attempt has to end within this, in milliseconds.
    pub trial_timeout_ms: Option<u64>,
    /// Where an earlier attempt left off.
    pub resume: Option<ResumeHint>,
    /// What an acknowledged change survives.
    pub durability: String,
    /// What evaluates it; `None`: the worker's own command, or whoever asks.
    pub objective: Option<Objective>,
}

impl TryFrom<v1::Assignment> for Assignment {
    type Error = Refusal;

    fn try_from(assignment: v1::Assignment) -> Result<Self, Refusal> {
        let point = required(assignment.point, "point")?;
        let config = required(assignment.config, "config")?;
        let resume = assignment.resume.map(ResumeHint::try_from).transpose();
        Ok(Self {
            lease: StudyLease::of_request(assignment.lease)?,
            point: point.try_into().map_err(|e: Refusal| e.within("point"))?,
            config: config.try_into().map_err(|e: Refusal| e.within("config"))?,
            lease_ttl_ms: positive(assignment.lease_ttl_ms, "lease_ttl_ms")?,
            trial_timeout_ms: assignment.trial_timeout_ms,
            resume: resume.map_err(|e| e.within("resume"))?,
            durability: assignment.durability,
            objective: objective_from_wire(assignment.objective)?,
        })
    }
}

impl TryFrom<Assignment> for v1::Assignment {
    type Error = Refusal;

    fn try_from(assignment: Assignment) -> Result<Self, Refusal> {
        let config = v1::Value::try_from(&assignment.config).map_err(|e| e.within("config"))?;
        Ok(Self {
            lease: Some((&assignment.lease).into()),
            point: Some(assignment.point.into()),
            config: Some(config),
            lease_ttl_ms: assignment.lease_ttl_ms,
            trial_timeout_ms: assignment.trial_timeout_ms,
            resume: assignment.resume.map(v1::ResumeHint::from),
            durability: assignment.durability,
            objective: assignment.objective.map(v1::Objective::from),
        })
    }
}
