//! Quantiles of a handful of numbers or of a million.

/// The `p` quantile of sorted numbers, `p` in 0..=1, on the straight line between the two nearest ones. NaN for none.
///
/// Source: R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50(4),
/// 1996, definition 7; what R and `NumPy` do when not told otherwise.
pub(super) fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = p.clamp(0.0, 1.0) * last as f64;
    let below = (place as usize).min(last);
    let (a, b) = (sorted[below], sorted[(below + 1).min(last)]);
    let between = place - below as f64;
    // Not `a + (b - a) * t`, which may overflow.
    if a == b { a } else { a * (1.0 - between) + b * between }
}

/// The middle of numbers in any order. `None` for none.
pub(super) fn median(mut numbers: Vec<f64>) -> Option<f64> {
    if numbers.is_empty() {
        return None;
    }
    let middle = numbers.len() / 2;
    let even = numbers.len().is_multiple_of(2);
    let (below, at, _) = numbers.select_nth_unstable_by(middle, f64::total_cmp);
    let at = *at;
    let before = below.iter().copied().max_by(f64::total_cmp).filter(|_| even);
    Some(before.map_or(at, |before| if before == at { at } else { before * 0.5 + at * 0.5 }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quantiles_are_those_of_numpy() {
        let sorted = [1.0, 2.0, 4.0, 8.0, 16.0];
        for (p, value) in [(0.0, 1.0), (0.1, 1.4), (0.25, 2.0), (0.5, 4.0), (0.9, 12.8), (1.0, 16.0)] {
            assert!((quantile(&sorted, p) - value).abs() < 1e-12, "{p}");
        }
        assert_eq!(quantile(&[3.0], 0.7), 3.0);
        assert!(quantile(&[], 0.5).is_nan());
        assert!(quantile(&[f64::MIN, f64::MAX], 0.5).is_finite());
    }

    proptest! {
        #[test]
        fn the_median_is_the_middle_quantile(numbers in prop::collection::vec(-1e3..1e3_f64, 1..40)) {
            let mut sorted = numbers.clone();
            sorted.sort_by(f64::total_cmp);
            let middle = median(numbers).unwrap();
            prop_assert!((middle - quantile(&sorted, 0.5)).abs() < 1e-9);
        }
    }
}
