//! Learning the kernel from what was observed.

use super::cholesky::{Cholesky, dot};
use super::descent::descend;
use super::embedding::Columns;
use super::kernel::{Kernel, cauchy, matern};

/// What is believed of a kernel before anything was observed: independent normal laws of the logarithms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beliefs {
    /// Of the lengths: the middle, which grows with the square root of the number of parameters active together, as
    /// distances do (C. Hvarfner, E. Hellsten, L. Nardi, "Vanilla Bayesian optimization performs great in high
    /// dimensions", ICML 2024), and the deviation.
    pub length: (f64, f64),
    /// Of the noise.
    pub noise: (f64, f64),
    /// Of the odds of the additive share.
    pub additive: (f64, f64),
}

/// The parameters of the law, inverse gamma, of the variance of the losses, which are scaled to a variance of about 1.
const VARIANCE_SHAPE: f64 = 10.0;
const VARIANCE_SCALE: f64 = 10.0;

const LENGTH_BOUNDS: (f64, f64) = (0.02, 100.0);
const NOISE_BOUNDS: (f64, f64) = (1e-6, 2.0);
const ODDS_BOUNDS: (f64, f64) = (1e-3, 10.0);

impl Beliefs {
    /// For points in which so many parameters are active together.
    pub fn new(active: f64) -> Self {
        Self {
            length: (libm::log(0.5) + 0.5 * libm::log(active.max(1.0)), 1.0),
            noise: (libm::log(0.01), 2.5),
            additive: (libm::log(0.2), 1.0),
        }
    }

    /// The kernel in the middle of what is believed, but with lengths `times` as long.
    pub fn kernel(&self, width: usize, times: f64) -> Kernel {
        let length = libm::exp(self.length.0) * times;
        let odds = libm::exp(self.additive.0);
        Kernel {
            weights: vec![1.0 / (length * length); width],
            additive: odds / (1.0 + odds),
            noise: libm::exp(self.noise.0),
        }
    }
}

/// The best guess of mean and variance under a kernel, and how likely the losses are then.
#[derive(Debug)]
pub(super) struct Explained {
    pub cholesky: Cholesky,
    /// K⁻¹ (y - mean).
    pub residuals: Vec<f64>,
    pub mean: f64,
    pub variance: f64,
    /// Minus the logarithm of the probability density of the losses, up to a constant.
    pub surprise: f64,
}

impl Explained {
    /// `None` if the covariances are degenerate.
    pub fn new(kernel: &Kernel, points: &Columns, losses: &[f64], noises: &[f64]) -> Option<Self> {
        let cholesky = Cholesky::of(kernel.matrix(points, noises), losses.len())?;
        let solve = |b: &[f64]| {
            let mut x = b.to_vec();
            cholesky.solve_lower(&mut x);
            cholesky.solve_upper(&mut x);
            x
        };
        // Generalised least squares.
        let ones = vec![1.0; losses.len()];
        let (of_losses, of_ones) = (solve(losses), solve(&ones));
        let mean = dot(&ones, &of_losses) / dot(&ones, &of_ones);
        let residuals: Vec<f64> = of_losses.iter().zip(&of_ones).map(|(y, one)| y - mean * one).collect();
        let squares: f64 = residuals.iter().zip(losses).map(|(r, y)| r * (y - mean)).sum();
        #[expect(clippy::cast_precision_loss, reason = "no study has 2^53 trials")]
        let count = losses.len() as f64 + 2.0 * VARIANCE_SHAPE;
        let variance = (squares.max(0.0) + 2.0 * VARIANCE_SCALE) / count;
        let surprise = 0.5 * (count * libm::log(variance) + cholesky.log_determinant());
        surprise.is_finite().then_some(Self { cholesky, residuals, mean, variance, surprise })
    }
}

/// How much of the spread of the losses is foretold by the others, each left out in its turn: 1 if all of it, 0 or less if no
/// more than by their mean.
///
/// Source of the short cut: S. Sundararajan, S. Keerthi, "Predictive approaches for choosing hyperparameters in Gaussian
/// processes", Neural Computation 13, 2001.
pub(super) fn foretold(kernel: &Kernel, points: &Columns, losses: &[f64], noises: &[f64]) -> Option<f64> {
    let explained = Explained::new(kernel, points, losses, noises)?;
    let inverse = explained.cholesky.inverse();
    let diagonal = (0..losses.len()).map(|i| inverse[i * (i + 3) / 2]);
    let missed: f64 = explained.residuals.iter().zip(diagonal).map(|(r, d)| (r / d) * (r / d)).sum();
    #[expect(clippy::cast_precision_loss, reason = "no study has 2^53 trials")]
    let mean = losses.iter().sum::<f64>() / losses.len() as f64;
    let spread: f64 = losses.iter().map(|loss| (loss - mean) * (loss - mean)).sum();
    (spread > 0.0).then(|| 1.0 - missed / spread)
}

