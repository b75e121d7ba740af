//! The normal distribution that is adapted.

use super::cholesky::{Triangle, factor, solve, spread};
use super::strategy::{Strategy, real};

/// The distribution that points are drawn from, with its memory.
///
/// A point is mean + sigma * scale * y, where y has the covariance C and `scale` is a diagonal which only the margins
/// change. The tutorial's symmetric root of C is replaced by the Cholesky factor, as in O. Krause, D. R. Arbones and
/// C. Igel, "CMA-ES with optimal covariance update and storage complexity", NIPS 2016: no eigenvalues are needed.
#[derive(Clone, Debug)]
pub(super) struct Gaussian {
    pub mean: Vec<f64>,
    pub sigma: f64,
    pub scale: Vec<f64>,
    shape: Shape,
    path_sigma: Vec<f64>,
    path_c: Vec<f64>,
    generations: i32,
}

/// The covariance C and its root.
#[derive(Clone, Debug)]
enum Shape {
    Full { covariance: Triangle, root: Triangle },
    Diagonal(Vec<f64>),
}

impl Gaussian {
    pub fn new(mean: Vec<f64>, sigma: f64, is_separable: bool) -> Self {
        let n = mean.len();
        let shape = if is_separable {
            Shape::Diagonal(vec![1.0; n])
        } else {
            Shape::Full { covariance: Triangle::identity(n), root: Triangle::identity(n) }
        };
        let zeros = vec![0.0; n];
        Self {
            sigma,
            scale: vec![1.0; n],
            shape,
            path_sigma: zeros.clone(),
            path_c: zeros,
            generations: 0,
            mean,
        }
    }

    /// The point of a standard normal vector.
    pub fn at(&self, z: &[f64]) -> Vec<f64> {
        let y = match &self.shape {
            Shape::Full { root, .. } => spread(root, z),
            Shape::Diagonal(variances) => variances.iter().zip(z).map(|(v, z)| libm::sqrt(*v) * z).collect(),
        };
        (0..y.len()).map(|j| self.mean[j] + self.sigma * self.scale[j] * y[j]).collect()
    }

    /// The standard deviation of coordinate `j`.
    pub fn deviation(&self, j: usize) -> f64 {
        let variance = match &self.shape {
            Shape::Full { covariance, .. } => covariance.at(j, j),
            Shape::Diagonal(variances) => variances[j],
        };
        self.sigma * self.scale[j] * libm::sqrt(variance)
    }

    fn whitened(&self, y: &[f64]) -> Vec<f64> {
        match &self.shape {
            Shape::Full { root, .. } => solve(root, y),
            Shape::Diagonal(variances) => variances.iter().zip(y).map(|(v, y)| y / libm::sqrt(*v)).collect(),
        }
    }

    /// Moves to a generation of points, the best first.
    ///
    /// A point that is further out than a draw is taken to be on the way there, as in N. Hansen, "Injecting external
    /// solutions into CMA-ES", arXiv:1110.4181: others may have proposed it.
    pub fn update(&mut self, strategy: &Strategy, points: &[Vec<f64>]) {
        let n = real(self.mean.len());
        let furthest = libm::sqrt(n) + 2.0 * n / (n + 2.0);
        let steps: Vec<(Vec<f64>, f64)> = points.iter().map(|point| self.step(point, furthest)).collect();
        let mut mean_step = vec![0.0; self.mean.len()];
        for ((y, _), w) in steps.iter().zip(&strategy.weights).filter(|(_, w)| **w > 0.0) {
            mean_step.iter_mut().zip(y).for_each(|(sum, y)| *sum += w * y);
        }
        let Strategy { mu_eff, c_sigma, d_sigma, c_c, chi, .. } = *strategy;
        let white = self.whitened(&mean_step);
        follow(&mut self.path_sigma, &white, c_sigma, mu_eff);
        self.generations = self.generations.saturating_add(1);
        let length = norm(&self.path_sigma);
        let settled = libm::sqrt(1.0 - libm::pow(1.0 - c_sigma, 2.0 * f64::from(self.generations)));
        let is_short = length / settled < (1.4 + 2.0 / (n + 1.0)) * chi;
        follow(&mut self.path_c, if is_short { &mean_step } else { &[] }, c_c, mu_eff);
        self.reshape(strategy, &steps, is_short);
        for (j, y) in mean_step.iter().enumerate() {
            self.mean[j] += self.sigma * self.scale[j] * y;
        }
        self.sigma *= libm::exp((c_sigma / d_sigma * (length / chi - 1.0)).min(1.0));
    }

