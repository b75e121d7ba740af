//! The values of a distribution with steps, numbered in their order.

use crate::space::ParamValue;
use crate::space::contains::whole_steps;

/// The values of a stepped distribution and the cells of the latent variable that round to them.
///
/// Values carry an index that rises by one from each to the next; validation keeps indices within +-2^54. The cell
/// of index k reaches from `edge(k)` to `edge(k + 1)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Grid {
    /// index * q; the latent variable is the value before rounding, or its logarithm.
    Multiples { q: f64, log: bool },
    /// The integers themselves, from rounding a real number between `low` and `high`.
    Rounded { low: i64, high: i64 },
    /// low + index * step for indices up to `last`; the latent variable is the index before rounding.
    Integers { low: i64, step: i64, last: i64 },
    /// low + index * step, never beyond high, for indices up to `last`; latent as above.
    Floats { low: f64, high: f64, step: f64, last: i64 },
    /// The integers themselves; the latent variable is the logarithm before rounding.
    LogIntegers { low: i64, high: i64 },
}

impl Grid {
    /// low, low + step, ... up to high.
    pub(super) fn integers(low: i64, high: i64, step: i64) -> Self {
        let step = step.max(1);
        Self::Integers { low, step, last: (high - low) / step }
    }

    /// low, low + step, ... up to high. A last step that misses `high` only by rounding errors is `high` itself,
    /// so that 0 to 0.3 in steps of 0.1 has four values.
    pub(super) fn floats(low: f64, high: f64, step: f64) -> Self {
        Self::Floats { low, high, step, last: whole(whole_steps((high - low) / step)) }
    }

    /// The value with this index.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "indices beyond 2^53 name values that have lost as many digits"
    )]
    pub fn value(self, index: i64) -> ParamValue {
        match self {
            Self::Multiples { q, .. } => {
                ParamValue::Float((index as f64 * q).clamp(f64::MIN, f64::MAX) + 0.0)
            }
            Self::Rounded { low, high } | Self::LogIntegers { low, high } => {
                ParamValue::Int(index.clamp(low, high.max(low)))
            }
            Self::Integers { low, step, last } => ParamValue::Int(low + index.clamp(0, last) * step),
            Self::Floats { low, high, step, last } => {
                let index = index.clamp(0, last) as f64;
                ParamValue::Float((low + index * step).clamp(low, high.max(low)) + 0.0)
            }
        }
    }

    /// The index of this value, or of the one nearest to it; `None` for what is no number.
    #[must_use]
    pub fn index(self, value: &ParamValue) -> Option<i64> {
        let x = value.as_f64().filter(|x| !x.is_nan())?;
        Some(match self {
            Self::Multiples { q, .. } => whole(x / q),
            Self::Floats { low, step, .. } => whole((x - low) / step),
            Self::Integers { low, step, .. } => (whole(x) - low).div_euclid(step),
            Self::Rounded { .. } | Self::LogIntegers { .. } => whole(x),
        })
    }

    /// The index of the greatest value that is at most `x`.
    pub(super) fn index_below(self, x: f64) -> i64 {
        let near = match self {
            Self::Integers { low, step, .. } => (whole(x.floor()) - low).div_euclid(step),
            _ => self.index(&ParamValue::Float(x)).unwrap_or(0),
        };
        if self.unclamped(near) > x { near - 1 } else { near }
    }

    /// The index of the cell that holds the latent value `z`.
    pub(super) fn index_at(self, z: f64) -> i64 {
        match self {
            Self::Multiples { q, log: false } => whole(z / q),
            Self::Multiples { q, log: true } => whole(libm::exp(z) / q),
            Self::Rounded { low, high } => whole(z).clamp(low, high.max(low)),
            Self::LogIntegers { low, high } => whole(libm::exp(z)).clamp(low, high.max(low)),
            Self::Integers { last, .. } | Self::Floats { last, .. } => whole(z).clamp(0, last),
        }
    }

    /// The lower end of the cell of this index, on the axis of the latent variable.
    #[expect(clippy::cast_precision_loss, reason = "edges beyond 2^53 only lose digits in densities")]
    pub(super) fn edge(self, index: i64) -> f64 {
        let middle = index as f64 - 0.5;
        match self {
            Self::Multiples { q, log: false } => middle * q,
            Self::Multiples { q, log: true } => log_or_least(middle * q),
            Self::LogIntegers { .. } => log_or_least(middle),
            Self::Rounded { .. } | Self::Integers { .. } | Self::Floats { .. } => middle,
        }
    }

    /// The value as a real number, also beyond the ends.
    #[expect(clippy::cast_precision_loss, reason = "only compared with a real number")]
    fn unclamped(self, index: i64) -> f64 {
        match self {
            Self::Multiples { q, .. } => index as f64 * q,
            Self::Integers { low, step, .. } => low as f64 + index as f64 * step as f64,
            Self::Floats { low, high, step, last } => {
                let x = low + index as f64 * step;
                if index == last { x.min(high) } else { x }
            }
            Self::Rounded { .. } | Self::LogIntegers { .. } => index as f64,
        }
    }
}

fn log_or_least(x: f64) -> f64 {
    if x > 0.0 { libm::log(x) } else { f64::NEG_INFINITY }
}

/// To the nearest integer, halves to the even one as Hyperopt's numpy does, within +-2^60 so that sums of indices
/// cannot overflow.
#[expect(clippy::cast_possible_truncation, reason = "bounded first; a NaN becomes 0")]
fn whole(x: f64) -> i64 {
    let bound = 2.0_f64.powi(60);
    x.round_ties_even().clamp(-bound, bound) as i64
}