/// The kernel under which losses and beliefs together are most likely, of those found by descents from lengths around
/// what is believed. `None` if no covariances could be worked with.
pub(super) fn fit(
    beliefs: &Beliefs,
    points: &Columns,
    losses: &[f64],
    noises: &[f64],
    steps: usize,
) -> Option<Kernel> {
    let mut best: Option<(Kernel, f64)> = None;
    for times in [1.0, 0.3] {
        let start = beliefs.kernel(points.width(), times);
        let mut x = written(&start);
        let bounds = bounds(points.width());
        let surprise = descend(&mut x, &bounds, steps, 1e-4, |x: &[f64], gradient: &mut [f64]| {
            surprise(beliefs, points, losses, noises, x, gradient)
        });
        if surprise.is_finite() && best.as_ref().is_none_or(|(_, least)| surprise < *least) {
            best = Some((read(&x), surprise));
        }
    }
    best.map(|(kernel, _)| kernel)
}

/// A kernel as the logarithms of its lengths, its noise and its additive odds.
fn written(kernel: &Kernel) -> Vec<f64> {
    let mut x: Vec<f64> = kernel.weights.iter().map(|weight| -0.5 * libm::log(*weight)).collect();
    x.push(libm::log(kernel.noise));
    x.push(libm::log(kernel.additive / (1.0 - kernel.additive)));
    x
}

fn read(x: &[f64]) -> Kernel {
    let width = x.len() - 2;
    let odds = libm::exp(x[width + 1]);
    Kernel {
        weights: x[..width].iter().map(|length| libm::exp(-2.0 * length)).collect(),
        noise: libm::exp(x[width]),
        additive: odds / (1.0 + odds),
    }
}

fn bounds(width: usize) -> Vec<(f64, f64)> {
    let log = |(low, high)| (libm::log(low), libm::log(high));
    let mut bounds = vec![log(LENGTH_BOUNDS); width];
    bounds.push(log(NOISE_BOUNDS));
    bounds.push(log(ODDS_BOUNDS));
    bounds
}

/// Minus the logarithm of the posterior density at the kernel written as `x`, up to a constant; and its gradient.
fn surprise(
    beliefs: &Beliefs,
    points: &Columns,
    losses: &[f64],
    noises: &[f64],
    x: &[f64],
    gradient: &mut [f64],
) -> f64 {
    let kernel = read(x);
    let Some(explained) = Explained::new(&kernel, points, losses, noises) else {
        gradient.fill(0.0);
        return f64::INFINITY;
    };
    slopes(&kernel, points, &explained, gradient);
    let mut surprise = explained.surprise;
    let width = kernel.weights.len();
    for (i, (x, gradient)) in x.iter().zip(gradient.iter_mut()).enumerate() {
        let (middle, deviation) = match i.checked_sub(width) {
            None => beliefs.length,
            Some(0) => beliefs.noise,
            Some(_) => beliefs.additive,
        };
        let t = (x - middle) / deviation;
        surprise += 0.5 * t * t;
        *gradient += t / deviation;
    }
    surprise
}

/// How the surprise grows with the logarithms of lengths, noise and additive odds: half the sum over all pairs of
/// (K⁻¹ - r rᵀ / variance) times the slope of the covariance.
fn slopes(kernel: &Kernel, points: &Columns, explained: &Explained, gradient: &mut [f64]) {
    let (width, share, each) = (kernel.weights.len(), kernel.additive, kernel.each());
    let inverse = explained.cholesky.inverse();
    let residuals = &explained.residuals;
    gradient.fill(0.0);
    let (mut squared, mut own, mut scratch) = (Vec::new(), Vec::new(), Vec::new());
    let mut start = 0;
    for at in 0..points.len() {
        let row = &inverse[start..=start + at];
        start += at + 1;
        let scaled = residuals[at] / explained.variance;
        gradient[width] += 0.5 * kernel.noise * (row[at] - scaled * residuals[at]);
        squared.clear();
        squared.resize(at, 0.0);
        own.clear();
        own.resize(at, 0.0);
        let distances = |i: usize, weight: f64, sums: &mut [f64]| {
            points.metric(i).add_distances(weight, points.at(i, at), points.column(i, at), sums);
        };
        for (i, weight) in kernel.weights.iter().enumerate() {
            distances(i, *weight, &mut squared);
        }
        // Off the diagonal each pair counts twice, which the half takes back.
        let pulls: Vec<f64> = row.iter().zip(residuals).take(at).map(|(k, r)| k - scaled * r).collect();
        let materns: Vec<(f64, f64)> = squared.iter().map(|squared| matern(*squared)).collect();
        for (i, weight) in kernel.weights.iter().enumerate() {
            scratch.clear();
            scratch.resize(at, 0.0);
            distances(i, *weight, &mut scratch);
            let mut sum = 0.0;
            for (((d, pull), (_, slope)), own) in scratch.iter().zip(&pulls).zip(&materns).zip(&mut own) {
                let (value, own_slope) = cauchy(*d);
                *own += value;
                sum += pull * d * ((1.0 - share) * slope + each * own_slope);
            }
            gradient[i] -= 2.0 * sum;
        }
        #[expect(clippy::cast_precision_loss, reason = "no space has 2^53 parameters")]
        let count = width.max(1) as f64;
        let turn: f64 =
            pulls.iter().zip(&materns).zip(&own).map(|((pull, m), own)| pull * (own / count - m.0)).sum();
        gradient[width + 1] += share * (1.0 - share) * turn;
    }
}

