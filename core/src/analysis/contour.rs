//! The losses over two parameters, as a grid.

use serde::Serialize;

use super::column::parameter;
use super::sample::{Sampled, sample};
use super::{Axis, Scale, Table};
use crate::Refusal;

/// How many rows and columns the grid has.
pub const GRID: usize = 40;
/// The most points.
pub const PAIR_POINTS_MAX: usize = 2_000;
/// How near a trial must be to be seen in a cell, as a part of the axis.
pub const RADIUS: f64 = 0.1;
/// Half a cell, squared: nearer than that a trial counts no more, so that no single one makes a spike.
const NEAREST: f64 = (0.5 / GRID as f64) * (0.5 / GRID as f64);

const METHOD: &str = "Means of the losses of completed trials in which both are set, weighted by the inverse square of \
    their distance on the axes; empty where none is within a tenth of the axes. Options of a choice are never mixed.";

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Contour {
    /// The trials in which both parameters are set.
    pub n_used: usize,
    pub method: &'static str,
    pub x: String,
    pub y: String,
    /// [`GRID`] rows along `y`, the low end first, of as many cells along `x`: equal parts of the axes, as
    /// [`Axis::position`] has them.
    pub grid: Vec<Vec<Option<f64>>>,
    pub points: PairPoints,
}

/// One entry each per point.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PairPoints {
    pub trial: Vec<usize>,
    /// Values; of a choice the option's position.
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub loss: Vec<f64>,
}

/// The losses of the completed trials over these two parameters.
///
/// Source of the weights: D. Shepard, "A two-dimensional interpolation function for irregularly-spaced data", ACM
/// National Conference 1968, within [`RADIUS`]. At most [`PAIR_POINTS_MAX`] trials are looked at, with all the best among
/// them; each of the others counts as many times as it stands for.
///
/// # Errors
/// `invalid` when there is no such parameter.
pub fn contour(table: &Table, x: &str, y: &str) -> Result<Contour, Refusal> {
    let (across, up) = (parameter(table, x, "x")?, parameter(table, y, "y")?);
    let both = both_set(table, across, up);
    let sampled = sample(&both, PAIR_POINTS_MAX);
    let (xs, ys) = (table.values(across), table.values(up));
    let mut points = PairPoints::default();
    for one in &sampled {
        points.trial.push(one.trial);
        points.x.push(xs[one.trial]);
        points.y.push(ys[one.trial]);
        points.loss.push(one.loss);
    }
    let parameters = table.space().parameters();
    let sides = (Side::of(&Axis::of(&parameters[across])), Side::of(&Axis::of(&parameters[up])));
    let places = |one: &Sampled| Some((sides.0.place(xs[one.trial])?, sides.1.place(ys[one.trial])?, *one));
    let placed: Vec<(f64, f64, Sampled)> = sampled.iter().filter_map(places).collect();
    let row = |row| (0..GRID).map(|column| mean(&placed, sides.0.cell(column), sides.1.cell(row))).collect();
    Ok(Contour {
        n_used: both.len(),
        method: METHOD,
        x: x.to_owned(),
        y: y.to_owned(),
        grid: (0..GRID).map(row).collect(),
        points,
    })
}

/// The completed trials in which both parameters are set.
pub(super) fn both_set(table: &Table, x: usize, y: usize) -> Vec<(usize, f64)> {
    let (xs, ys) = (table.values(x), table.values(y));
    table.completed().filter(|(trial, _)| !xs[*trial].is_nan() && !ys[*trial].is_nan()).collect()
}

/// One side of the grid.
struct Side {
    axis: Axis,
    /// Of a choice: how many of its options (or groups of them, if there are more than cells) are told apart. They lie a
    /// whole axis from one another, so that none is near another one.
    lanes: Option<usize>,
}

impl Side {
    fn of(axis: &Axis) -> Self {
        let lanes = (axis.scale == Scale::Category).then(|| axis.options.clamp(1, GRID));
        Self { axis: axis.clone(), lanes }
    }

    fn place(&self, value: f64) -> Option<f64> {
        self.axis.position(value).map(|position| self.apart(position))
    }

    /// The middle of a cell.
    fn cell(&self, index: usize) -> f64 {
        self.apart((index as f64 + 0.5) / GRID as f64)
    }

    fn apart(&self, position: f64) -> f64 {
        self.lanes.map_or(position, |lanes| (position * lanes as f64).floor())
    }
}

fn mean(placed: &[(f64, f64, Sampled)], x: f64, y: f64) -> Option<f64> {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (at_x, at_y, one) in placed {
        let (dx, dy) = (at_x - x, at_y - y);
        let distance = dx * dx + dy * dy;
        if distance <= RADIUS * RADIUS {
            let weight = one.weight / distance.max(NEAREST);
            sum += weight * one.loss;
            weights += weight;
        }
    }
    let mean = sum / weights;
    (weights > 0.0 && mean.is_finite()).then_some(mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{Ended, drawn, table};

    const SPACE: &str = r#"{
        "x": {"type": "uniform", "low": -5, "high": 5},
        "y": {"type": "loguniform", "low": 1e-4, "high": 1},
        "kind": {"type": "choice", "options": {"a": {"z": {"type": "uniform", "low": 0, "high": 1}}, "b": {}, "c": {}}}
    }"#;

    #[test]
    fn a_plane_comes_out_as_a_plane() {
        for trials in [1_500, 30_000] {
            let plane = |x: f64, y: f64| x / 10.0 + 0.5 + 2.0 * (y.log10() / 4.0 + 1.0);
            let table = drawn(SPACE, trials, 3, |at, _| plane(at[0], at[1]));
            let contour = contour(&table, "x", "y").unwrap();
            assert_eq!((contour.n_used, contour.points.x.len()), (trials, trials.min(PAIR_POINTS_MAX)));
            let cell = |index: usize| (index as f64 + 0.5) / 40.0;
            // Away from the edges, where all neighbours are on one side, the mean of a plane is the plane: within a
            // radius of 0.1 the losses reach 0.22 to either side.
            for (row, cells) in contour.grid.iter().enumerate().skip(5).take(30) {
                for (column, found) in cells.iter().enumerate().skip(5).take(30) {
                    let (found, real) = (found.unwrap(), cell(column) + 2.0 * cell(row));
                    assert!((found - real).abs() < 0.12, "{trials} {row} {column}: {found} {real}");
                }
            }
        }
    }

    #[test]
    fn options_are_not_mixed_and_what_is_far_is_empty() {
        let table = table(
            SPACE,
            [
                Ended::at(&[-5.0, 1e-4, 0.0, 0.5], 1.0),
                Ended::at(&[-5.0, 1e-4, 1.0, f64::NAN], 2.0),
                Ended::at(&[5.0, 1e-4, 2.0, f64::NAN], 4.0),
            ],
        );
        let by_kind = contour(&table, "x", "kind").unwrap();
        let column: Vec<_> = by_kind.grid.iter().map(|row| row[0]).collect();
        assert_eq!((column[0], column[13], column[20], column[39]), (Some(1.0), Some(2.0), Some(2.0), None));
        assert_eq!(by_kind.grid[39][39], Some(4.0));
        assert!(by_kind.grid.iter().all(|row| row[20].is_none()));
        let alone = contour(&table, "kind.a.z", "y").unwrap();
        assert_eq!((alone.n_used, alone.points.trial), (1, vec![0]));
        assert_eq!(contour(&table, "x", "kin").unwrap_err().field.as_deref(), Some("y"));
    }
}
