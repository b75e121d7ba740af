//! Changes of a living study.

use std::collections::BTreeSet;

use tunewright_core::Refusal;
use tunewright_core::study::{StudyRef, UpdateStudy};
use tunewright_core::suggest::Algorithm;

use super::field::listed;
use super::{ForStudy, budget, objective_from_wire, spec, study_from_wire};
use crate::v1;

const CLEARABLE: [&str; 6] =
    ["max_trials", "timeout_ms", "loss_threshold", "max_failed", "parallelism", "objective"];

impl TryFrom<v1::UpdateStudyRequest> for ForStudy<UpdateStudy> {
    type Error = Refusal;

    fn try_from(request: v1::UpdateStudyRequest) -> Result<Self, Refusal> {
        let study = study_from_wire(request.study)?;
        let algorithm = request.algorithm.map(Algorithm::try_from).transpose();
        let clear = Clear::new(request.clear)?;
        let command = UpdateStudy {
            max_trials: clear.or("max_trials", budget::max_trials(request.max_trials)?)?,
            timeout_ms: clear.or("timeout_ms", budget::timeout_ms(request.timeout_ms)?)?,
            loss_threshold: clear.or("loss_threshold", budget::loss_threshold(request.loss_threshold)?)?,
            max_failed: clear.or("max_failed", request.max_failed)?,
            parallelism: clear.or("parallelism", spec::parallelism(request.parallelism)?)?,
            algorithm: algorithm.map_err(|refusal| refusal.within("algorithm"))?,
            objective: clear.or("objective", objective_from_wire(request.objective)?)?,
            note: request.note.map(spec::note).transpose()?,
            tags: request.tags.map(|tags| spec::tags(tags.entries)).transpose()?,
        };
        Ok(Self { study, command })
    }
}

impl From<ForStudy<UpdateStudy>> for v1::UpdateStudyRequest {
    fn from(update: ForStudy<UpdateStudy>) -> Self {
        let study: &StudyRef = &update.study;
        let update = update.command;
        let removed = [
            update.max_trials == Some(None),
            update.timeout_ms == Some(None),
            update.loss_threshold == Some(None),
            update.max_failed == Some(None),
            update.parallelism == Some(None),
            update.objective == Some(None),
        ];
        let clear = CLEARABLE.into_iter().zip(removed).filter(|(_, removed)| *removed);
        Self {
            study: Some(study.into()),
            max_trials: update.max_trials.flatten(),
            timeout_ms: update.timeout_ms.flatten(),
            loss_threshold: update.loss_threshold.flatten(),
            max_failed: update.max_failed.flatten(),
            parallelism: update.parallelism.flatten(),
            note: update.note,
            tags: update.tags.map(|entries| v1::Tags { entries }),
            clear: clear.map(|(name, _)| name.to_owned()).collect(),
            algorithm: update.algorithm.as_ref().map(v1::Algorithm::from),
            objective: update.objective.flatten().map(v1::Objective::from),
        }
    }
}

/// The parts that a request removes.
struct Clear(BTreeSet<String>);

impl Clear {
    fn new(names: Vec<String>) -> Result<Self, Refusal> {
        if let Some(unknown) = names.iter().find(|name| !CLEARABLE.contains(&name.as_str())) {
            let shown: String = unknown.chars().take(40).collect();
            let message = format!("must be among {}, not `{shown}`", listed(CLEARABLE));
            return Err(Refusal::invalid("clear", message));
        }
        Ok(Self(names.into_iter().collect()))
    }

    fn or<T>(&self, name: &str, given: Option<T>) -> Result<Option<Option<T>>, Refusal> {
        match (self.0.contains(name), given) {
            (true, Some(_)) => Err(Refusal::invalid(name, "must not be given and cleared at once")),
            (true, None) => Ok(Some(None)),
            (false, given) => Ok(given.map(Some)),
        }
    }
}
