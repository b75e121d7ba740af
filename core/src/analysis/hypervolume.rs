//! How much of the space of objectives is dominated.

use super::front::{Figures, Stairs, front, lexicographic};

/// The volume that the points dominate, up to the reference point; exact. Points that are not better than it in all
/// figures dominate nothing of it. Of two figures the third is 0, and that of the reference must be 1.
///
/// The points are swept by the first figure, with the area of the stairs in the other two kept up: O(n log n). Source:
/// N. Beume, C. M. Fonseca, M. Lopez-Ibanez, L. Paquete and J. Vahrenhold, "On the complexity of computing the
/// hypervolume indicator", IEEE Transactions on Evolutionary Computation 13(5), 2009.
pub(super) fn hypervolume(points: &[Figures], reference: &Figures) -> f64 {
    let mut sorted = points.to_vec();
    sorted.sort_unstable_by(lexicographic);
    let corner = (reference[1], reference[2]);
    let (mut stairs, mut area, mut volume, mut at) = (Stairs::default(), 0.0, 0.0, f64::NEG_INFINITY);
    for [a, b, c] in sorted {
        if a >= reference[0] {
            break;
        }
        if area > 0.0 {
            volume += area * (a - at);
        }
        at = a;
        area += stairs.gain(b, c, corner);
        stairs.add(b, c);
    }
    if area > 0.0 { volume + area * (reference[0] - at) } else { volume }
}

/// The volume after so many of the points, at most `most` times and at the end; empty if it is too large for a float.
pub(super) fn growth(points: &[Figures], reference: &Figures, most: usize) -> Vec<(usize, f64)> {
    let steps = points.len().min(most);
    let mut grown = Vec::with_capacity(steps);
    let (mut so_far, mut taken): (Vec<Figures>, usize) = (Vec::new(), 0);
    for step in 1..=steps {
        let end = points.len() * step / steps;
        so_far.extend(&points[taken..end]);
        taken = end;
        let mut on_front = front(&so_far).into_iter();
        so_far.retain(|_| on_front.next().unwrap_or(false));
        so_far.sort_unstable_by(lexicographic);
        so_far.dedup();
        grown.push((end, hypervolume(&so_far, reference)));
    }
    let all_finite = grown.iter().all(|(_, volume)| volume.is_finite());
    if all_finite { grown } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::front::tests::clouds;

    #[test]
    fn boxes_have_their_volume() {
        assert_eq!(hypervolume(&[[1.0, 2.0, 3.0]], &[3.0, 5.0, 7.0]), 24.0);
        assert_eq!(hypervolume(&[[1.0, 2.0, 0.0], [2.0, 1.0, 0.0]], &[3.0, 3.0, 1.0]), 3.0);
        assert_eq!(hypervolume(&[[3.0, 0.0, 0.0]], &[3.0, 3.0, 1.0]), 0.0);
        assert_eq!(hypervolume(&[], &[1.0; 3]), 0.0);
    }

    proptest! {
        /// Cell by cell: the volume is the number of unit cubes that a point dominates.
        #[test]
        fn volumes_are_exact(points in clouds()) {
            let cell = |index: u32| [f64::from(index % 7), f64::from(index / 7 % 6), f64::from(index / 42)];
            let reference = [7.0, 6.0, 5.0];
            let count = |points: &[Figures]| {
                let inside = |cell: &Figures| points.iter().any(|point| point.iter().zip(cell).all(|(a, b)| a <= b));
                (0..7 * 6 * 5).map(cell).filter(inside).count() as f64
            };
            prop_assert_eq!(hypervolume(&points, &reference), count(&points));
            for (end, volume) in growth(&points, &reference, 7) {
                prop_assert_eq!(volume, count(&points[..end]));
            }
            prop_assert_eq!(growth(&points, &reference, 7).len(), points.len().min(7));
        }
    }
}
