//! How much a point counts beside others that lie with it.

use super::embedding::{Embedding, Metric, Row};

/// Points whose numbers differ by less than about this part of their range lie together.
const REACH: f64 = 0.1;

/// By point: 1 if it lies alone, and 1/n each if n lie together.
///
/// A search that has found something good leaves most of its points there. What is typical of the space is what is
/// typical of the places that were looked at, not of the looks.
pub(super) fn weights(embedding: &Embedding, rows: &[&Row]) -> Vec<f64> {
    let mut crowds = vec![1.0; rows.len()];
    for (at, row) in rows.iter().enumerate() {
        for (other, other_row) in rows[..at].iter().enumerate() {
            let closeness = closeness(embedding, row, other_row);
            crowds[at] += closeness;
            crowds[other] += closeness;
        }
    }
    crowds.into_iter().map(|crowd| 1.0 / crowd).collect()
}

/// From 0 to 1: not in the same branch with the same options, to the very same.
fn closeness(embedding: &Embedding, a: &Row, b: &Row) -> f64 {
    let (mut squares, mut count) = (0.0, 0.0);
    for ((metric, a), b) in embedding.metrics.iter().zip(a).zip(b) {
        #[expect(clippy::float_cmp, reason = "indices of options are small whole numbers")]
        match metric {
            _ if a.is_nan() && b.is_nan() => {}
            _ if a.is_nan() || b.is_nan() => return 0.0,
            Metric::Set if a == b => {}
            Metric::Set => return 0.0,
            Metric::Line | Metric::Arc => {
                squares += (a - b) * (a - b);
                count += 1.0;
            }
        }
    }
    if count > 0.0 { libm::exp(-0.5 * squares / count / (REACH * REACH)) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_counts_as_one() {
        let embedding = Embedding { metrics: vec![Metric::Line, Metric::Set, Metric::Arc] };
        let rows = [
            vec![0.1, 0.0, 0.5],
            vec![0.1, 0.0, 0.5],
            vec![0.1, 0.0, 0.5],
            vec![0.1, 1.0, 0.5],
            vec![0.1, 0.0, f64::NAN],
            vec![0.9, 0.0, f64::NAN],
        ];
        let rows: Vec<&Row> = rows.iter().collect();
        let weights = weights(&embedding, &rows);
        let expected = [1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 1.0, 1.0, 1.0];
        assert!(weights.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{weights:?}");
    }
}
