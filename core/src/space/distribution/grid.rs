//! The values of a distribution with steps, numbered in their order.

use crate::space::ParamValue;

/// The values of a stepped distribution and the cells of the latent variable that round to them.
///
/// Values carry an index that rises by one from each to the next. The cell of index k reaches from `edge(k)` to
/// `edge(k + 1)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Grid {
    /// index * q; the latent variable is the value before rounding, or its logarithm.
    Multiples { q: f64, log: bool },
    /// The integers themselves, from rounding a real number between `low` and `high`.
    Rounded { low: i64, high: i64 },
    /// low + index * step for indices up to `last`; the latent variable is the index before rounding.
    Integers { low: i64, step: u64, last: u64 },
    /// low + index * step, never beyond high, for indices up to `last`; latent as above.
    Floats { low: f64, high: f64, step: f64, last: u64 },
    /// The integers themselves; the latent variable is the logarithm before rounding.
    LogIntegers { low: i64, high: i64 },
}

impl Grid {
    /// low, low + step, ... up to high.
    #[must_use]
    pub fn integers(low: i64, high: i64, step: i64) -> Self {
        let step = step.unsigned_abs().max(1);
        let width = u64::try_from(i128::from(high) - i128::from(low)).unwrap_or(0);
        Self::Integers { low, step, last: width / step }
    }

    /// low, low + step, ... up to high. A last step that misses `high` only by rounding errors is `high` itself,
    /// so that 0 to 0.3 in steps of 0.1 has four values.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    pub fn floats(low: f64, high: f64, step: f64) -> Self {
        let steps = (high - low) / step;
        Self::Floats { low, high, step, last: (steps * (1.0 + 1e-12) + 1e-12).floor() as u64 }
    }

    /// The value with this index.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "indices beyond 2^53 name values that have lost as many digits"
    )]
    pub fn value(self, index: i128) -> ParamValue {
        match self {
            Self::Multiples { q, .. } => {
                ParamValue::Float((index as f64 * q).clamp(f64::MIN, f64::MAX) + 0.0)
            }
            Self::Rounded { low, high } | Self::LogIntegers { low, high } => integer(index, low, high),
            Self::Integers { low, step, last } => {
                let index = index.clamp(0, i128::from(last));
                integer(i128::from(low) + index * i128::from(step), low, i64::MAX)
            }
            Self::Floats { low, high, step, last } => {
                let index = index.clamp(0, i128::from(last)) as f64;
                ParamValue::Float((low + index * step).clamp(low, high.max(low)) + 0.0)
            }
        }
    }

    /// The index of this value, or of the one nearest to it; `None` for what is no number.
    #[must_use]
    pub fn index(self, value: &ParamValue) -> Option<i128> {
        if let (ParamValue::Int(x), false) =
            (value, matches!(self, Self::Multiples { .. } | Self::Floats { .. }))
        {
            return Some(match self {
                Self::Integers { low, step, .. } => {
                    (i128::from(*x) - i128::from(low)).div_euclid(i128::from(step))
                }
                _ => i128::from(*x),
            });
        }
        let x = value.as_f64().filter(|x| !x.is_nan())?;
        Some(match self {
            Self::Multiples { q, .. } => whole(x / q),
            Self::Floats { low, step, .. } => whole((x - low) / step),
            Self::Integers { low, step, .. } => (whole(x) - i128::from(low)).div_euclid(i128::from(step)),
            Self::Rounded { .. } | Self::LogIntegers { .. } => whole(x),
        })
    }

    /// The index of the greatest value that is at most `x`.
    pub(super) fn index_below(self, x: f64) -> i128 {
        let Some(near) = self.index(&ParamValue::Float(x)) else { return 0 };
        let near = match self {
            Self::Integers { low, step, .. } => {
                (whole(x.floor()) - i128::from(low)).div_euclid(i128::from(step))
            }
            _ => near,
        };
        if self.unclamped(near) > x { near - 1 } else { near }
    }

    /// The index of the cell that holds the latent value `z`.
    pub(super) fn index_at(self, z: f64) -> i128 {
        match self {
            Self::Multiples { q, log: false } => whole(z / q),
            Self::Multiples { q, log: true } => whole(libm::exp(z) / q),
            Self::Rounded { low, high } => whole(z).clamp(i128::from(low), i128::from(high)),
            Self::LogIntegers { low, high } => whole(libm::exp(z)).clamp(i128::from(low), i128::from(high)),
            Self::Integers { last, .. } | Self::Floats { last, .. } => whole(z).clamp(0, i128::from(last)),
        }
    }

    /// The lower end of the cell of this index, on the axis of the latent variable.
    #[expect(clippy::cast_precision_loss, reason = "edges beyond 2^53 only lose digits in densities")]
    pub(super) fn edge(self, index: i128) -> f64 {
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
    fn unclamped(self, index: i128) -> f64 {
        match self {
            Self::Multiples { q, .. } => index as f64 * q,
            Self::Integers { low, step, .. } => (i128::from(low) + index * i128::from(step)) as f64,
            Self::Floats { low, high, step, last } => {
                let x = low + index as f64 * step;
                if index == i128::from(last) { x.min(high) } else { x }
            }
            Self::Rounded { .. } | Self::LogIntegers { .. } => index as f64,
        }
    }
}

fn log_or_least(x: f64) -> f64 {
    if x > 0.0 { libm::log(x) } else { f64::NEG_INFINITY }
}

/// To the nearest integer, halves to the even one as Hyperopt's numpy does, within +-2^100 so that sums of indices
/// and steps cannot overflow.
#[expect(clippy::cast_possible_truncation, reason = "bounded first; a NaN becomes 0")]
fn whole(x: f64) -> i128 {
    let bound = 2.0_f64.powi(100);
    x.round_ties_even().clamp(-bound, bound) as i128
}

fn integer(x: i128, low: i64, high: i64) -> ParamValue {
    let x = x.clamp(i128::from(low), i128::from(high.max(low)));
    ParamValue::Int(i64::try_from(x).unwrap_or(low))
}
