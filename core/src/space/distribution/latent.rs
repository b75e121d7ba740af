//! A numeric distribution as a latent variable and a map from it to values.

use super::{Distribution, Grid, Law};
use crate::space::ParamValue;

/// A numeric distribution taken apart: a continuous variable `z` with a simple law, and a rising map from `z` to
/// values. All the arithmetic of the thirteen numeric kinds is here; samplers and models work on `z` alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latent {
    pub law: Law,
    map: Map,
}

/// From the latent variable to values.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Map {
    /// Every `z` is its own value (or its exponential), never beyond [low, high].
    Smooth { log: bool, low: f64, high: f64 },
    /// Many a `z` has the same value.
    Stepped(Grid),
}

impl Latent {
    /// The latent form of a distribution; `None` for a choice.
    #[must_use]
    pub fn of(distribution: &Distribution) -> Option<Self> {
        use Distribution as D;
        let (law, map) = match *distribution {
            D::Uniform { low, high } | D::Float { low, high, step: None, log: false } => {
                (Law::Uniform { low, high }, Map::Smooth { log: false, low, high })
            }
            D::LogUniform { low, high } | D::Float { low, high, step: None, log: true } => {
                (log_range(low, high), Map::Smooth { log: true, low, high })
            }
            D::Normal { mu, sigma } => (Law::Normal { mu, sigma }, Map::endless(false)),
            D::LogNormal { mu, sigma } => (Law::Normal { mu, sigma }, Map::endless(true)),
            D::QUniform { low, high, q } => (Law::Uniform { low, high }, Map::multiples(q, false)),
            D::QLogUniform { low, high, q } => (log_range(low, high), Map::multiples(q, true)),
            D::QNormal { mu, sigma, q } => (Law::Normal { mu, sigma }, Map::multiples(q, false)),
            D::QLogNormal { mu, sigma, q } => (Law::Normal { mu, sigma }, Map::multiples(q, true)),
            D::UniformInt { low, high } => {
                (Law::Uniform { low: real(low), high: real(high) }, Map::Stepped(Grid::Rounded { low, high }))
            }
            D::RandInt { low, high } => evenly(Grid::integers(low, high - 1, 1)),
            D::Int { low, high, log: true, .. } => {
                let law = Law::Uniform { low: libm::log(real(low) - 0.5), high: libm::log(real(high) + 0.5) };
                (law, Map::Stepped(Grid::LogIntegers { low, high }))
            }
            D::Int { low, high, step, log: false } => evenly(Grid::integers(low, high, step)),
            D::Float { low, high, step: Some(step), .. } => evenly(Grid::floats(low, high, step)),
            D::Choice { .. } | D::PChoice { .. } => return None,
        };
        Some(Self { law, map })
    }

    /// The grid of a distribution with steps; `None` for a continuous one.
    #[must_use]
    pub const fn grid(&self) -> Option<Grid> {
        match self.map {
            Map::Smooth { .. } => None,
            Map::Stepped(grid) => Some(grid),
        }
    }

    /// The value that `z` stands for.
    #[must_use]
    pub fn value(&self, z: f64) -> ParamValue {
        match self.map {
            Map::Smooth { log, low, high } => {
                let x = if log { libm::exp(z) } else { z };
                ParamValue::Float(x.clamp(low, high.max(low)) + 0.0)
            }
            Map::Stepped(grid) => grid.value(self.index_at(grid, z)),
        }
    }

    /// The index of the cell that holds `z`.
    #[must_use]
    pub fn index_at(&self, grid: Grid, z: f64) -> i64 {
        let (first, last) = self.ends(grid);
        grid.index_at(z).clamp(first, last)
    }

