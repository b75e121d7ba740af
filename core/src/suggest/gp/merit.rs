//! How good it would be to try a point.

use super::data::Sample;
use super::embedding::Row;
use super::improvement::{log_chance, log_improvement};
use super::posterior::{Posterior, Scratch};

/// What is no improvement, in units of the spread of the better losses: a search that went on for less would polish what it has
/// and look no further.
const TRIFLE: f64 = 0.003;

/// The logarithm of the improvement that is expected of a point times its chance to be feasible.
///
/// Source of the product: J. Gardner et al., "Bayesian optimization with inequality constraints", ICML 2014. Several
/// constraints count as one, the worst.
#[derive(Debug)]
pub(super) struct Merit {
    losses: Posterior,
    /// What the improvement is over; infinite as long as no loss was reached, when only the chance to be feasible counts.
    best: f64,
    limits: Option<Posterior>,
}

impl Merit {
    pub fn new(losses: Posterior, sample: &Sample, limits: Option<Posterior>) -> Self {
        let expected = |(at, loss): (usize, &f64)| {
            let expected = losses.expected(at, *loss, sample.noises[at]);
            if sample.reached[at] { expected } else { f64::INFINITY }
        };
        let best = sample.losses.iter().enumerate().map(expected).fold(f64::INFINITY, f64::min);
        Self { losses, best, limits }
    }

    /// Takes in a pending point.
    pub fn believe(&mut self, row: &Row, scratch: &mut Scratch) {
        let expected = self.losses.believe(row, scratch);
        let limit = self.limits.as_mut().map(|limits| limits.believe(row, scratch));
        if limit.is_none_or(|limit| limit <= 0.0) && self.best.is_finite() {
            self.best = self.best.min(expected);
        }
    }

    /// How good the point is.
    pub fn of(&self, row: &Row, scratch: &mut Scratch) -> f64 {
        self.with_slopes(row, &[], &mut [], scratch)
    }

    /// How good the point is, and how that grows with the quantiles of the numbers `of` it.
    pub fn with_slopes(&self, row: &Row, of: &[usize], slopes: &mut [f64], scratch: &mut Scratch) -> f64 {
        slopes.fill(0.0);
        let mut value = 0.0;
        if self.best.is_finite() {
            let (mean, variance) = self.losses.predict(row, scratch);
            let deviation = variance.sqrt();
            let (log, by_mean, by_deviation) = log_improvement(self.best - TRIFLE, mean, deviation);
            value += log;
            if !of.is_empty() {
                let by = (by_mean, by_deviation);
                self.losses.add_slopes(row, of, by, deviation, slopes, scratch);
            }
        }
        if let Some(limits) = &self.limits {
            let (mean, variance) = limits.predict(row, scratch);
            let deviation = variance.sqrt();
            let (log, by_mean, by_deviation) = log_chance(mean, deviation);
            value += log;
            if !of.is_empty() {
                limits.add_slopes(row, of, (by_mean, by_deviation), deviation, slopes, scratch);
            }
        }
        value
    }
}
