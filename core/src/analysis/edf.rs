//! How the losses of a study are distributed.

use serde::Serialize;

use super::Table;

/// The most points.
pub const EDF_POINTS_MAX: usize = 200;

const METHOD: &str = "The part of the completed trials with a loss of at most this.";

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Edf {
    pub n_used: usize,
    pub method: &'static str,
    /// `loss, fraction`, both rising: this part of the losses is at most this one. The first point is the best trial and
    /// the last one the worst.
    pub points: Vec<(f64, f64)>,
}

/// The empirical distribution of the losses of the completed trials: exact at each of its points.
#[must_use]
pub fn edf(table: &Table) -> Edf {
    let mut losses: Vec<f64> = table.completed().map(|(_, loss)| loss).collect();
    losses.sort_unstable_by(f64::total_cmp);
    let n = losses.len();
    let shown = n.min(EDF_POINTS_MAX);
    let mut points: Vec<(f64, f64)> = Vec::with_capacity(shown);
    for point in 0..shown {
        let loss = losses[if shown > 1 { point * (n - 1) / (shown - 1) } else { 0 }];
        let fraction = losses.partition_point(|other| *other <= loss) as f64 / n as f64;
        if points.last() != Some(&(loss, fraction)) {
            points.push((loss, fraction));
        }
    }
    Edf { n_used: n, method: METHOD, points }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{Ended, table};

    const SPACE: &str = r#"{"x": {"type": "uniform", "low": 0, "high": 1}}"#;

    fn of(losses: impl IntoIterator<Item = f64>) -> Edf {
        edf(&table(SPACE, losses.into_iter().map(|loss| Ended::at(&[0.5], loss))))
    }

    #[test]
    fn fractions_are_exact() {
        assert_eq!(of([3.0, 1.0, 1.0, 2.0]).points, [(1.0, 0.5), (2.0, 0.75), (3.0, 1.0)]);
        assert_eq!(of([7.0]).points, [(7.0, 1.0)]);
        assert_eq!(of([]).points, []);
        let many = of((0..1_000).map(|i| f64::from((i * 7) % 1_000)));
        assert_eq!((many.n_used, many.points.len()), (1_000, EDF_POINTS_MAX));
        assert!(many.points.iter().all(|(loss, fraction)| *fraction == (loss + 1.0) / 1_000.0));
        assert_eq!((many.points[0].0, many.points[199]), (0.0, (999.0, 1.0)));
    }
}
