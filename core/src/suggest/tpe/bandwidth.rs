//! How wide the kernels along a numeric parameter are.

/// How wide kernels are, against Scott's rule and against the least width of Bergstra et al.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    scott: f64,
    least: f64,
}

/// For good points. Half the usual least width lets a search of few trials close in; all these factors are those that
/// searched best on problems made for it.
pub(super) const GOOD: Rule = Rule { scott: 1.0, least: 0.5 };

/// For others: they are many, and what is near a bad point may yet be good.
pub(super) const OTHERS: Rule = Rule { scott: 0.7, least: 1.0 };

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

    /// The deviation of a kernel where so many parameters vary together, by Scott's rule: s n^(-1/(d + 4)) (D. W. Scott,
    /// "Multivariate density estimation", 1992). The least is 1 / min(100, 1 + n) of the range, the "magic clipping" of
    /// Bergstra et al. Both times a factor; n is the effective number of places, (sum w)^2 / (sum w^2).
    pub fn bandwidth(&self, dimensions: f64, rule: Rule) -> f64 {
        let mean = self.sum / self.weight;
        let deviation = libm::sqrt((self.squares / self.weight - mean * mean).max(0.0));
        let count = self.weight * self.weight / self.weight_squares;
        let scott = deviation * libm::pow(count, -1.0 / (dimensions + 4.0));
        (rule.scott * scott).max(rule.least / (1.0 + count).min(100.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_as_wide_as_scott_says_and_never_too_narrow() {
        let rule = Rule { scott: 2.0, least: 0.5 };
        let mut spread = Spread::of_prior(1.0);
        let alone = spread.bandwidth(1.0, rule);
        assert!((alone - 2.0 / libm::sqrt(12.0)).abs() < 1e-12, "{alone}");
        for unit in [0.0, 0.5, 1.0] {
            spread.add(unit, 1.0);
        }
        // Mean 1/2, variance (1/12 + 1/4 + 0 + 1/4) / 4, of four.
        let expected = 2.0 * libm::sqrt(7.0 / 48.0) * libm::pow(4.0, -1.0 / 9.0);
        assert!((spread.bandwidth(5.0, rule) - expected).abs() < 1e-12);
        // All in one place: the least width is what is left, of the effective number of places.
        let (mut even, mut uneven) = (Spread::of_prior(1e-9), Spread::of_prior(1e-9));
        (0..9).for_each(|_| even.add(0.3, 1.0));
        (0..9).for_each(|i| uneven.add(0.3, if i == 0 { 1.0 } else { 1e-9 }));
        assert!((even.bandwidth(1.0, rule) - 0.05).abs() < 1e-4, "{}", even.bandwidth(1.0, rule));
        assert!((uneven.bandwidth(1.0, rule) - 0.25).abs() < 1e-4, "{}", uneven.bandwidth(1.0, rule));
        (0..1_000).for_each(|_| even.add(0.3, 1.0));
        assert!((even.bandwidth(1.0, rule) - 0.005).abs() < 1e-6, "{}", even.bandwidth(1.0, rule));
    }
}
