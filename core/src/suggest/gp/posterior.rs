//! What is believed of the losses, given what was observed.

use super::cholesky::{Cholesky, dot};
use super::embedding::{Columns, Coordinates};
use super::evidence::Explained;
use super::kernel::{Kernel, cauchy, matern};

/// A Gaussian process that knows observed points with their values, and pending ones without.
///
/// A pending point is taken to get just the loss that is expected of it, which leaves all expectations as they are and
/// takes away what there is to be learnt around it ("kriging believer": D. Ginsbourger, R. Le Riche, L. Carraro,
/// "Kriging is well-suited to parallelize optimization", 2010).
#[derive(Debug)]
pub(super) struct Posterior {
    kernel: Kernel,
    points: Columns,
    cholesky: Cholesky,
    residuals: Vec<f64>,
    mean: f64,
    variance: f64,
}

/// The noise of a believed value: none but what the arithmetic needs, so that the same place again promises nothing.
const CERTAIN: f64 = 1e-6;

/// Buffers for one question, used again for the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    place: Vec<Coordinates>,
    covariances: Vec<f64>,
    solved: Vec<f64>,
    sums: Vec<f64>,
}

impl Posterior {
    /// `None` if the covariances are degenerate. `noises` are what the noise of each value has beyond the kernel's own.
    pub fn new(kernel: Kernel, points: Columns, values: &[f64], noises: &[f64]) -> Option<Self> {
        let Explained { cholesky, residuals, mean, variance, .. } =
            Explained::new(&kernel, &points, values, noises)?;
        Some(Self { kernel, points, cholesky, residuals, mean, variance })
    }

    /// What is expected at an observed point, given what was observed there, with this noise beyond the kernel's own.
    pub fn expected(&self, at: usize, value: f64, noise: f64) -> f64 {
        // K r = y - mean, and without the noise on its diagonal the left side is what is expected at the points.
        value - (self.kernel.noise + noise) * self.residuals[at]
    }

    /// Takes in a pending point; one that is degenerate tells nothing new and is left out. What is expected of it.
    pub fn believe(&mut self, row: &[f64], scratch: &mut Scratch) -> f64 {
        let (mean, _) = self.predict(row, scratch);
        let covariances = scratch.covariances.clone();
        if self.cholesky.append(covariances, 1.0 + CERTAIN) {
            self.points.push(row);
        }
        mean
    }

    /// Mean and variance of the loss at a point, without noise.
    pub fn predict(&self, row: &[f64], scratch: &mut Scratch) -> (f64, f64) {
        let Scratch { place, covariances, solved, sums } = scratch;
        place.clear();
        place.extend(row.iter().enumerate().map(|(i, value)| self.points.metric(i).coordinates(*value)));
        covariances.resize(self.points.len(), 0.0);
        self.kernel.covariances(place, &self.points, sums, covariances);
        let mean = self.mean + dot(&covariances[..self.residuals.len()], &self.residuals);
        solved.clear();
        solved.extend_from_slice(covariances);
        self.cholesky.solve_lower(solved);
        let left = 1.0 - dot(solved, solved);
        (mean, self.variance * left.max(1e-12))
    }

    /// Adds how a value that depends on mean and deviation grows with the quantiles of the numbers `of` the point that was
    /// predicted last; `by` is how it grows with these two.
    pub fn add_slopes(
        &self,
        row: &[f64],
        of: &[usize],
        (by_mean, by_deviation): (f64, f64),
        deviation: f64,
        slopes: &mut [f64],
        scratch: &mut Scratch,
    ) {
        let Scratch { place, solved, sums, covariances } = scratch;
        self.cholesky.solve_upper(solved);
        sums.clear();
        sums.resize(self.points.len(), 0.0);
        for (i, weight) in self.kernel.weights.iter().enumerate() {
            let column = self.points.column(i, self.points.len());
            self.points.metric(i).add_distances(*weight, place[i], column, sums);
        }
        let (share, each) = (1.0 - self.kernel.additive, self.kernel.each());
        // What a change of each covariance does to the value: by the mean, and by the variance.
        let by_variance = by_deviation * self.variance / deviation;
        for (at, (pull, squared)) in covariances.iter_mut().zip(sums.iter_mut()).enumerate() {
            *pull = by_mean * self.residuals.get(at).copied().unwrap_or(0.0) - by_variance * solved[at];
            *squared = share * matern(*squared).1;
        }
        for (slope, i) in slopes.iter_mut().zip(of) {
            let (metric, weight) = (self.points.metric(*i), self.kernel.weights[*i]);
            let mut sum = 0.0;
            for at in 0..self.points.len() {
                let other = self.points.at(*i, at);
                let own = each * cauchy(weight * metric.distance(place[*i], other)).1;
                sum += covariances[at] * (sums[at] + own) * metric.slope(row[*i], place[*i], other);
            }
            *slope += sum * weight;
        }
    }
}
