//! How the losses went on.

use serde::Serialize;

use super::Table;
use super::quantile::quantile;

const METHOD: &str = "Completed trials in buckets of equal width; the line is the best loss so far, exactly, \
    of the feasible ones.";

/// What a history goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HistoryAxis {
    /// The trials' numbers.
    Number,
    /// When they ended.
    Time,
}

/// `x0, x1, n, min, q25, median, q75, max`: of the completed trials from `x0` up to but without `x1`.
pub type Bucket = (f64, f64, usize, f64, f64, f64, f64, f64);

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct History {
    pub n_used: usize,
    pub method: &'static str,
    pub x: HistoryAxis,
    /// Those that are not empty, in order.
    #[cfg_attr(feature = "schema", schema(value_type = Vec<Vec<f64>>))]
    pub buckets: Vec<Bucket>,
    /// `x, loss, trial` of each feasible completed trial that was better than all such before it.
    pub best: Vec<(f64, f64, usize)>,
}

/// The losses of the completed trials in at most so many buckets (1 at least), and the steps of the best one.
#[must_use]
pub fn history(table: &Table, x: HistoryAxis, buckets: usize) -> History {
    let mut used: Vec<(f64, f64, usize)> = match x {
        HistoryAxis::Number => table.completed().map(|(trial, loss)| (trial as f64, loss, trial)).collect(),
        HistoryAxis::Time => {
            let ended = table.ended();
            let timed = table.completed().map(|(trial, loss)| (ended[trial], loss, trial));
            timed.filter(|(at, ..)| !at.is_nan()).collect()
        }
    };
    used.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (first, last) = match (x, used.first(), used.last()) {
        (HistoryAxis::Number, ..) => (0.0, table.len().saturating_sub(1) as f64),
        (HistoryAxis::Time, Some((first, ..)), Some((last, ..))) => (*first, *last),
        (HistoryAxis::Time, ..) => (0.0, 0.0),
    };
    // Whole numbers and whole milliseconds, so that no bucket has one more than another for no reason.
    let width = ((last - first + 1.0) / buckets.max(1) as f64).ceil().max(1.0);
    let bucket_of = |at: f64| ((at - first) / width).floor();
    let buckets = used
        .chunk_by(|a, b| bucket_of(a.0) == bucket_of(b.0))
        .map(|chunk| bucket(first + bucket_of(chunk[0].0) * width, width, chunk))
        .collect();
    History { n_used: used.len(), method: METHOD, x, buckets, best: steps(&used, table.feasible()) }
}

fn bucket(start: f64, width: f64, chunk: &[(f64, f64, usize)]) -> Bucket {
    let mut losses: Vec<f64> = chunk.iter().map(|(_, loss, _)| *loss).collect();
    losses.sort_unstable_by(f64::total_cmp);
    let at = |p| quantile(&losses, p);
    (start, start + width, losses.len(), at(0.0), at(0.25), at(0.5), at(0.75), at(1.0))
}

fn steps(used: &[(f64, f64, usize)], feasible: &[bool]) -> Vec<(f64, f64, usize)> {
    let mut best = f64::INFINITY;
    let better = |(_, loss, _): &&(f64, f64, usize)| {
        let better = *loss < best;
        best = best.min(*loss);
        better
    };
    used.iter().filter(|(.., trial)| feasible[*trial]).filter(better).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{Ended, table};
    use crate::study::TrialState;

    const SPACE: &str = r#"{"x": {"type": "uniform", "low": 0, "high": 1}}"#;

    #[test]
    fn buckets_hold_each_completed_trial_once() {
        let trials = (0..100).map(|i| {
            let ended = Ended::at(&[0.5], f64::from((i * 37) % 100));
            if i % 10 == 3 { ended.state(TrialState::Failed, None) } else { ended }
        });
        let table = table(SPACE, trials);
        let history = history(&table, HistoryAxis::Number, 10);
        assert_eq!(history.n_used, 90);
        assert_eq!(history.buckets.len(), 10);
        assert_eq!(history.buckets.iter().map(|bucket| bucket.2).sum::<usize>(), 90);
        assert_eq!((history.buckets[3].0, history.buckets[3].1, history.buckets[3].2), (30.0, 40.0, 9));
        // 0, 37, 74, 48, 85, 22, 59, 96, 33 of the first ten without the third.
        assert_eq!(history.buckets[0], (0.0, 10.0, 9, 0.0, 33.0, 48.0, 74.0, 96.0));
        assert_eq!(history.best, [(0.0, 0.0, 0)]);
    }

    #[test]
    fn the_best_so_far_goes_by_what_is_asked() {
        let losses = [5.0, 3.0, 4.0, 1.0, 2.0];
        let trials = losses.iter().zip([50, 10, 40, 30, 20]);
        let trials = trials.map(|(loss, end)| Ended::at(&[0.5], *loss).between(0, 1_000 + end));
        let table = table(SPACE, trials);
        let by_number: Vec<_> = history(&table, HistoryAxis::Number, 3).best;
        assert_eq!(by_number, [(0.0, 5.0, 0), (1.0, 3.0, 1), (3.0, 1.0, 3)]);
        let by_time = history(&table, HistoryAxis::Time, 2);
        assert_eq!(by_time.best, [(1_010.0, 3.0, 1), (1_020.0, 2.0, 4), (1_030.0, 1.0, 3)]);
        assert_eq!(by_time.buckets.iter().map(|bucket| bucket.2).collect::<Vec<_>>(), [3, 2]);
    }

    #[test]
    fn the_best_so_far_is_feasible_and_the_buckets_hold_the_others_too() {
        let trials = [Ended::at(&[0.5], 3.0), Ended::at(&[0.5], 1.0).infeasible(), Ended::at(&[0.5], 2.0)];
        let history = history(&table(SPACE, trials), HistoryAxis::Number, 1);
        assert_eq!(history.best, [(0.0, 3.0, 0), (2.0, 2.0, 2)]);
        assert_eq!((history.n_used, history.buckets[0].3), (3, 1.0));
    }

    #[test]
    fn nothing_comes_of_nothing() {
        let empty = history(&table(SPACE, []), HistoryAxis::Time, 0);
        assert_eq!((empty.n_used, empty.buckets.len(), empty.best.len()), (0, 0, 0));
    }
}