    /// The indices of the first and the last cell; one that the law touches only in a point has no mass and is
    /// none.
    fn ends(&self, grid: Grid) -> (i64, i64) {
        let (low, high) = self.law.bounds();
        let (first, last) = (grid.index_at(low), grid.index_at(high));
        let first = if grid.edge(first + 1) <= low { first + 1 } else { first };
        let last = if grid.edge(last) >= high { last - 1 } else { last };
        (first, last.max(first))
    }

    /// The indices of the first and the last value; `None` if there are infinitely many.
    #[must_use]
    pub fn indices(&self) -> Option<(i64, i64)> {
        let grid = self.grid()?;
        matches!(self.law, Law::Uniform { .. }).then(|| self.ends(grid))
    }

    /// The stretch of `z` that gives the value with this index, cut off where the law ends.
    #[must_use]
    pub fn cell(&self, grid: Grid, index: i64) -> (f64, f64) {
        let (low, high) = self.law.bounds();
        (grid.edge(index).clamp(low, high), grid.edge(index + 1).clamp(low, high))
    }

    /// Where `value` lies on the axis of `z`: exactly for a continuous distribution, else the middle of its cell
    /// (by probability, if the cell is endless). `None` for a value that is no number.
    #[must_use]
    pub fn place(&self, value: &ParamValue) -> Option<f64> {
        let x = value.as_f64()?;
        let (low, high) = self.law.bounds();
        let z = match self.map {
            Map::Smooth { log: false, .. } => x,
            Map::Smooth { log: true, .. } => libm::log(x),
            Map::Stepped(grid) => {
                let (a, b) = self.cell(grid, grid.index(value)?);
                if a.is_finite() && b.is_finite() {
                    a + 0.5 * (b - a)
                } else {
                    self.law.quantile(0.5 * (self.law.cdf(a) + self.law.cdf(b)))
                }
            }
        };
        (!z.is_nan()).then(|| z.clamp(low, high).clamp(f64::MIN, f64::MAX))
    }

    /// The probability of a value of at most `x`.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        match self.map {
            Map::Smooth { log, low, high } => {
                if x < low {
                    0.0
                } else if x >= high {
                    1.0
                } else if log && x <= 0.0 {
                    0.0
                } else {
                    self.law.cdf(if log { libm::log(x) } else { x })
                }
            }
            Map::Stepped(grid) => self.law.cdf(grid.edge(grid.index_below(x) + 1)),
        }
    }

    /// The probability of exactly this value: zero for a continuous distribution and for what is no value.
    #[must_use]
    pub fn pmf(&self, value: &ParamValue) -> f64 {
        let Some(grid) = self.grid() else { return 0.0 };
        let Some(index) = grid.index(value) else { return 0.0 };
        let (first, last) = self.ends(grid);
        if index < first || last < index || grid.value(index).as_f64() != value.as_f64() {
            return 0.0;
        }
        let (a, b) = self.cell(grid, index);
        self.law.mass(a, b)
    }
}

impl Map {
    const fn endless(log: bool) -> Self {
        Self::Smooth { log, low: if log { 0.0 } else { f64::MIN }, high: f64::MAX }
    }

    const fn multiples(q: f64, log: bool) -> Self {
        Self::Stepped(Grid::Multiples { q, log })
    }
}

fn log_range(low: f64, high: f64) -> Law {
    Law::Uniform { low: libm::log(low), high: libm::log(high) }
}

/// All values of the grid alike: `z` is the index, each cell as wide as the others.
fn evenly(grid: Grid) -> (Law, Map) {
    let last = match grid {
        Grid::Integers { last, .. } | Grid::Floats { last, .. } => last,
        _ => 0,
    };
    #[expect(clippy::cast_precision_loss, reason = "beyond 2^53 values single ones do not matter")]
    let law = Law::Uniform { low: -0.5, high: last as f64 + 0.5 };
    (law, Map::Stepped(grid))
}

#[expect(clippy::cast_precision_loss, reason = "beyond 2^53 single integers do not matter in a density")]
const fn real(value: i64) -> f64 {
    value as f64
}
