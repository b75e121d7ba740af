//! Which values a distribution can take, and how many.

use super::{Distribution, ParamValue};

/// How far a value may be from its grid, relative to itself: what a round trip through decimal text or another
/// language's arithmetic may cost.
const GRID_SLACK: f64 = 1e-9;

impl Distribution {
    /// Whether this is one of its values, of the right kind. For choices, where the options' names are not known
    /// here, whether it is a name.
    #[must_use]
    pub fn contains(&self, value: &ParamValue) -> bool {
        match (self, value) {
            (Self::Choice { .. } | Self::PChoice { .. }, ParamValue::Option(_)) => true,
            (Self::UniformInt { low, high }, ParamValue::Int(value)) => (low..=high).contains(&value),
            (Self::RandInt { low, high }, ParamValue::Int(value)) => (low..high).contains(&value),
            (Self::Int { low, high, step, .. }, ParamValue::Int(value)) => {
                (low..=high).contains(&value) && (value - low) % step == 0
            }
            (_, ParamValue::Float(value)) => value.is_finite() && self.contains_float(*value),
            _ => false,
        }
    }

    fn contains_float(&self, value: f64) -> bool {
        match *self {
            Self::Uniform { low, high }
            | Self::LogUniform { low, high }
            | Self::Float { low, high, step: None, .. } => (low..=high).contains(&value),
            Self::Float { low, high, step: Some(step), .. } => {
                let nearest = low + ((value - low) / step).round() * step;
                (low..=high).contains(&value) && (value - nearest).abs() <= GRID_SLACK * value.abs().max(step)
            }
            Self::QUniform { low, high, q } | Self::QLogUniform { low, high, q } => {
                on_grid(value, q).is_some_and(|cell| rounds_from(cell, low / q, high / q))
            }
            Self::Normal { .. } => true,
            Self::LogNormal { .. } => value > 0.0,
            Self::QNormal { q, .. } => on_grid(value, q).is_some(),
            Self::QLogNormal { q, .. } => on_grid(value, q).is_some_and(|cell| cell >= 0.0),
            _ => false,
        }
    }

    /// How many values it can take; `None` if infinitely many.
    #[must_use]
    pub fn cardinality(&self) -> Option<u64> {
        match *self {
            Self::QUniform { low, high, q } | Self::QLogUniform { low, high, q } => {
                // Cells that are touched only in a point have no mass.
                let first = (low / q + 0.5).floor();
                let last = (high / q - 0.5).ceil();
                Some(whole(last - first) + 1)
            }
            Self::UniformInt { low, high } => Some(low.abs_diff(high) + 1),
            Self::RandInt { low, high } => Some(low.abs_diff(high)),
            Self::Int { low, high, step, .. } => Some(low.abs_diff(high) / step.unsigned_abs() + 1),
            Self::Float { low, high, step: Some(step), .. } => {
                Some(whole(whole_steps((high - low) / step)) + 1)
            }
            Self::Choice { count } => Some(count as u64),
            Self::PChoice { ref probabilities } => Some(probabilities.len() as u64),
            Self::Uniform { .. }
            | Self::LogUniform { .. }
            | Self::Normal { .. }
            | Self::QNormal { .. }
            | Self::LogNormal { .. }
            | Self::QLogNormal { .. }
            | Self::Float { step: None, .. } => None,
        }
    }
}

/// How many whole steps there are in so many: 2.9999999999999996, from (0.3 - 0.0) / 0.1, counts as 3.
pub(super) fn whole_steps(steps: f64) -> f64 {
    let slack = (GRID_SLACK * steps.max(1.0)).min(1e-3);
    if (steps - steps.round()).abs() <= slack { steps.round() } else { steps.floor() }
}

/// The number of the cell of width `q`, anchored at 0, on whose centre the value lies.
fn on_grid(value: f64, q: f64) -> Option<f64> {
    let cell = (value / q).round();
    ((value - cell * q).abs() <= GRID_SLACK * value.abs().max(q)).then_some(cell)
}

/// Whether something from `low` to `high` (in cells) rounds to this cell, ties either way.
fn rounds_from(cell: f64, low: f64, high: f64) -> bool {
    let slack = GRID_SLACK * (1.0 + cell.abs());
    cell + 0.5 >= low - slack && cell - 0.5 <= high + slack
}

/// A whole float, validated to lie from 0 to about 2^54.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "grids were validated to be that small"
)]
fn whole(value: f64) -> u64 {
    value.max(0.0) as u64
}
