//! Studies as callers see them.

use serde::{Deserialize, Serialize};
use tunewright_core::name::{ProjectName, StudyId, StudyName};
use tunewright_core::study::{
    Counts, EndCause, Header, Objective, Status, StudyRef, StudySpec, TrialNumber, Version,
};
use tunewright_core::{Refusal, Timestamp};

use super::field::{finite, later_than_never, millis, required};
use super::objective_from_wire;
use super::state::{cause_from_name, status_from_number};
use crate::v1;

/// A study without its trials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudyInfo {
    pub id: StudyId,
    pub project: ProjectName,
    pub name: StudyName,
    pub spec: StudySpec,
    pub status: Status,
    /// Why it ends or ended.
    pub closing: Option<EndCause>,
    pub counts: Counts,
    /// The completed trial with the lowest loss, and that loss.
    pub best: Option<BestLoss>,
    /// Rises with every stored change.
    pub version: Version,
    /// By the server's clock, as all times here.
    pub created_at: Timestamp,
    /// When the first trial was leased.
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// What an acknowledged change survives: `memory`, `buffered`, `fsynced` or `replicated`.
    pub durability: String,
    /// What evaluates the attempts leased from here on; `None`: the workers' own command, or whoever asks.
    pub objective: Option<Objective>,
}

/// The lowest loss so far, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BestLoss {
    pub trial: TrialNumber,
    pub loss: f64,
}

impl StudyInfo {
    /// What callers see of a study with this document.
    #[must_use]
    pub fn new(
        header: &Header,
        version: Version,
        counts: Counts,
        best: Option<BestLoss>,
        durability: &str,
    ) -> Self {
        Self {
            id: header.id.clone(),
            project: header.project.clone(),
            name: header.name.clone(),
            spec: header.spec.clone(),
            status: header.status,
            closing: header.closing,
            counts,
            best,
            version,
            created_at: header.created_at,
            started_at: header.started_at,
            ended_at: header.ended_at,
            durability: durability.to_owned(),
            objective: header.objective.clone(),
        }
    }

    /// The names to call it by.
    #[must_use]
    pub fn study_ref(&self) -> StudyRef {
        StudyRef::new(self.project.clone(), self.name.clone())
    }
}

impl TryFrom<&StudyInfo> for v1::Study {
    type Error = Refusal;

    fn try_from(study: &StudyInfo) -> Result<Self, Refusal> {
        Ok(Self {
            id: study.id.to_string(),
            project: study.project.to_string(),
            name: study.name.to_string(),
            spec: Some(v1::StudySpec::try_from(&study.spec).map_err(|e| e.within("spec"))?),
            status: v1::StudyStatus::from(study.status).into(),
            closing: study.closing.map_or("", EndCause::as_str).to_owned(),
            counts: Some(study.counts.into()),
            best_trial: study.best.map(|best| best.trial.0),
            best_loss: study.best.map(|best| best.loss),
            version: study.version.0,
            created_at_ms: study.created_at.as_millis(),
            started_at_ms: millis(study.started_at),
            ended_at_ms: millis(study.ended_at),
            durability: study.durability.clone(),
            objective: study.objective.clone().map(v1::Objective::from),
        })
    }
}

impl TryFrom<v1::Study> for StudyInfo {
    type Error = Refusal;

    fn try_from(study: v1::Study) -> Result<Self, Refusal> {
        let best = match (study.best_trial, study.best_loss) {
            (Some(trial), Some(loss)) => {
                Some(BestLoss { trial: TrialNumber(trial), loss: finite(loss, "best_loss")? })
            }
            _ => None,
        };
        Ok(Self {
            id: StudyId::new(study.id)?,
            project: ProjectName::new(study.project)?,
            name: StudyName::new(study.name)?,
            spec: StudySpec::try_from(required(study.spec, "spec")?).map_err(|e| e.within("spec"))?,
            status: status_from_number(study.status).map_err(|e| e.within("status"))?,
            closing: cause_from_name(&study.closing).map_err(|e| e.within("closing"))?,
            counts: study.counts.map(Counts::from).unwrap_or_default(),
            best,
            version: Version(study.version),
            created_at: Timestamp(study.created_at_ms),
            started_at: later_than_never(study.started_at_ms),
            ended_at: later_than_never(study.ended_at_ms),
            durability: study.durability,
            objective: objective_from_wire(study.objective)?,
        })
    }
}