    /// From the mean to a point in units of sigma, with its length where C is the unit: at most `furthest`.
    fn step(&self, point: &[f64], furthest: f64) -> (Vec<f64>, f64) {
        let step = |j: usize| (point[j] - self.mean[j]) / (self.sigma * self.scale[j]);
        let mut y: Vec<f64> = (0..point.len()).map(step).collect();
        let length = norm(&self.whitened(&y));
        if length > furthest {
            y.iter_mut().for_each(|y| *y *= furthest / length);
        }
        (y, length.min(furthest))
    }

    /// The rank-one and the rank-mu update, the latter with negative weights.
    fn reshape(&mut self, strategy: &Strategy, steps: &[(Vec<f64>, f64)], is_short: bool) {
        let n = real(self.mean.len());
        let Strategy { c_c, c_1, c_mu, .. } = *strategy;
        let total: f64 = strategy.weights.iter().sum();
        let missing = if is_short { 0.0 } else { c_c * (2.0 - c_c) };
        let keep = 1.0 + c_1 * missing - c_1 - c_mu * total;
        let terms = steps.iter().zip(&strategy.weights).map(|((y, length), w)| {
            let w = if *w < 0.0 { w * n / (length * length).max(1e-12) } else { *w };
            (c_mu * w, y.as_slice())
        });
        let terms: Vec<(f64, &[f64])> = terms.chain([(c_1, self.path_c.as_slice())]).collect();
        match &mut self.shape {
            Shape::Full { covariance, root } => {
                covariance.blend(keep, &terms);
                *root = factor(covariance);
            }
            Shape::Diagonal(variances) => {
                for (j, v) in variances.iter_mut().enumerate() {
                    *v = keep * *v + terms.iter().map(|(w, y)| w * y[j] * y[j]).sum::<f64>();
                    *v = v.max(1e-30);
                }
            }
        }
    }
}

/// Fades a path and adds a step to it, so that its length stays that of a standard normal vector.
fn follow(path: &mut [f64], step: &[f64], c: f64, mu_eff: f64) {
    let gain = libm::sqrt(c * (2.0 - c) * mu_eff);
    for (j, p) in path.iter_mut().enumerate() {
        *p = (1.0 - c) * *p + gain * step.get(j).copied().unwrap_or(0.0);
    }
}

fn norm(vector: &[f64]) -> f64 {
    libm::sqrt(vector.iter().map(|x| x * x).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generation_changes_what_it_changes_in_the_reference() {
        // The Python package `cmaes` 0.13.1 told the same six points, from the best.
        let points = [
            [0.5, 0.45, 0.7],
            [0.3, 0.6, 0.55],
            [0.62, 0.41, 0.66],
            [0.2, 0.5, 0.9],
            [0.45, 0.75, 0.35],
            [0.35, 0.3, 0.6],
        ]
        .map(|point| point.to_vec());
        let mut gaussian = Gaussian::new(vec![0.4, 0.5, 0.6], 0.2, false);
        gaussian.update(&Strategy::new(3, 6, false), &points);
        let near = |found: f64, expected: f64| {
            assert!((found / expected - 1.0).abs() < 1e-6, "{found}, not {expected}")
        };
        for (found, expected) in gaussian.mean.iter().zip([
            0.452_492_409_070_883_45,
            0.489_550_051_762_874_9,
            0.654_178_974_531_465,
        ]) {
            near(*found, expected);
        }
        near(gaussian.sigma, 0.162_344_940_284_151_92);
        let Shape::Full { covariance, .. } = &gaussian.shape else { panic!("full") };
        for (i, j, expected) in [
            (0, 0, 0.952_845_134_011_378_8),
            (1, 0, -0.049_677_099_024_697_28),
            (1, 1, 0.785_071_061_896_564_5),
            (2, 0, 0.043_839_185_083_762_056),
            (2, 1, 0.036_303_925_190_654_71),
            (2, 2, 0.901_556_497_773_908_2),
        ] {
            near(covariance.at(i, j), expected);
        }
        assert_eq!(gaussian.deviation(1), gaussian.sigma * libm::sqrt(covariance.at(1, 1)));
    }

    #[test]
    fn one_far_point_does_not_carry_the_mean_away() {
        for is_separable in [false, true] {
            let mut gaussian = Gaussian::new(vec![0.5; 2], 0.01, is_separable);
            let strategy = Strategy::new(2, 4, is_separable);
            let near = [vec![0.5, 0.51], vec![0.49, 0.5], vec![0.5, 0.49]];
            gaussian.update(&strategy, &[&[vec![1e6, 0.5]], &near[..]].concat());
            // Of the greatest length a point may have, sqrt(2) + 1 deviations, the best one's weight.
            let most = 0.01 * (2.0_f64.sqrt() + 1.0) * strategy.weights[0];
            assert!((gaussian.mean[0] - 0.5) < most * 1.01, "{:?}", gaussian.mean);
            assert!(gaussian.sigma < 0.03);
        }
    }
}
