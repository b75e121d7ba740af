//! Many observations on an axis, counted into narrow bins.

/// An observation: its place and its weight.
pub(super) type Weighed = (f64, f64);

/// What lies in one bin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bin {
    pub count: u32,
    pub weight: f64,
    /// The sum of weight times distance from `anchor`.
    moment: f64,
    anchor: f64,
    /// The observation with the least place; of equal ones the first that came.
    pub first: Weighed,
    /// The observation with the greatest place; of equal ones the last that came.
    pub last: Weighed,
}

impl Bin {
    fn of(only: Weighed) -> Self {
        Self { count: 1, weight: only.1, moment: 0.0, anchor: only.0, first: only, last: only }
    }

    /// Takes one of the observations out; the ends stay as they are.
    pub fn remove(&mut self, (place, weight): Weighed) {
        self.count -= 1;
        self.weight -= weight;
        self.moment -= weight * (place - self.anchor);
    }

    /// The weighted mean of the places.
    pub fn mean(&self) -> f64 {
        // Rounding must not carry it out of the bin.
        (self.anchor + self.moment / self.weight).clamp(self.first.0, self.last.0)
    }
}

/// What every observation changes in its bin: kept small, for all the bins of a bounded parameter are to stay in
/// the nearest cache while a long history passes.
#[derive(Clone, Copy, Debug)]
struct Tally {
    weight: f64,
    /// The sum of weight times distance from the low end of the grid, in bins.
    moment: f64,
    first: f64,
    last: f64,
    count: u32,
}

impl Tally {
    const EMPTY: Self =
        Self { weight: 0.0, moment: 0.0, first: f64::INFINITY, last: f64::NEG_INFINITY, count: 0 };
}

/// Bins of equal width over a range, and single observations beyond it.
#[derive(Clone, Debug, Default)]
pub(super) struct Bins {
    low: f64,
    /// Bins per unit of length.
    scale: f64,
    grid: Vec<Tally>,
    /// By bin: the weights of its first and its last observation, which seldom change.
    ends: Vec<(f64, f64)>,
    below: Vec<Weighed>,
    above: Vec<Weighed>,
}

impl Bins {
    /// Empties the bins and lays them from `low` to `high`.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is bounded")]
    pub fn lay(&mut self, low: f64, high: f64, width: f64) {
        const BINS_MAX: usize = 1 << 16;
        self.low = low;
        self.scale = 1.0 / width;
        let count = (((high - low) / width) as usize).saturating_add(1).min(BINS_MAX);
        self.grid.clear();
        self.grid.resize(count, Tally::EMPTY);
        // What the ends of an empty bin weigh is never read.
        self.ends.resize(count, (0.0, 0.0));
        self.below.clear();
        self.above.clear();
    }

    /// Counts in the observations that weigh more than nothing and have a place.
    pub fn add(&mut self, places: &[f64], weights: &[f64]) {
        let (low, scale) = (self.low, self.scale);
        for (&place, &weight) in places.iter().zip(weights) {
            if weight <= 0.0 {
                continue;
            }
            let at = (place - low) * scale;
            let index = whole(at);
            let Some(bin) = self.grid.get_mut(index) else {
                self.add_beyond(place, weight);
                continue;
            };
            bin.weight += weight;
            bin.moment += weight * at;
            bin.count += 1;
            if place < bin.first {
                bin.first = place;
                self.ends[index].0 = weight;
            }
            if place >= bin.last {
                bin.last = place;
                self.ends[index].1 = weight;
            }
        }
    }

    #[cold]
    fn add_beyond(&mut self, place: f64, weight: f64) {
        if place < self.low {
            self.below.push((place, weight));
        } else if place >= self.low {
            self.above.push((place, weight));
        }
    }

    /// All bins that are not empty, by place.
    pub fn filled(&mut self) -> impl Iterator<Item = Bin> {
        // Stable: of equal ones the first that came stays the first.
        self.below.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.above.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (anchor, scale) = (self.low, self.scale);
        let grid = self.grid.iter().zip(&self.ends).filter(|(tally, _)| tally.count > 0);
        let grid = grid.map(move |(tally, ends)| Bin {
            count: tally.count,
            weight: tally.weight,
            moment: tally.moment / scale,
            anchor,
            first: (tally.first, ends.0),
            last: (tally.last, ends.1),
        });
        let single = |only: &Weighed| Bin::of(*only);
        self.below.iter().map(single).chain(grid).chain(self.above.iter().map(single))
    }
}

/// The whole part of a number from 0 to below 2^20; more than that for any other number and for what is none.
///
/// Added to 2^20 the number has its whole part in the upper half of the bits, from which those of 2^20 are taken off:
/// less work than a cast, and one comparison then finds all that lies beyond the bins or nowhere. A number within
/// 2^-33 below a whole one counts as that one.
fn whole(number: f64) -> usize {
    const SHIFT: f64 = (1_u32 << 20) as f64;
    ((number + SHIFT).to_bits().wrapping_sub(SHIFT.to_bits()) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::{Bins, whole};

    #[test]
    fn bins_hold_what_weighs_something_and_has_a_place() {
        let places = [0.31, 0.39, 0.31, 0.95, f64::NAN, 0.35, 7.0, -2.0, 7.0, 1.0, -3.0];
        let weights = [1.0, 2.0, 3.0, 4.0, 5.0, 0.0, 6.0, 7.0, 8.0, 9.0, 10.0];
        let mut bins = Bins::default();
        bins.lay(0.0, 1.0, 0.1);
        // Twice: nothing is left of what was there before.
        bins.add(&places, &weights);
        bins.lay(0.0, 1.0, 0.1);
        bins.add(&places, &weights);
        let found: Vec<_> = bins.filled().map(|bin| (bin.count, bin.weight, bin.first, bin.last)).collect();
        let single = |place, weight| (1, weight, (place, weight), (place, weight));
        assert_eq!(
            found,
            [
                single(-3.0, 10.0),
                single(-2.0, 7.0),
                (3, 6.0, (0.31, 1.0), (0.39, 2.0)),
                single(0.95, 4.0),
                single(1.0, 9.0),
                single(7.0, 6.0),
                single(7.0, 8.0),
            ]
        );
    }

    #[test]
    fn a_mean_is_that_of_what_is_left() {
        let mut bins = Bins::default();
        bins.lay(-1.0, 1.0, 0.5);
        bins.add(&[0.1, 0.4, 0.2, 0.4], &[1.0, 1.0, 2.0, 4.0]);
        let mut bin = bins.filled().next().unwrap();
        assert!((bin.mean() - 2.5 / 8.0).abs() < 1e-12);
        assert_eq!(bin.last, (0.4, 4.0));
        bin.remove(bin.last);
        assert!((bin.mean() - 0.9 / 4.0).abs() < 1e-12);
        bin.remove(bin.first);
        assert!((bin.mean() - 0.8 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn whole_parts_are_right_and_what_has_none_is_out_of_range() {
        let numbers = [
            (0.0, 0),
            (-0.0, 0),
            (0.25, 0),
            (1.0, 1),
            (1.999_999, 1),
            (799.5, 799),
            (1_048_575.5, 1_048_575),
        ];
        for (number, expected) in numbers {
            assert_eq!(whole(number), expected, "{number}");
        }
        let beyond = [1_048_576.0, 3e6, 1e9, 1e18, 1e300, f64::MAX, f64::INFINITY];
        for number in beyond.into_iter().flat_map(|number| [number, -number]).chain([-1e-9, -0.5, f64::NAN]) {
            assert!(whole(number) >= 1 << 20, "{number}: {}", whole(number));
        }
    }
}
