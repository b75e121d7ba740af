//! From observations to a mixture of normal kernels.

use super::bins::Bins;
use super::mixture::{Kernel, Mixture};
use super::sample::Sample;
use crate::space::Law;

/// From so many observations on, kernels of the least bandwidth are merged.
const MERGE_FROM: usize = 256;

/// The width of the bins in which kernels are merged, in their standard deviations.
///
/// Kernels of equal bandwidth s in a bin of width h are replaced by one at their weighted mean. Their first-order
/// terms cancel there; what is left is at most v/(2 s^2) |t^2 - 1| of the kernel's density at t deviations, v <= h^2/4
/// being the variance within the bin: 0.2 % near the kernel, 2 % at three deviations, where it hardly matters.
const BIN: f64 = 0.125;

/// How many deviations of a prior without bounds the bins reach to either side; what lies beyond stays single.
const RANGE: f64 = 8.0;

/// Makes mixtures; holds the buffers for it.
///
/// The bandwidth of a kernel is the greater of the gaps to its neighbours, the prior being one of them, within
/// [s / min(100, 1 + m), s] for m kernels and the prior's width s. As only gaps above s/100 make a bandwidth that is
/// not the least, there are few of these however long the history; the others are merged, so that the size of the
/// mixture does not grow with the history, and the time to make it is that of one pass.
#[derive(Debug, Default)]
pub(super) struct Parzen {
    few: Vec<(f64, f64)>,
    bins: Bins,
}

impl Parzen {
    /// Fills `mixture` with the observations, and the prior as one more.
    pub fn fill(&mut self, mixture: &mut Mixture, law: Law, prior_weight: f64, sample: Sample<'_>) {
        mixture.clear(law);
        #[expect(clippy::cast_precision_loss, reason = "no study has 2^53 trials")]
        let least = law.spread() / (sample.count as f64 + 2.0).min(100.0);
        if sample.count < MERGE_FROM {
            self.few.clear();
            self.few.extend(sample.observations());
            // Stable: equal places stay in the order of the numbers.
            self.few.sort_by(|a, b| a.0.total_cmp(&b.0));
            fill_one_by_one(mixture, law, prior_weight, least, &self.few);
        } else {
            self.fill_merged(mixture, law, prior_weight, least, sample);
        }
        mixture.finish();
    }

    fn fill_merged(
        &mut self,
        mixture: &mut Mixture,
        law: Law,
        prior_weight: f64,
        least: f64,
        sample: Sample<'_>,
    ) {
        let (centre, spread) = (law.centre(), law.spread());
        let (low, high) = match law {
            Law::Uniform { low, high } => (low, high),
            Law::Normal { .. } => (centre - RANGE * spread, centre + RANGE * spread),
        };
        self.bins.lay(low, high, least * BIN);
        sample.rows.iter().for_each(|(places, weights)| self.bins.add(places, weights));
        mixture.push(Kernel { mu: centre, sigma: spread, weight: prior_weight });
        let mut before = f64::NEG_INFINITY;
        let mut filled = self.bins.filled().peekable();
        while let Some(mut bin) = filled.next() {
            let after = filled.peek().map_or(f64::INFINITY, |next| next.first.0);
            let (first, last) = (bin.first, bin.last);
            // The prior is a neighbour too. A missing neighbour is infinitely far and counts for nothing.
            let left = first.0 - if centre <= first.0 { before.max(centre) } else { before };
            let right = if centre >= last.0 { after.min(centre) } else { after } - last.0;
            let [left, right] = [left, right].map(|gap| if gap.is_finite() { gap } else { 0.0 });
            if bin.count == 1 {
                if left.max(right) > least {
                    mixture.push(Kernel { mu: first.0, sigma: left.max(right).min(spread), weight: first.1 });
                    bin.remove(first);
                }
            } else {
                for (gap, end) in [(left, first), (right, last)] {
                    if gap > least {
                        mixture.push(Kernel { mu: end.0, sigma: gap.min(spread), weight: end.1 });
                        bin.remove(end);
                    }
                }
            }
            if bin.count > 0 && bin.weight > 0.0 {
                mixture.push_least(Kernel { mu: bin.mean(), sigma: least, weight: bin.weight });
            }
            before = last.0;
        }
    }
}

