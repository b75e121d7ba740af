//! The law of the variable that stands behind a numeric parameter.

use crate::normal;

/// The distribution of a latent variable: what is left of a numeric distribution once logarithm and rounding are
/// taken off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// Uniform on [low, high].
    Uniform {
        low: f64,
        high: f64,
    },
    Normal {
        mu: f64,
        sigma: f64,
    },
}

impl Law {
    /// Where the law ends; infinite for a normal one.
    #[must_use]
    pub const fn bounds(self) -> (f64, f64) {
        match self {
            Self::Uniform { low, high } => (low, high),
            Self::Normal { .. } => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// The middle of the range, or the mean.
    #[must_use]
    pub const fn centre(self) -> f64 {
        match self {
            Self::Uniform { low, high } => low + 0.5 * (high - low),
            Self::Normal { mu, .. } => mu,
        }
    }

    /// The width of the range, or the standard deviation.
    #[must_use]
    pub const fn spread(self) -> f64 {
        match self {
            Self::Uniform { low, high } => high - low,
            Self::Normal { sigma, .. } => sigma,
        }
    }

    /// The probability of a value of at most `z`.
    #[must_use]
    pub fn cdf(self, z: f64) -> f64 {
        match self {
            Self::Uniform { low, high } if low < high => ((z - low) / (high - low)).clamp(0.0, 1.0),
            Self::Uniform { low, .. } => f64::from(u8::from(z >= low)),
            Self::Normal { mu, sigma } => normal::cdf((z - mu) / sigma),
        }
    }

    /// The value below which the probability is `p` of [0, 1]; for a normal law the 1e-16 at either end are cut
    /// off, so that it is finite.
    #[must_use]
    pub fn quantile(self, p: f64) -> f64 {
        match self {
            Self::Uniform { low, high } => (low + p * (high - low)).clamp(low, high.max(low)),
            Self::Normal { mu, sigma } => mu + sigma * normal::quantile(p.clamp(1e-16, 1.0 - 1.2e-16)),
        }
    }

    /// The probability of a value between `a` and `b`.
    #[must_use]
    pub fn mass(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Uniform { low, high } if low < high => {
                ((b.min(high) - a.max(low)) / (high - low)).clamp(0.0, 1.0)
            }
            Self::Uniform { low, .. } => f64::from(u8::from(a <= low && low <= b)),
            Self::Normal { mu, sigma } => normal::mass((a - mu) / sigma, (b - mu) / sigma),
        }
    }
}
