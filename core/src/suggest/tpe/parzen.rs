//! From observations to a mixture of normal kernels.

use super::mixture::{Kernel, Mixture};
use crate::space::Law;

/// Above so many kernels the narrowest ones are merged.
const MERGE_ABOVE: usize = 256;

/// The width of the bins in which kernels are merged, in their standard deviations.
///
/// Kernels of equal bandwidth s in a bin of width h are replaced by one at their weighted mean. Their first-order
/// terms cancel there; what is left is at most v/(2 s^2) |t^2 - 1| of the kernel's density at t deviations, v <= h^2/4
/// being the variance within the bin: 0.2 % near the kernel, 2 % at three deviations, where it hardly matters.
const BIN: f64 = 0.125;

/// Fills `mixture` from observations (place, weight) in the order of their places, and the prior as one more.
///
/// The bandwidth of a kernel is the greater of the gaps to its neighbours, the prior being one of them, within
/// [s / min(100, 1 + m), s] for m kernels and the prior's width s. As only s/100-wide gaps and greater make a
/// bandwidth that is not the least, there are few of these however long the history; the others are merged, so the
/// size of the mixture does not grow with the history.
pub(super) fn fill(mixture: &mut Mixture, law: Law, prior_weight: f64, observations: &[(f64, f64)]) {
    mixture.clear(law);
    let (centre, spread) = (law.centre(), law.spread());
    let kernels = observations.len() + 1;
    #[expect(clippy::cast_precision_loss, reason = "no study has 2^53 trials")]
    let least = spread / (kernels as f64 + 1.0).min(100.0);
    let at = observations.partition_point(|(place, _)| *place < centre);
    let place = |index: usize| match index.cmp(&at) {
        std::cmp::Ordering::Less => observations[index].0,
        std::cmp::Ordering::Equal => centre,
        std::cmp::Ordering::Greater => observations[index - 1].0,
    };
    let is_merging = kernels > MERGE_ABOVE;
    let mut before = f64::NAN;
    let mut here = place(0);
    for index in 0..kernels {
        let after = if index + 1 < kernels { place(index + 1) } else { f64::NAN };
        if index == at {
            mixture.push(Kernel { mu: centre, sigma: spread, weight: prior_weight });
        } else {
            // A missing neighbour is NaN, which `max` passes over.
            let gap = if kernels == 2 { 0.5 * spread } else { (here - before).max(after - here) };
            let sigma = gap.clamp(least, spread);
            let weight = observations[if index < at { index } else { index - 1 }].1;
            if is_merging && gap <= least {
                mixture.merge(Kernel { mu: here, sigma: least, weight }, least * BIN);
            } else {
                mixture.push(Kernel { mu: here, sigma, weight });
            }
        }
        before = here;
        here = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kernels(places: &[f64]) -> Vec<(f64, f64)> {
        let observations: Vec<_> = places.iter().map(|place| (*place, 1.0)).collect();
        let mut mixture = Mixture::default();
        fill(&mut mixture, Law::Uniform { low: 0.0, high: 1.0 }, 1.0, &observations);
        mixture.kernels().iter().map(|kernel| (kernel.mu, (kernel.sigma * 1e9).round() / 1e9)).collect()
    }

    #[test]
    fn bandwidths_are_those_of_hyperopt() {
        assert_eq!(kernels(&[]), [(0.5, 1.0)]);
        assert_eq!(kernels(&[0.9]), [(0.5, 1.0), (0.9, 0.5)]);
        assert_eq!(kernels(&[0.2, 0.3, 0.9]), [(0.2, 0.2), (0.3, 0.2), (0.5, 1.0), (0.9, 0.4)]);
    }
}
