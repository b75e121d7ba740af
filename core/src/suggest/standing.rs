//! How an ended trial stands against others.

use std::cmp::Ordering;

use super::{Observation, Verdict};

/// What a trial is ranked by; the better one is less. Trials that broke constraints come after those that did not, by
/// how much they broke them; then come pruned ones, and failed ones last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Standing {
    Feasible { loss: f64 },
    Infeasible { by: f64 },
    Pruned { loss: f64 },
    Failed,
}

impl Standing {
    pub fn of(observation: &Observation) -> Self {
        let by = observation.violation();
        match observation.verdict {
            // Adding zero makes -0.0 and 0.0 the tie they are.
            Verdict::Completed { loss } if loss.is_finite() && by <= 0.0 => {
                Self::Feasible { loss: loss + 0.0 }
            }
            Verdict::Completed { loss } if loss.is_finite() => Self::Infeasible { by },
            Verdict::Pruned { loss: Some(loss) } if loss.is_finite() => Self::Pruned { loss: loss + 0.0 },
            Verdict::Completed { .. } | Verdict::Pruned { .. } | Verdict::Failed => Self::Failed,
        }
    }

    pub fn compare(&self, other: &Self) -> Ordering {
        let key = |standing: &Self| match *standing {
            Self::Feasible { loss } => (0, loss),
            Self::Infeasible { by } => (1, by),
            Self::Pruned { loss } => (2, loss),
            Self::Failed => (3, 0.0),
        };
        let ((class, value), (other_class, other_value)) = (key(self), key(other));
        class.cmp(&other_class).then(value.total_cmp(&other_value))
    }
}
