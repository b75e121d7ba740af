//! A floor under the probability of leaving the value that the mean lies on.

use crate::normal;

/// Moves and widens a coordinate's distribution so that values on each side of the cell which holds the mean keep a
/// probability of `alpha` / 2 at least, and `alpha` where there is only one side; the mean and the standard deviation.
///
/// `cell`: the ends of the cell, `None` where no value lies beyond. Source: R. Hamano, S. Saito, M. Nomura and
/// S. Shirakawa, "CMA-ES with margin: lower-bounding marginal probability for mixed-integer black-box optimization",
/// GECCO 2022, arXiv:2205.13482.
pub(super) fn widened(mean: f64, deviation: f64, cell: (Option<f64>, Option<f64>), alpha: f64) -> (f64, f64) {
    match cell {
        (None, None) => (mean, deviation),
        (None, Some(high)) => (mean.max(high - deviation * -normal::quantile(alpha)), deviation),
        (Some(low), None) => (mean.min(low + deviation * -normal::quantile(alpha)), deviation),
        (Some(low), Some(high)) => {
            let below = normal::cdf((low - mean) / deviation);
            let above = normal::cdf((mean - high) / deviation);
            if below >= 0.5 * alpha && above >= 0.5 * alpha {
                return (mean, deviation);
            }
            let (least_below, least_above) = (below.max(0.5 * alpha), above.max(0.5 * alpha));
            // What was added is taken from what exceeds the floors, in proportion.
            let within = 1.0 - below - above;
            let excess = 1.0 - least_below - least_above - within;
            let room = least_below + least_above + within - 1.5 * alpha;
            let share = |p: f64| p + excess / room * (p - 0.5 * alpha);
            let (q_below, q_above) =
                (-normal::quantile(share(least_below)), -normal::quantile(share(least_above)));
            let centre = (low * q_above + high * q_below) / (q_below + q_above);
            (centre, (high - low) / (q_below + q_above))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The probabilities below and above the cell.
    fn beyond(mean: f64, deviation: f64, low: f64, high: f64) -> (f64, f64) {
        (normal::cdf((low - mean) / deviation), normal::cdf((mean - high) / deviation))
    }

    #[test]
    fn each_side_keeps_its_probability() {
        for alpha in [0.3, 0.05, 0.001] {
            for mean in [0.401, 0.45, 0.5, 0.58, 0.6] {
                for deviation in [1e-9, 1e-3, 0.01, 0.05, 0.3] {
                    let before = beyond(mean, deviation, 0.4, 0.6);
                    let (moved, wide) = widened(mean, deviation, (Some(0.4), Some(0.6)), alpha);
                    let after = beyond(moved, wide, 0.4, 0.6);
                    let floor = 0.5 * alpha * (1.0 - 1e-9);
                    assert!(
                        after.0 >= floor && after.1 >= floor,
                        "{after:?} of {mean}, {deviation}, {alpha}"
                    );
                    if before.0 >= floor && before.1 >= floor {
                        assert_eq!((moved, wide), (mean, deviation));
                    }
                    assert!((0.4..=0.6).contains(&moved), "{moved} of {mean}, {deviation}, {alpha}");
                }
            }
        }
    }

    #[test]
    fn an_outer_cell_keeps_the_probability_on_its_one_side() {
        let (mean, deviation) = widened(0.02, 0.01, (None, Some(0.1)), 0.05);
        assert_eq!(deviation, 0.01);
        assert!((beyond(mean, deviation, 0.0, 0.1).1 - 0.05).abs() < 1e-12);
        assert_eq!(widened(0.09, 0.01, (None, Some(0.1)), 0.05), (0.09, 0.01));
        let (mean, _) = widened(0.98, 0.01, (Some(0.9), None), 0.05);
        assert!((beyond(mean, 0.01, 0.9, 1.0).0 - 0.05).abs() < 1e-12);
        assert_eq!(widened(0.7, 1e-12, (None, None), 0.05), (0.7, 1e-12));
    }
}
