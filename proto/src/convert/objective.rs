//! What evaluates a study's trials.

use tunewright_core::Refusal;
use tunewright_core::study::{Objective, PickledFunction};

use super::field::refuse;
use crate::v1::{self, objective::Kind};

impl TryFrom<v1::Objective> for Objective {
    type Error = Refusal;

    /// What it must look like is for the core to say.
    fn try_from(objective: v1::Objective) -> Result<Self, Refusal> {
        match objective.kind {
            Some(Kind::Function(function)) => Ok(Self::Function(function)),
            Some(Kind::Pickled(pickled)) => {
                let v1::PickledFunction { sha256, size, python_version, cloudpickle_version } = pickled;
                Ok(Self::Pickled(PickledFunction { sha256, size, python_version, cloudpickle_version }))
            }
            None => Err(refuse("must be a `function` or `pickled`, but it is empty")),
        }
    }
}

impl From<Objective> for v1::Objective {
    fn from(objective: Objective) -> Self {
        let kind = match objective {
            Objective::Function(function) => Kind::Function(function),
            Objective::Pickled(pickled) => {
                let PickledFunction { sha256, size, python_version, cloudpickle_version } = pickled;
                Kind::Pickled(v1::PickledFunction { sha256, size, python_version, cloudpickle_version })
            }
        };
        Self { kind: Some(kind) }
    }
}

/// The objective of a message that may have one.
///
/// # Errors
/// `invalid`, naming the field `objective`.
pub fn objective_from_wire(objective: Option<v1::Objective>) -> Result<Option<Objective>, Refusal> {
    objective.map(Objective::try_from).transpose().map_err(|refusal| refusal.within("objective"))
}
