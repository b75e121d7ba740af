//! Points that none other is better than.

use std::collections::BTreeMap;

/// Two or three figures of a trial, all minimised; of two the third is 0.
pub(super) type Figures = [f64; 3];

/// Whether each point is on the Pareto front: no other one is at least as good in all and better in one. Equal points are
/// on it together.
///
/// Points are taken in lexicographic order, so that only an earlier one can dominate a later one; the staircase of the
/// other two figures then tells whether one does. O(n log n). Source: H. T. Kung, F. Luccio and F. P. Preparata, "On
/// finding the maxima of a set of vectors", Journal of the ACM 22(4), 1975.
pub(super) fn front(points: &[Figures]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_unstable_by(|a, b| lexicographic(&points[*a], &points[*b]));
    let mut on_front = vec![false; points.len()];
    let mut stairs = Stairs::default();
    for equal in order.chunk_by(|a, b| points[*a] == points[*b]) {
        let [_, b, c] = points[equal[0]];
        if stairs.add(b, c) {
            equal.iter().for_each(|at| on_front[*at] = true);
        }
    }
    on_front
}

pub(super) fn lexicographic(a: &Figures, b: &Figures) -> std::cmp::Ordering {
    a.iter()
        .zip(b)
        .map(|(a, b)| a.total_cmp(b))
        .find(|order| order.is_ne())
        .unwrap_or(std::cmp::Ordering::Equal)
}

/// The front of points in the plane: as the first figure rises, the second one falls.
#[derive(Default)]
pub(super) struct Stairs(BTreeMap<Key, f64>);

impl Stairs {
    /// Adds a point, and removes those that it dominates. Whether it was added: no point dominates or equals it.
    pub(super) fn add(&mut self, b: f64, c: f64) -> bool {
        let blocked = self.0.range(..=Key(b)).next_back().is_some_and(|(_, before)| *before <= c);
        if !blocked {
            while let Some((worse, _)) = self.0.range(Key(b)..).next().filter(|(_, after)| **after >= c) {
                let worse = *worse;
                self.0.remove(&worse);
            }
            self.0.insert(Key(b), c);
        }
        !blocked
    }

    /// By how much the area between the stairs and the corner grows when this point is added.
    pub(super) fn gain(&self, b: f64, c: f64, corner: (f64, f64)) -> f64 {
        if b >= corner.0 || c >= corner.1 {
            return 0.0;
        }
        let before = self.0.range(..=Key(b)).next_back().map_or(corner.1, |(_, height)| height.min(corner.1));
        let (mut from, mut height, mut gain) = (b, before, 0.0);
        for (Key(next), lower) in self.0.range(Key(b)..) {
            if height <= c || *next >= corner.0 {
                break;
            }
            gain += (next - from) * (height - c);
            (from, height) = (*next, height.min(*lower));
        }
        if height > c { gain + (corner.0 - from) * (height - c) } else { gain }
    }
}

/// A float in its order; never NaN.
#[derive(Clone, Copy, Debug)]
struct Key(f64);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(in crate::analysis) fn clouds() -> impl Strategy<Value = Vec<Figures>> {
        let figure = || (0_u32..8).prop_map(f64::from);
        let three = prop::collection::vec([figure(), figure(), figure()], 0..60);
        let two = prop::collection::vec((figure(), figure()).prop_map(|(a, b)| [a, b, 0.0]), 0..60);
        prop_oneof![three, two]
    }

    fn dominates(one: &Figures, other: &Figures) -> bool {
        one.iter().zip(other).all(|(a, b)| a <= b) && one != other
    }

    proptest! {
        #[test]
        fn the_front_is_what_nothing_dominates(points in clouds()) {
            let naive: Vec<bool> =
                points.iter().map(|point| !points.iter().any(|other| dominates(other, point))).collect();
            prop_assert_eq!(front(&points), naive);
        }

        /// Cell by cell: the area is the number of unit squares that a point dominates.
        #[test]
        fn gains_add_up_to_the_area(points in clouds()) {
            let (mut stairs, mut area) = (Stairs::default(), 0.0);
            for [b, c, _] in &points {
                area += stairs.gain(*b, *c, (6.0, 7.0));
                stairs.add(*b, *c);
            }
            let cells = (0..6).flat_map(|b| (0..7).map(move |c| (f64::from(b), f64::from(c))));
            let covered = cells.filter(|(b, c)| points.iter().any(|point| point[0] <= *b && point[1] <= *c));
            prop_assert_eq!(area, covered.count() as f64);
            prop_assert!(stairs.0.values().zip(stairs.0.values().skip(1)).all(|(a, b)| a > b));
        }
    }
}