#[cfg(test)]
mod tests {
    use super::super::embedding::{Embedding, Metric};
    use super::*;
    use crate::stream::Stream;

    fn sample(count: usize) -> (Columns, Vec<f64>) {
        let embedding = Embedding { metrics: vec![Metric::Line, Metric::Arc, Metric::Set] };
        let mut stream = Stream::new(5, 0, "evidence");
        let mut points = Columns::new(&embedding);
        let mut losses = Vec::new();
        for _ in 0..count {
            let option = stream.below(3) as f64;
            let deep = if option == 0.0 { f64::NAN } else { stream.unit() };
            let x = stream.unit();
            points.push(&[x, deep, option]);
            losses.push(libm::sin(5.0 * x) + if option == 0.0 { 0.7 } else { deep * option });
        }
        (points, losses)
    }

    #[test]
    fn the_gradient_is_that_of_the_surprise() {
        let (points, losses) = sample(12);
        let noises = vec![0.0; 12];
        let beliefs = Beliefs::new(2.5);
        let x = [-0.5, 0.3, 0.1, -3.0, -1.2];
        let mut gradient = [0.0; 5];
        surprise(&beliefs, &points, &losses, &noises, &x, &mut gradient);
        for i in 0..5 {
            let moved = |by: f64| {
                let mut x = x;
                x[i] += by;
                surprise(&beliefs, &points, &losses, &noises, &x, &mut [0.0; 5])
            };
            let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!((slope - gradient[i]).abs() < 1e-6 * (1.0 + slope.abs()), "{i}: {slope} {}", gradient[i]);
        }
    }

    #[test]
    fn a_fit_is_likelier_than_what_was_believed() {
        let (points, losses) = sample(40);
        let noises = vec![0.0; 40];
        let beliefs = Beliefs::new(2.5);
        let kernel = fit(&beliefs, &points, &losses, &noises, 40).unwrap();
        let least = surprise(&beliefs, &points, &losses, &noises, &written(&kernel), &mut [0.0; 5]);
        let start = written(&beliefs.kernel(3, 1.0));
        let before = surprise(&beliefs, &points, &losses, &noises, &start, &mut [0.0; 5]);
        assert!(least < before - 5.0, "{least} {before} {kernel:?}");
        // There is no noise in it.
        assert!(kernel.noise < 1e-3, "{kernel:?}");
    }

    #[test]
    fn what_is_foretold_is_what_the_others_tell() {
        let (points, losses) = sample(20);
        let noises = vec![0.0; 20];
        let kernel = Beliefs::new(2.5).kernel(3, 1.0);
        let mean = Explained::new(&kernel, &points, &losses, &noises).unwrap().mean;
        let matrix = kernel.matrix(&points, &noises);
        let covariance = |a: usize, b: usize| matrix[a.max(b) * (a.max(b) + 1) / 2 + a.min(b)];
        // With the mean of all, and one after the other really left out.
        let missed = (0..20).map(|out| {
            let others: Vec<usize> = (0..20).filter(|i| *i != out).collect();
            let rows = others
                .iter()
                .enumerate()
                .flat_map(|(at, a)| others[..=at].iter().map(|b| covariance(*a, *b)));
            let cholesky = Cholesky::of(rows.collect(), 19).unwrap();
            let mut solved: Vec<f64> = others.iter().map(|i| losses[*i] - mean).collect();
            cholesky.solve_lower(&mut solved);
            cholesky.solve_upper(&mut solved);
            let told: f64 = others.iter().zip(&solved).map(|(i, s)| covariance(*i, out) * s).sum();
            (losses[out] - mean - told).powi(2)
        });
        let average = losses.iter().sum::<f64>() / 20.0;
        let spread: f64 = losses.iter().map(|loss| (loss - average).powi(2)).sum();
        let expected = 1.0 - missed.sum::<f64>() / spread;
        let found = foretold(&kernel, &points, &losses, &noises).unwrap();
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }

    #[test]
    fn constant_losses_are_no_trouble() {
        let (points, _) = sample(10);
        let kernel = fit(&Beliefs::new(2.5), &points, &[3.0; 10], &[0.0; 10], 40).unwrap();
        assert!(kernel.weights.iter().all(|weight| weight.is_finite()));
    }
}
