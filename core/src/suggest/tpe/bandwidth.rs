//! How wide the kernels along a numeric parameter are.

/// The mean and the variance of weighted places in [0, 1].
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    weight: f64,
    weight_squares: f64,
    /// The weighted sums of the distances from 1/2 and of their squares.
    sum: f64,
    squares: f64,
}

impl Spread {
    /// That of the prior, which is uniform: mean 1/2 and variance 1/12.
    pub fn of_prior(weight: f64) -> Self {
        Self { weight, weight_squares: weight * weight, sum: 0.0, squares: weight / 12.0 }
    }

    pub fn add(&mut self, unit: f64, weight: f64) {
        let distance = unit - 0.5;
        self.weight += weight;
        self.weight_squares += weight * weight;
        self.sum += weight * distance;
        self.squares += weight * distance * distance;
    }

    /// The deviation of a kernel where so many parameters vary together: Scott's rule s n^(-1/(d + 4)) (D. W. Scott,
    /// "Multivariate density estimation", 1992), but at least 1 / min(100, 1 + n) of the range, the "magic clipping" of
    /// Bergstra et al.; n is the effective number of places, (sum w)^2 / (sum w^2).
    pub fn bandwidth(&self, dimensions: f64) -> f64 {
        let mean = self.sum / self.weight;
        let deviation = libm::sqrt((self.squares / self.weight - mean * mean).max(0.0));
        let count = self.weight * self.weight / self.weight_squares;
        let scott = deviation * libm::pow(count, -1.0 / (dimensions + 4.0));
        scott.max(1.0 / (1.0 + count).min(100.0))
    }
}
