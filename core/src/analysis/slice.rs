//! The losses along one parameter.

use serde::Serialize;

use super::axis::few_values;
use super::column::parameter;
use super::quantile::quantile;
use super::sample::sample;
use super::{Axis, Table};
use crate::Refusal;

/// The most points, and the most bins.
pub const SLICE_POINTS_MAX: usize = 1_500;
const BINS_MAX: usize = 30;

const METHOD: &str = "Completed trials in which the parameter is set: quantiles of all in each bin of its axis, and as \
    points the best tenth and an even sample of the rest.";

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Slice {
    /// All completed trials, also those in which it is not set.
    pub n_used: usize,
    pub method: &'static str,
    pub parameter: String,
    pub points: SlicePoints,
    /// Those that are not empty, in order.
    pub bins: Vec<SliceBin>,
    /// The completed trials in which it is not set, if there are any.
    pub not_set: Option<NotSet>,
}

/// One entry each per point.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SlicePoints {
    pub trial: Vec<usize>,
    /// Of a choice the option's position.
    pub x: Vec<f64>,
    pub loss: Vec<f64>,
}

/// The trials from `x0` up to `x1`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SliceBin {
    pub x0: f64,
    pub x1: f64,
    pub n: usize,
    pub min: f64,
    pub q25: f64,
    pub median: f64,
    pub q75: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NotSet {
    pub n: usize,
    pub min: f64,
    pub median: f64,
}

/// The losses of the completed trials along the parameter of this label. There are thirty bins of equal width on the
/// parameter's axis, or one for each value if there are no more than thirty; it then reaches half way to the next one.
///
/// # Errors
/// `invalid` when there is no such parameter.
pub fn slice(table: &Table, label: &str) -> Result<Slice, Refusal> {
    let index = parameter(table, label, "parameter")?;
    let values = table.values(index);
    let (set, not_set): (Vec<_>, Vec<_>) =
        table.completed().partition(|(trial, _): &(usize, f64)| !values[*trial].is_nan());
    let edges = edges(&table.space().parameters()[index]);
    let mut losses = vec![Vec::new(); edges.len() - 1];
    for (trial, loss) in &set {
        losses[bin_of(&edges, values[*trial])].push(*loss);
    }
    let bins = edges.windows(2).zip(losses).filter(|(_, losses)| !losses.is_empty());
    let bins = bins.map(|(ends, mut losses)| {
        losses.sort_unstable_by(f64::total_cmp);
        let at = |p| quantile(&losses, p);
        SliceBin {
            x0: ends[0],
            x1: ends[1],
            n: losses.len(),
            min: at(0.0),
            q25: at(0.25),
            median: at(0.5),
            q75: at(0.75),
        }
    });
    let mut points = SlicePoints::default();
    for one in sample(&set, SLICE_POINTS_MAX) {
        points.trial.push(one.trial);
        points.x.push(values[one.trial]);
        points.loss.push(one.loss);
    }
    Ok(Slice {
        n_used: set.len() + not_set.len(),
        method: METHOD,
        parameter: label.to_owned(),
        points,
        bins: bins.collect(),
        not_set: left_out(&not_set),
    })
}

fn left_out(trials: &[(usize, f64)]) -> Option<NotSet> {
    let mut losses: Vec<f64> = trials.iter().map(|(_, loss)| *loss).collect();
    losses.sort_unstable_by(f64::total_cmp);
    let min = *losses.first()?;
    Some(NotSet { n: losses.len(), min, median: quantile(&losses, 0.5) })
}

/// The ends of the bins, rising; one more than there are bins.
fn edges(parameter: &crate::space::Parameter) -> Vec<f64> {
    let axis = Axis::of(parameter);
    let Some(values) = few_values(parameter, BINS_MAX) else {
        return (0..=BINS_MAX).map(|edge| axis.value(edge as f64 / BINS_MAX as f64)).collect();
    };
    let half = 0.5 * axis.step.unwrap_or(1.0);
    let between = values.windows(2).map(|pair| 0.5 * pair[0] + 0.5 * pair[1]);
    let ends =
        (values.first().map_or(0.0, |first| first - half), values.last().map_or(1.0, |last| last + half));
    [ends.0].into_iter().chain(between).chain([ends.1]).collect()
}

/// What lies beyond the ends is in the first or the last bin.
fn bin_of(edges: &[f64], value: f64) -> usize {
    let inner = &edges[1..edges.len() - 1];
    inner.partition_point(|edge| *edge <= value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::drawn;

    const SPACE: &str = r#"{
        "lr": {"type": "loguniform", "low": 1e-6, "high": 1},
        "layers": {"type": "int", "low": 1, "high": 4},
        "opt": {"type": "choice", "options": {"sgd": {"momentum": {"type": "uniform", "low": 0, "high": 1}}, "adam": {}}}
    }"#;

    #[test]
    fn bins_hold_all_and_points_the_best() {
        let table = drawn(SPACE, 20_000, 1, |at, _| at[0]);
        let slice = slice(&table, "lr").unwrap();
        assert_eq!((slice.n_used, slice.bins.len(), slice.points.x.len()), (20_000, 30, SLICE_POINTS_MAX));
        assert_eq!(slice.bins.iter().map(|bin| bin.n).sum::<usize>(), 20_000);
        // The bins are even on the scale of the parameter: 667 each, 5 standard deviations of 25.
        assert!(slice.bins.iter().all(|bin| bin.n.abs_diff(667) < 130));
        // The loss is the parameter itself.
        assert!(slice.bins.iter().all(|bin| bin.x0 <= bin.min && bin.q75 <= bin.x1 * 1.000_001));
        let best = table.completed().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0;
        assert!(slice.points.trial.contains(&best));
        assert_eq!(slice.not_set, None);
    }

    #[test]
    fn few_values_have_a_bin_each_and_what_is_not_set_is_apart() {
        let table = drawn(SPACE, 400, 2, |at, _| at[1] + 10.0 * at[2]);
        let layers = slice(&table, "layers").unwrap();
        assert_eq!(
            layers.bins.iter().map(|bin| (bin.x0, bin.x1)).collect::<Vec<_>>(),
            [(0.5, 1.5), (1.5, 2.5), (2.5, 3.5), (3.5, 4.5)]
        );
        assert!((1..).zip(&layers.bins).all(|(value, bin)| bin.min == f64::from(value)));
        let opt = slice(&table, "opt").unwrap();
        assert_eq!(
            opt.bins.iter().map(|bin| (bin.x0, bin.x1, bin.min)).collect::<Vec<_>>(),
            [(-0.5, 0.5, 1.0), (0.5, 1.5, 11.0)]
        );
        let momentum = slice(&table, "opt.sgd.momentum").unwrap();
        let set: usize = momentum.bins.iter().map(|bin| bin.n).sum();
        let not_set = momentum.not_set.unwrap();
        assert_eq!((set + not_set.n, not_set.min), (400, 11.0));
        assert_eq!(slice(&table, "layer").unwrap_err().hint.as_deref(), Some("did you mean `layers`?"));
    }
}
