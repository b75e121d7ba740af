//! Expected improvement and the chance to be feasible, as logarithms.

use crate::normal;

/// ln(1 / sqrt(2 pi)).
const LOG_DENSITY_AT_ZERO: f64 = -0.918_938_533_204_672_7;

/// Below this many deviations the tail is worked out by its series.
const FAR: f64 = -25.0;

/// The logarithm of the expected improvement over `best` of a normal law, and its slopes by mean and deviation.
///
/// In logarithms it never vanishes, so that there is always a way up. Source: S. Ament et al., "Unexpected improvements
/// to expected improvement for Bayesian optimization", NeurIPS 2023.
pub(super) fn log_improvement(best: f64, mean: f64, deviation: f64) -> (f64, f64, f64) {
    let z = (best - mean) / deviation;
    // h(z) = density(z) + z cdf(z) is the improvement in deviations, of slope cdf(z).
    let (log_h, slope) = if z > FAR {
        let h = normal::density(z) + z * normal::cdf(z);
        (libm::log(h), normal::cdf(z) / h)
    } else {
        let s = 1.0 / (z * z);
        // h = density(z) / z² (1 - 3/z² + 15/z⁴ - ...), cdf = density(z) / |z| (1 - 1/z² + 3/z⁴ - ...)
        let of_h = 1.0 - 3.0 * s + 15.0 * s * s;
        let of_cdf = 1.0 - s + 3.0 * s * s;
        (LOG_DENSITY_AT_ZERO - 0.5 * z * z + libm::log(s * of_h), -z * of_cdf / of_h)
    };
    (libm::log(deviation) + log_h, -slope / deviation, (1.0 - slope * z) / deviation)
}

/// The logarithm of the probability that a value of a normal law is at most 0, and its slopes by mean and deviation.
pub(super) fn log_chance(mean: f64, deviation: f64) -> (f64, f64, f64) {
    let z = -mean / deviation;
    let (log, slope) = if z > FAR {
        let chance = normal::cdf(z);
        (libm::log(chance), normal::density(z) / chance)
    } else {
        let s = 1.0 / (z * z);
        let of_cdf = 1.0 - s + 3.0 * s * s;
        (LOG_DENSITY_AT_ZERO - 0.5 * z * z + libm::log(of_cdf / -z), -z / of_cdf)
    };
    (log, -slope / deviation, -slope * z / deviation)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By integration of (best - y) density(y).
    fn integrated(best: f64, mean: f64, deviation: f64) -> f64 {
        let steps = 200_000;
        let width = 12.0 * deviation / f64::from(steps);
        let part = |i: i32| {
            let y = best - (f64::from(i) + 0.5) * width;
            (best - y) * normal::density((y - mean) / deviation) / deviation * width
        };
        (0..steps).map(part).sum()
    }

    #[test]
    fn it_is_the_integral() {
        for (best, mean, deviation) in [(0.0, 1.0, 0.5), (1.0, 0.2, 2.0), (-3.0, 0.0, 0.7), (0.0, 0.0, 1.0)] {
            let (log, ..) = log_improvement(best, mean, deviation);
            let expected = libm::log(integrated(best, mean, deviation));
            assert!((log - expected).abs() < 1e-6, "{log} {expected}");
        }
    }

    #[test]
    fn the_slopes_of_a_chance_are_right_and_nothing_jumps() {
        for z in [-1e3, -25.01, -24.99, -3.0, 0.0, 2.0, 9.0] {
            let (mean, deviation) = (-z * 0.3, 0.3);
            let (_, by_mean, by_deviation) = log_chance(mean, deviation);
            let h = 1e-6;
            let slope = (log_chance(mean + h, deviation).0 - log_chance(mean - h, deviation).0) / (2.0 * h);
            assert!((slope - by_mean).abs() < 1e-4 * (1.0 + slope.abs()), "{z}: {slope} {by_mean}");
            let slope = (log_chance(mean, deviation + h).0 - log_chance(mean, deviation - h).0) / (2.0 * h);
            assert!((slope - by_deviation).abs() < 1e-4 * (1.0 + slope.abs()), "{z}: {slope} {by_deviation}");
        }
        let (near, far) = (log_chance(25.0 - 1e-9, 1.0).0, log_chance(25.0 + 1e-9, 1.0).0);
        assert!((near - far).abs() < 1e-4, "{near} {far}");
        assert!((log_chance(0.0, 2.0).0 - libm::log(0.5)).abs() < 1e-15);
    }

    #[test]
    fn slopes_are_right_and_nothing_jumps() {
        for z in [-1e4, -60.0, -25.01, -24.99, -9.0, -1.0, 0.0, 2.0, 30.0] {
            let (mean, deviation) = (-z * 0.3, 0.3);
            let (_, by_mean, by_deviation) = log_improvement(0.0, mean, deviation);
            let h = 1e-6;
            let log = |mean, deviation| log_improvement(0.0, mean, deviation).0;
            let slope = (log(mean + h, deviation) - log(mean - h, deviation)) / (2.0 * h);
            assert!((slope - by_mean).abs() < 1e-4 * (1.0 + slope.abs()), "{z}: {slope} {by_mean}");
            let slope = (log(mean, deviation + h) - log(mean, deviation - h)) / (2.0 * h);
            assert!((slope - by_deviation).abs() < 1e-4 * (1.0 + slope.abs()), "{z}: {slope} {by_deviation}");
        }
        let (a, b) = (log_improvement(0.0, 25.0 - 1e-9, 1.0).0, log_improvement(0.0, 25.0 + 1e-9, 1.0).0);
        assert!((a - b).abs() < 1e-4, "{a} {b}");
    }
}
