//! A density over the whole of a conditional space.

use super::bandwidth::{Rule, Spread};
use super::categorical::Categorical;
use super::coordinate::Coordinate;
use super::numeric::Numeric;
use super::split::Rows;
use crate::stream::Stream;
use crate::suggest::frame::{Axis, Frame};
use crate::suggest::wishes::Wishes;

/// A mixture of one kernel for each of some points, and of the prior.
///
/// A kernel is a distribution of whole points: from the top of the space down, a parameter that is active is drawn near
/// its value in the kernel's point, or from the prior if it has none there. So the mixture is a proper density of the
/// points of the space, in units of the prior's.
#[derive(Debug)]
pub(super) struct Mixture {
    /// By kernel, the prior first: the logarithm of its share.
    log_shares: Vec<f64>,
    /// By kernel: the sum of the shares up to it.
    cumulated: Vec<f64>,
    /// By parameter.
    columns: Vec<Column>,
    /// Scratch, by kernel.
    sums: Vec<f64>,
}

#[derive(Debug)]
enum Column {
    Numeric(Numeric),
    Choice(Categorical),
}

impl Mixture {
    pub fn new(frame: &Frame) -> Self {
        let column = |axis: &Axis| match axis {
            Axis::Numeric(latent) => Column::Numeric(Numeric::new(*latent)),
            Axis::Choice(prior) => Column::Choice(Categorical::new(prior.clone())),
        };
        Self {
            log_shares: Vec::new(),
            cumulated: Vec::new(),
            columns: frame.axes.iter().map(column).collect(),
            sums: Vec::new(),
        }
    }

    /// Makes the mixture of these points.
    pub fn fill(&mut self, frame: &Frame, rows: &Rows, prior_weight: f64, rule: Rule) {
        let total = prior_weight + rows.weights.iter().sum::<f64>();
        self.log_shares.clear();
        self.cumulated.clear();
        let mut sum = 0.0;
        for weight in std::iter::once(&prior_weight).chain(&rows.weights) {
            sum += weight / total;
            self.log_shares.push(libm::log(weight / total));
            self.cumulated.push(sum);
        }
        for (i, (column, axis)) in self.columns.iter_mut().zip(&frame.axes).enumerate() {
            let places = rows.places.iter().skip(i).step_by(frame.len());
            let points = places.map(|place| Coordinate::of(axis, *place));
            let kernels = std::iter::once(Coordinate::Absent).chain(points.clone());
            match column {
                Column::Numeric(column) => {
                    let mut spread = Spread::of_prior(prior_weight);
                    for (unit, weight) in points.map(Coordinate::unit).zip(&rows.weights) {
                        unit.into_iter().for_each(|unit| spread.add(unit, *weight));
                    }
                    column.fill(kernels, spread.bandwidth(rows.dimensions(i), rule));
                }
                Column::Choice(column) => {
                    let is_there = |(point, _): &(Coordinate, &f64)| *point != Coordinate::Absent;
                    let count = points.zip(&rows.weights).filter(is_there).map(|(_, weight)| weight).sum();
                    column.fill(kernels.map(Coordinate::option), count);
                }
            }
        }
    }

    /// The logarithm of the density at a point, by parameter: as a ratio to the prior's along continuous parameters, as
    /// a probability along others.
    pub fn log_density(&mut self, point: &[Coordinate]) -> f64 {
        self.sums.clear();
        self.sums.extend_from_slice(&self.log_shares);
        for (column, coordinate) in self.columns.iter_mut().zip(point) {
            match (column, *coordinate) {
                (_, Coordinate::Absent) => {}
                (Column::Numeric(column), coordinate) => column.add(coordinate, &mut self.sums),
                (Column::Choice(column), Coordinate::Option(option)) => column.add(option, &mut self.sums),
                (Column::Choice(_), _) => {}
            }
        }
        log_sum_exp(&self.sums)
    }

    /// The kernel at the quantile `unit`.
    pub fn kernel(&self, unit: f64) -> usize {
        let last = self.cumulated.len() - 1;
        self.cumulated.partition_point(|until| *until <= unit).min(last)
    }

    /// A draw of parameter `i` from one kernel.
    pub fn draw(&mut self, kernel: usize, i: usize, wishes: &Wishes, stream: &mut Stream) -> Coordinate {
        match &mut self.columns[i] {
            Column::Numeric(column) => column.draw(kernel, stream),
            Column::Choice(column) => Coordinate::Option(column.draw(kernel, wishes.options(i), stream)),
        }
    }
}

/// What is less than the greatest term by so much does not change a sum.
const REACH: f64 = 40.0;

/// log(sum of exp), without overflow.
fn log_sum_exp(terms: &[f64]) -> f64 {
    let greatest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if greatest == f64::NEG_INFINITY {
        return greatest;
    }
    let part = |term: &f64| if *term < greatest - REACH { 0.0 } else { libm::exp(*term - greatest) };
    greatest + libm::log(terms.iter().map(part).sum())
}