/// `few` are observations in the order of their places.
fn fill_one_by_one(mixture: &mut Mixture, law: Law, prior_weight: f64, least: f64, few: &[(f64, f64)]) {
    let (centre, spread) = (law.centre(), law.spread());
    let at = few.partition_point(|(place, _)| *place < centre);
    let place = |index: usize| match index.cmp(&at) {
        std::cmp::Ordering::Less => few[index].0,
        std::cmp::Ordering::Equal => centre,
        std::cmp::Ordering::Greater => few[index - 1].0,
    };
    for index in 0..=few.len() {
        if index == at {
            mixture.push(Kernel { mu: centre, sigma: spread, weight: prior_weight });
            continue;
        }
        let (mu, weight) = few[if index < at { index } else { index - 1 }];
        let left = if index == 0 { 0.0 } else { mu - place(index - 1) };
        let right = if index == few.len() { 0.0 } else { place(index + 1) - mu };
        let gap = if few.len() == 1 { 0.5 * spread } else { left.max(right) };
        mixture.push(Kernel { mu, sigma: gap.max(least).min(spread), weight });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normal;
    use crate::stream::Stream;

    const UNIT: Law = Law::Uniform { low: 0.0, high: 1.0 };

    fn fill(mixture: &mut Mixture, law: Law, prior_weight: f64, observations: &[(f64, f64)]) {
        let (places, weights): (Vec<f64>, Vec<f64>) = observations.iter().copied().unzip();
        let sample = Sample { count: places.len(), rows: [(&places, &weights), (&[], &[])] };
        Parzen::default().fill(mixture, law, prior_weight, sample);
    }

    fn kernels(places: &[f64]) -> Vec<(f64, f64)> {
        let mut mixture = Mixture::default();
        let observations: Vec<_> = places.iter().map(|place| (*place, 1.0)).collect();
        fill(&mut mixture, UNIT, 1.0, &observations);
        mixture.kernels().map(|kernel| (kernel.mu, (kernel.sigma * 1e9).round() / 1e9)).collect()
    }

    #[test]
    fn bandwidths_are_those_of_hyperopt() {
        assert_eq!(kernels(&[]), [(0.5, 1.0)]);
        assert_eq!(kernels(&[0.9]), [(0.5, 1.0), (0.9, 0.5)]);
        assert_eq!(kernels(&[0.3, 0.2, 0.9]), [(0.2, 0.2), (0.3, 0.2), (0.5, 1.0), (0.9, 0.4)]);
    }

    /// Half spread out over one side, half on a heap, a few with gaps between them.
    fn observations(count: u32) -> Vec<(f64, f64)> {
        let mut stream = Stream::new(1, 1, "merge");
        let mut draw = |i: u32| match i % 100 {
            0 => stream.unit(),
            1..50 => 0.3 * stream.unit(),
            _ => 0.35 + 0.02 * stream.unit(),
        };
        (0..count).map(|i| (draw(i), f64::from(1 + i % 7))).collect()
    }

    #[test]
    fn merging_bounds_the_size_and_hardly_changes_the_density() {
        for law in [UNIT, Law::Normal { mu: 0.3, sigma: 0.5 }] {
            let all = observations(3_000);
            let mut sorted = all.clone();
            sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (mut merged, mut exact) = (Mixture::default(), Mixture::default());
            fill(&mut merged, law, 1.0, &all);
            exact.clear(law);
            fill_one_by_one(&mut exact, law, 1.0, law.spread() / 100.0, &sorted);
            exact.finish();
            assert!(merged.kernels().count() < 600, "{}", merged.kernels().count());
            for z in (0..=200).map(|i| f64::from(i) / 200.0) {
                let ratio = merged.density(z) / exact.density(z);
                assert!((ratio - 1.0).abs() < 0.01, "{z}: {ratio}");
                let ratio = merged.mass(z - 0.01, z + 0.01) / exact.mass(z - 0.01, z + 0.01);
                assert!((ratio - 1.0).abs() < 0.01, "{z}: {ratio}");
            }
        }
    }

    #[test]
    fn a_mixture_is_the_weighted_sum_of_its_kernels() {
        let mut mixture = Mixture::default();
        fill(&mut mixture, UNIT, 2.0, &[(0.2, 1.0), (0.3, 0.5), (0.9, 1.0)]);
        let kernels = [(0.2, 0.2, 1.0), (0.3, 0.2, 0.5), (0.5, 1.0, 2.0), (0.9, 0.4, 1.0)];
        for z in [0.0, 0.25, 0.7, 1.0] {
            let density: f64 = kernels
                .iter()
                .map(|(mu, sigma, weight)| weight / 4.5 / sigma * normal::density((z - mu) / sigma))
                .sum();
            assert!((mixture.density(z) / density - 1.0).abs() < 1e-12);
            let cdf = |x: f64| -> f64 {
                kernels.iter().map(|(mu, sigma, weight)| weight / 4.5 * normal::cdf((x - mu) / sigma)).sum()
            };
            assert!((mixture.mass(z, z + 0.1) / (cdf(z + 0.1) - cdf(z)) - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn draws_follow_the_mixture_within_the_bounds() {
        let mut mixture = Mixture::default();
        fill(&mut mixture, UNIT, 1.0, &[(0.02, 1.0), (0.3, 1.0), (0.9, 1.0)]);
        mixture.make_drawable();
        let mut stream = Stream::new(5, 1, "draws");
        let mut draws: Vec<f64> = (0..20_000).map(|_| mixture.draw(&mut stream)).collect();
        draws.sort_by(f64::total_cmp);
        assert!(draws[0] >= 0.0 && draws[19_999] <= 1.0);
        let all = mixture.mass(0.0, 1.0);
        let distance = (1..)
            .zip(&draws)
            .map(|(rank, z)| (f64::from(rank) / 20_000.0 - mixture.mass(0.0, *z) / all).abs());
        // Kolmogorov's statistic at 99.9 %: 1.95 / sqrt(n).
        assert!(distance.fold(0.0, f64::max) < 1.95 / 20_000_f64.sqrt());
    }
}
