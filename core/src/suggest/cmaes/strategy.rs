//! How many points make a generation, what each weighs, and how fast the distribution follows them.

/// The constants of one run of the evolution strategy, all of them those that Hansen recommends.
///
/// Source: N. Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772, table 1.
#[derive(Clone, Debug)]
pub(super) struct Strategy {
    /// Points in a generation, the lambda of the tutorial.
    pub lambda: usize,
    /// By rank in the generation, from the best. The positive ones sum to 1.
    pub weights: Vec<f64>,
    /// The variance effective selection mass.
    pub mu_eff: f64,
    pub c_sigma: f64,
    pub d_sigma: f64,
    pub c_c: f64,
    pub c_1: f64,
    pub c_mu: f64,
    /// The expected length of a standard normal vector.
    pub chi: f64,
}

impl Strategy {
    /// The points in a generation over n dimensions: three quarters of the usual 4 + 3 ln(n), but 4 at least. Few
    /// evaluations are better spent on more generations, which quasi-random points can do with.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    pub fn first_lambda(dimensions: usize) -> usize {
        (3 + (2.25 * libm::log(real(dimensions.max(1)))) as usize).max(4)
    }

    /// For so many dimensions (at least 1 is assumed) and points in a generation. `is_separable` says that the
    /// covariance is a diagonal, which can be learnt faster.
    pub fn new(dimensions: usize, lambda: usize, is_separable: bool) -> Self {
        let n = real(dimensions.max(1));
        let raw: Vec<f64> =
            (1..=lambda).map(|i| libm::log(0.5 * (real(lambda) + 1.0)) - libm::log(real(i))).collect();
        let (good, bad) = raw.split_at(lambda / 2);
        let mu_eff = effective(good);
        let c_sigma = (mu_eff + 2.0) / (n + mu_eff + 5.0);
        // Source: R. Ros and N. Hansen, "A simple modification in CMA-ES achieving linear time and space complexity",
        // PPSN 2008.
        let faster = if is_separable { (n + 2.0) / 3.0 } else { 1.0 };
        let c_1 = (faster * 2.0 / ((n + 1.3) * (n + 1.3) + mu_eff)).min(0.5);
        let c_mu = faster * 2.0 * (mu_eff + 1.0 / mu_eff - 2.0) / ((n + 2.0) * (n + 2.0) + mu_eff);
        let c_mu = c_mu.min(1.0 - c_1);
        let most_negative = (1.0 + c_1 / c_mu)
            .min(1.0 + 2.0 * effective(bad) / (mu_eff + 2.0))
            .min((1.0 - c_1 - c_mu) / (n * c_mu));
        // On a diagonal the bound that keeps the covariance positive definite does not hold.
        let most_negative = if is_separable { 0.0 } else { most_negative };
        let (up, down): (f64, f64) = raw
            .iter()
            .fold((0.0, 0.0), |(up, down), w| if *w > 0.0 { (up + w, down) } else { (up, down - w) });
        let scaled =
            |w: &f64| if *w > 0.0 { w / up } else { w * most_negative / down.max(f64::MIN_POSITIVE) };
        Self {
            lambda,
            weights: raw.iter().map(scaled).collect(),
            mu_eff,
            c_sigma,
            d_sigma: 1.0 + 2.0 * (libm::sqrt((mu_eff - 1.0) / (n + 1.0)) - 1.0).max(0.0) + c_sigma,
            c_c: (4.0 + mu_eff / n) / (n + 4.0 + 2.0 * mu_eff / n),
            c_1,
            c_mu,
            chi: libm::sqrt(n) * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n)),
        }
    }
}

/// The number of equal weights that would average as much.
fn effective(weights: &[f64]) -> f64 {
    let sum: f64 = weights.iter().sum();
    sum * sum / weights.iter().map(|w| w * w).sum::<f64>()
}

#[expect(clippy::cast_precision_loss, reason = "no space has 2^53 dimensions")]
pub(super) const fn real(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constants_are_those_of_the_reference() {
        // As the Python package `cmaes` 0.13.1 works them out for so many dimensions and points.
        for (n, lambda, expected) in [
            (
                3,
                7,
                [
                    2.254_815_082_201_604_4,
                    0.414_909_001_098_061_6,
                    1.414_909_001_098_061_6,
                    0.558_801_322_886_019,
                    0.096_409_632_579_272_14,
                    0.051_243_087_013_586_15,
                    1.596_877_530_258_607_6,
                    0.585_645_106_509_765,
                    -1.063_656_696_984_255_6,
                ],
            ),
            (
                10,
                10,
                [
                    3.167_299_281_410_702_6,
                    0.284_428_587_946_367_5,
                    1.284_428_587_946_367_5,
                    0.294_990_383_035_622_25,
                    0.015_283_824_524_751_714,
                    0.020_154_282_761_208_38,
                    3.084_726_565_169_012_3,
                    0.456_272_646_903_405_97,
                    -0.586_221_828_778_835_4,
                ],
            ),
            (
                40,
                15,
                [
                    4.540_915_209_075_957,
                    0.132_030_568_702_082_7,
                    1.132_030_568_702_082_6,
                    0.093_009_216_634_249_17,
                    0.001_169_432_725_261_84,
                    0.003_122_500_710_997_406,
                    6.285_215_080_397_76,
                    0.344_796_198_592_020_54,
                    -0.315_504_621_796_034_8,
                ],
            ),
        ] {
            let Strategy { mu_eff, c_sigma, d_sigma, c_c, c_1, c_mu, chi, weights, .. } =
                Strategy::new(n, lambda, false);
            let found = [mu_eff, c_sigma, d_sigma, c_c, c_1, c_mu, chi, weights[0], weights[lambda - 1]];
            for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
                assert!(
                    (found / expected - 1.0).abs() < 1e-7,
                    "{at} of {n}, {lambda}: {found}, not {expected}"
                );
            }
        }
    }

    #[test]
    fn what_is_kept_and_what_is_learnt_make_a_whole() {
        for n in [0, 1, 2, 5, 30, 100, 1_000] {
            for lambda in [2, 3, 4, 6, 9, 50, 1_000] {
                for is_separable in [false, true] {
                    let strategy = Strategy::new(n, lambda, is_separable);
                    let good: f64 = strategy.weights.iter().filter(|w| **w > 0.0).sum();
                    assert!((good - 1.0).abs() < 1e-12);
                    assert!(strategy.weights.is_sorted_by(|a, b| a >= b));
                    let total: f64 = strategy.weights.iter().sum();
                    let kept = 1.0 - strategy.c_1 - strategy.c_mu * total;
                    assert!(kept > -1e-12, "{n}, {lambda}: {kept}");
                    assert!(strategy.c_1 + strategy.c_mu <= 1.0);
                }
            }
        }
        assert_eq!([0, 1, 2, 6, 10, 25, 300].map(Strategy::first_lambda), [4, 4, 4, 7, 8, 10, 15]);
    }
}
