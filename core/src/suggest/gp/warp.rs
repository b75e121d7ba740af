//! Losses on a scale on which a Gaussian process can believe them.

/// A rising map from losses to numbers of about zero middle and unit spread.
///
/// The better half keeps its shape: its middle is the median, its unit the root mean square distance from there. The worse
/// half is bent towards a ceiling, with no edge at the median, so that neither a loss of 1e300 nor a failure, which
/// stands at the ceiling, says more than "bad" (the aim of the half-rank warping of X. Song et al., "The Vizier Gaussian
/// process bandit algorithm", arXiv 2408.11527).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Warp {
    median: f64,
    unit: f64,
}

/// What no loss exceeds once it is warped.
pub(super) const CEILING: f64 = 2.0;

impl Warp {
    /// For these losses, all finite, in rising order, each with its weight.
    pub fn of(rising: &[(f64, f64)]) -> Self {
        let all: f64 = rising.iter().map(|(_, weight)| weight).sum();
        let mut before = 0.0;
        let middle = rising.iter().position(|(_, weight)| {
            before += weight;
            before >= 0.5 * all
        });
        let middle = middle.unwrap_or(0);
        let median = rising.get(middle).map_or(0.0, |(loss, _)| *loss);
        // Scaled, so that squares neither overflow nor vanish.
        let widest = rising.first().map_or(0.0, |(best, _)| (0.5 * median - 0.5 * best) * 2.0);
        let below = rising.get(..=middle).unwrap_or_default();
        let mean_square = |widest: f64| {
            let share = |loss: f64| ((0.5 * median - 0.5 * loss) * 2.0 / widest).min(1.0);
            let squares: f64 = below.iter().map(|(loss, weight)| weight * share(*loss) * share(*loss)).sum();
            squares / below.iter().map(|(_, weight)| weight).sum::<f64>()
        };
        let unit = if widest > 0.0 && widest.is_finite() {
            widest * mean_square(widest).sqrt()
        } else {
            // The better half is all the same.
            rising.iter().map(|(loss, _)| loss - median).find(|above| *above > 0.0).unwrap_or(1.0)
        };
        let unit = if unit.is_finite() && unit > f64::MIN_POSITIVE { unit } else { 1.0 };
        Self { median, unit }
    }

    pub fn apply(&self, loss: f64) -> f64 {
        let t = loss / self.unit - self.median / self.unit;
        if t.is_nan() {
            CEILING
        } else if t <= 0.0 {
            t.max(-1e6)
        } else {
            // Of slope 1 at 0.
            CEILING * (1.0 - 1.0 / (1.0 + 2.0 * t / CEILING).sqrt())
        }
    }

    /// What a variance of losses is on this scale, near the best.
    pub fn variance(&self, variance: f64) -> f64 {
        (variance / self.unit / self.unit).min(1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_half_keeps_its_shape_and_the_worse_has_a_ceiling() {
        let losses = [1.0, 3.0, 4.0, 5.0, 9.0, 1e3, 1e300];
        let warp = Warp::of(&losses.map(|loss| (loss, 1.0)));
        let warped: Vec<f64> = losses.iter().map(|loss| warp.apply(*loss)).collect();
        assert!(warped.windows(2).all(|pair| pair[0] < pair[1]), "{warped:?}");
        assert!(warped[3] == 0.0 && warped[6] <= CEILING);
        let thirds = (warped[1] - warped[0]) / (warped[2] - warped[1]);
        assert!((thirds - 2.0).abs() < 1e-12);
        let slope = (warp.apply(5.0 + 1e-6) - warp.apply(5.0 - 1e-6)) / 2e-6 * warp.unit;
        assert!((slope - 1.0).abs() < 1e-6);
    }

    #[test]
    fn any_losses_give_finite_numbers() {
        for losses in [
            vec![],
            vec![2.0],
            vec![2.0, 2.0, 2.0],
            vec![-f64::MAX, 0.0, f64::MAX],
            vec![-f64::MAX, f64::MAX],
            vec![1e-320, 2e-320, 3e-320],
            vec![0.0, 0.0, 5.0],
        ] {
            let weighted: Vec<(f64, f64)> = losses.iter().map(|loss| (*loss, 0.3)).collect();
            let warp = Warp::of(&weighted);
            for loss in losses.iter().chain(&[f64::MAX, -f64::MAX, 0.0]) {
                assert!(warp.apply(*loss).is_finite(), "{losses:?} {warp:?}");
            }
        }
    }
}
