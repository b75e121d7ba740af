//! How alike the losses of two points are held to be.

use super::embedding::{Columns, Coordinates};

/// The covariance of the losses of two points, for losses of variance 1:
///
/// (1 - a) M(sum of d_i² / l_i²) + a / m * sum of C(d_i² / l_i²)
///
/// over the m parameters, with d_i the distance along each ([`super::embedding::Metric`]), M the Matern kernel of smoothness
/// 5/2 and C(r²) = 1 / (1 + r²). The first part compares points in all that is active in them together; the second, with
/// its share `a`, lets what each parameter does by itself be learnt from few points, so that a branch that
/// disappointed is expected to do so elsewhere in it too (additive kernels: D. Duvenaud, H. Nickisch, C. Rasmussen,
/// "Additive Gaussian processes", NIPS 2011).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kernel {
    /// By parameter: 1 / l_i².
    pub weights: Vec<f64>,
    /// a, from 0 to below 1.
    pub additive: f64,
    /// The variance of the noise, against the variance of the losses.
    pub noise: f64,
}

const SQRT_5: f64 = 2.236_067_977_499_79;

/// The Matern kernel of smoothness 5/2 at this squared distance, and its derivative by the squared distance.
pub(super) fn matern(squared: f64) -> (f64, f64) {
    let t = SQRT_5 * squared.sqrt();
    let decay = libm::exp(-t);
    ((1.0 + t + t * t / 3.0) * decay, -5.0 / 6.0 * (1.0 + t) * decay)
}

/// The rational quadratic kernel of order 1 at this squared distance, and its derivative.
pub(super) fn cauchy(squared: f64) -> (f64, f64) {
    let value = 1.0 / (1.0 + squared);
    (value, -value * value)
}

impl Kernel {
    /// The share of each parameter's own part.
    #[expect(clippy::cast_precision_loss, reason = "no space has 2^53 parameters")]
    pub fn each(&self) -> f64 {
        self.additive / self.weights.len().max(1) as f64
    }

    /// The covariances of a point with the first of many others, into `to`, whose length says with how many.
    pub fn covariances(&self, of: &[Coordinates], points: &Columns, scratch: &mut Vec<f64>, to: &mut [f64]) {
        let count = to.len();
        to.fill(0.0);
        for (i, weight) in self.weights.iter().enumerate() {
            points.metric(i).add_distances(*weight, of[i], points.column(i, count), to);
        }
        for squared in to.iter_mut() {
            *squared = (1.0 - self.additive) * matern(*squared).0;
        }
        if self.additive <= 0.0 {
            return;
        }
        let each = self.each();
        for (i, weight) in self.weights.iter().enumerate() {
            scratch.clear();
            scratch.resize(count, 0.0);
            points.metric(i).add_distances(*weight, of[i], points.column(i, count), scratch);
            for (sum, squared) in to.iter_mut().zip(scratch.iter()) {
                *sum += each * cauchy(*squared).0;
            }
        }
    }

    /// The packed lower triangle of the covariances of all points, with the noise.
    pub fn matrix(&self, points: &Columns, noises: &[f64]) -> Vec<f64> {
        let count = points.len();
        let mut rows = Vec::with_capacity(count * (count + 1) / 2);
        let mut scratch = Vec::new();
        let mut place = vec![(0.0, 0.0); self.weights.len()];
        for (at, noise) in noises.iter().enumerate() {
            for (i, place) in place.iter_mut().enumerate() {
                *place = points.at(i, at);
            }
            let start = rows.len();
            rows.resize(start + at + 1, 0.0);
            self.covariances(&place, points, &mut scratch, &mut rows[start..]);
            rows[start + at] += self.noise + noise;
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_right() {
        for kernel in [matern, cauchy] {
            assert!((kernel(0.0).0 - 1.0).abs() < 1e-15);
            for squared in [0.01, 0.3, 1.0, 7.0] {
                let h = 1e-6;
                let slope = (kernel(squared + h).0 - kernel(squared - h).0) / (2.0 * h);
                assert!((slope - kernel(squared).1).abs() < 1e-8);
            }
        }
    }
}
