//! Whether a distribution makes sense.

use super::Distribution;
use super::limits::INT_MAX;

/// The most cells of a grid, 2^53: beyond that neighbouring cells are the same float.
const CELLS_MAX: f64 = (1u64 << 53) as f64;

/// Beyond exp(700) floats overflow.
const LOG_MAX: f64 = 700.0;

/// Where the tails of normal distributions are taken to end, in sigmas: the mass beyond is below 10^-15.
const TAIL: f64 = 8.0;

impl Distribution {
    /// Checks the bounds and settings of a numeric distribution.
    ///
    /// # Errors
    /// What is wrong, as a message of a refusal: `low must be < high`.
    pub fn validate(&self) -> Result<(), String> {
        match *self {
            Self::Uniform { low, high } => range(low, high),
            Self::QUniform { low, high, q } => {
                range(low, high)?;
                grid(low.abs().max(high.abs()), q)
            }
            Self::LogUniform { low, high } => log_range(low, high),
            Self::QLogUniform { low, high, q } => {
                log_range(low, high)?;
                grid(high, q)
            }
            Self::Normal { mu, sigma } => normal(mu, sigma),
            Self::QNormal { mu, sigma, q } => {
                normal(mu, sigma)?;
                grid(mu.abs() + TAIL * sigma, q)
            }
            Self::LogNormal { mu, sigma } => log_normal(mu, sigma),
            Self::QLogNormal { mu, sigma, q } => {
                log_normal(mu, sigma)?;
                grid((mu + TAIL * sigma).exp(), q)
            }
            Self::UniformInt { low, high } | Self::RandInt { low, high } => int_range(low, high),
            Self::Int { low, high, step, log } => int(low, high, step, log),
            Self::Float { low, high, step, log } => float(low, high, step, log),
            Self::Choice { .. } | Self::PChoice { .. } => Err("must be a number and not a choice".to_owned()),
        }
    }
}

fn demand(holds: bool, message: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(message.to_owned()) }
}

fn finite(name: &str, value: f64) -> Result<(), String> {
    if value.is_finite() { Ok(()) } else { Err(format!("{name} must be finite, not {value}")) }
}

fn range(low: f64, high: f64) -> Result<(), String> {
    finite("low", low)?;
    finite("high", high)?;
    demand(low < high, "low must be < high")?;
    demand((high - low).is_finite(), "high - low must be finite")
}

fn log_range(low: f64, high: f64) -> Result<(), String> {
    range(low, high)?;
    demand(low > 0.0, "low must be > 0 on a log scale")
}

fn normal(mu: f64, sigma: f64) -> Result<(), String> {
    finite("mu", mu)?;
    finite("sigma", sigma)?;
    demand(sigma > 0.0, "sigma must be > 0")?;
    demand((mu.abs() + TAIL * sigma).is_finite(), "mu + 8 sigma must be finite")
}

fn log_normal(mu: f64, sigma: f64) -> Result<(), String> {
    normal(mu, sigma)?;
    demand(
        mu.abs() + TAIL * sigma <= LOG_MAX,
        "mu - 8 sigma and mu + 8 sigma must be from -700 to 700: they are logarithms",
    )
}

/// A grid of multiples of `q` from 0 to `reach`, the largest magnitude.
fn grid(reach: f64, q: f64) -> Result<(), String> {
    finite("q", q)?;
    demand(q > 0.0, "q must be > 0")?;
    demand(reach / q <= CELLS_MAX, "q must be larger: its grid has more than 2^53 cells")
}

fn int_range(low: i64, high: i64) -> Result<(), String> {
    let within = |value: i64| (-INT_MAX..=INT_MAX).contains(&value);
    demand(within(low), "low must be from -2^53 to 2^53")?;
    demand(within(high), "high must be from -2^53 to 2^53")?;
    demand(low < high, "low must be < high")
}

fn int(low: i64, high: i64, step: i64, log: bool) -> Result<(), String> {
    int_range(low, high)?;
    demand(step > 0, "step must be > 0")?;
    demand(step <= high - low, "step must be <= high - low")?;
    demand(!log || low >= 1, "low must be >= 1 on a log scale")?;
    demand(!log || step == 1, "step must be 1 on a log scale")
}

fn float(low: f64, high: f64, step: Option<f64>, log: bool) -> Result<(), String> {
    range(low, high)?;
    demand(!log || low > 0.0, "low must be > 0 on a log scale")?;
    let Some(step) = step else { return Ok(()) };
    demand(!log, "step must be absent on a log scale")?;
    finite("step", step)?;
    demand(step > 0.0, "step must be > 0")?;
    demand(step <= high - low, "step must be <= high - low")?;
    demand(
        low.abs().max(high.abs()).max(high - low) / step <= CELLS_MAX,
        "step must be larger: its grid has more than 2^53 cells",
    )
}
