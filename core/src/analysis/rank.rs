//! How trials rank over two parameters.

use serde::Serialize;

use super::Table;
use super::column::parameter;
use super::contour::{PAIR_POINTS_MAX, both_set};
use super::sample::sample;
use crate::Refusal;

const METHOD: &str = "Each point is a completed trial in which both are set; its rank is the part of the others that \
    are better, half of those as good counted.";

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Rank {
    pub n_used: usize,
    pub method: &'static str,
    pub x: String,
    pub y: String,
    pub points: RankPoints,
}

/// One entry each per point, at most 2,000: the best ones and an even sample of the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RankPoints {
    pub trial: Vec<usize>,
    /// Values; of a choice the option's position.
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    /// Among all trials that are used: from 0, the best, to 1, the worst. Equal losses share theirs.
    pub rank: Vec<f64>,
}

/// How the completed trials rank over these two parameters.
///
/// # Errors
/// `invalid` when there is no such parameter.
pub fn rank(table: &Table, x: &str, y: &str) -> Result<Rank, Refusal> {
    let (across, up) = (parameter(table, x, "x")?, parameter(table, y, "y")?);
    let both = both_set(table, across, up);
    let mut sorted: Vec<f64> = both.iter().map(|(_, loss)| *loss).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let others = both.len().saturating_sub(1).max(1) as f64;
    let mut points = RankPoints::default();
    for one in sample(&both, PAIR_POINTS_MAX) {
        let better = sorted.partition_point(|loss| *loss < one.loss);
        let not_worse = sorted.partition_point(|loss| *loss <= one.loss);
        points.trial.push(one.trial);
        points.x.push(table.values(across)[one.trial]);
        points.y.push(table.values(up)[one.trial]);
        points.rank.push(0.5 * (better + not_worse - 1) as f64 / others);
    }
    Ok(Rank { n_used: both.len(), method: METHOD, x: x.to_owned(), y: y.to_owned(), points })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{Ended, drawn, table};

    const SPACE: &str =
        r#"{"x": {"type": "uniform", "low": 0, "high": 1}, "y": {"type": "uniform", "low": 0, "high": 1}}"#;

    #[test]
    fn ranks_go_from_the_best_to_the_worst() {
        let losses = [3.0, 1.0, 2.0, 2.0, 9.0];
        let table = table(SPACE, losses.map(|loss| Ended::at(&[0.1, 0.2], loss)));
        let found = rank(&table, "x", "y").unwrap();
        assert_eq!(found.points.rank, [0.75, 0.0, 0.375, 0.375, 1.0]);
        assert!(rank(&table, "x", "yy").is_err());
    }

    #[test]
    fn of_many_a_sample_is_shown_and_all_are_ranked() {
        let table = drawn(SPACE, 10_000, 1, |at, _| at[0]);
        let found = rank(&table, "x", "y").unwrap();
        assert_eq!((found.n_used, found.points.rank.len()), (10_000, 2_000));
        // The loss is uniform: the rank is the loss, but for 4.5 standard deviations of 0.005.
        assert!(found.points.x.iter().zip(&found.points.rank).all(|(x, rank)| (x - rank).abs() < 0.0225));
    }
}
