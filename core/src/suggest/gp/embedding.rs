//! Points as rows of coordinates between which there are distances.

use crate::space::{Activation, ParamValue, Point};
use crate::suggest::draft::assemble;
use crate::suggest::frame::{Axis, Frame};
use crate::suggest::wishes::Wishes;

/// How the distance along one parameter is measured. In every case it is the distance of two places in a Euclidean
/// space, so that any kernel that is positive definite there is so here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Metric {
    /// A number that is always there: its quantile u, on a line of length 1.
    Line,
    /// A number that may be inactive: u lies on an arc of length 1 about a centre at distance 1/2, where the point is
    /// that has no such number. Whoever lacks it is thus equally far from all its values, and no distance is made up
    /// inside of the branch. Source: K. Swersky et al., "Raiders of the lost architecture: kernels for Bayesian
    /// optimization in conditional parameter spaces", 2014 (arXiv 1409.4011).
    Arc,
    /// A choice: its options, and being inactive, are all at distance 1 from one another.
    Set,
}

/// One point: by parameter the quantile of its number or the index of its option, NaN where inactive.
pub(super) type Row = Vec<f64>;

/// The coordinates of a space.
#[derive(Clone, Debug)]
pub(super) struct Embedding {
    pub metrics: Vec<Metric>,
}

/// The two coordinates of a value under a metric.
pub(super) type Coordinates = (f64, f64);

impl Metric {
    /// Where the value lies.
    pub fn coordinates(self, value: f64) -> Coordinates {
        match self {
            Self::Line => (value, 0.0),
            Self::Set => (if value.is_nan() { -1.0 } else { value }, 0.0),
            Self::Arc if value.is_nan() => (0.0, 0.0),
            Self::Arc => (0.5 * libm::cos(2.0 * value), 0.5 * libm::sin(2.0 * value)),
        }
    }

    /// Adds `weight` times the squared distances between a place and many others.
    pub fn add_distances(self, weight: f64, of: Coordinates, to: (&[f64], &[f64]), sums: &mut [f64]) {
        match self {
            Self::Line => {
                for (sum, x) in sums.iter_mut().zip(to.0) {
                    let d = of.0 - x;
                    *sum += weight * d * d;
                }
            }
            Self::Arc => {
                for (sum, (x, y)) in sums.iter_mut().zip(to.0.iter().zip(to.1)) {
                    let (dx, dy) = (of.0 - x, of.1 - y);
                    *sum += weight * (dx * dx + dy * dy);
                }
            }
            Self::Set =>
            {
                #[expect(clippy::float_cmp, reason = "small whole numbers")]
                for (sum, x) in sums.iter_mut().zip(to.0) {
                    *sum += if of.0 == *x { 0.0 } else { weight };
                }
            }
        }
    }

    /// The squared distance between two places.
    #[expect(clippy::float_cmp, reason = "indices of options are small whole numbers")]
    pub fn distance(self, a: Coordinates, b: Coordinates) -> f64 {
        let (dx, dy) = (a.0 - b.0, a.1 - b.1);
        match self {
            Self::Line => dx * dx,
            Self::Arc => dx * dx + dy * dy,
            Self::Set => f64::from(u8::from(a.0 != b.0)),
        }
    }

    /// How the squared distance from the place of `value` to another one grows with the value.
    pub fn slope(self, value: f64, of: Coordinates, to: Coordinates) -> f64 {
        match self {
            Self::Line => 2.0 * (value - to.0),
            // The place of a value u is (cos 2u, sin 2u) / 2, and moves along (-sin 2u, cos 2u).
            Self::Arc => 2.0 * ((of.0 - to.0) * (-2.0 * of.1) + (of.1 - to.1) * 2.0 * of.0),
            Self::Set => 0.0,
        }
    }
}

impl Embedding {
    pub fn new(frame: &Frame) -> Self {
        let metric = |i: usize| match (&frame.axes[i], &frame.parameter(i).activation) {
            (Axis::Choice(_), _) => Metric::Set,
            (Axis::Numeric(_), Activation::Always) => Metric::Line,
            (Axis::Numeric(_), Activation::AnyOf(_)) => Metric::Arc,
        };
        Self { metrics: (0..frame.len()).map(metric).collect() }
    }

    pub fn len(&self) -> usize {
        self.metrics.len()
    }

    /// The coordinate of a place as the history has it.
    pub fn coordinate(frame: &Frame, i: usize, place: f64) -> f64 {
        match &frame.axes[i] {
            Axis::Numeric(latent) if !place.is_nan() => latent.law.cdf(place),
            _ => place,
        }
    }

    /// The row of a point.
    pub fn row(frame: &Frame, point: &Point) -> Row {
        (0..frame.len()).map(|i| Self::coordinate(frame, i, frame.place(i, point))).collect()
    }

    /// The number of parameter `i` at this quantile.
    pub fn value(frame: &Frame, i: usize, coordinate: f64) -> ParamValue {
        match &frame.axes[i] {
            Axis::Numeric(latent) => latent.value(latent.law.quantile(coordinate.clamp(0.0, 1.0))),
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
            Axis::Choice(_) => frame.option(i, coordinate.max(0.0) as usize),
        }
    }

    /// The quantile that a number at this quantile has once it is a value of the space: the middle of its cell.
    pub fn snapped(frame: &Frame, i: usize, coordinate: f64) -> f64 {
        let Axis::Numeric(latent) = &frame.axes[i] else { return coordinate };
        let z = latent.law.quantile(coordinate.clamp(0.0, 1.0));
        let Some(grid) = latent.grid() else { return latent.law.cdf(z) };
        let (a, b) = latent.cell(grid, latent.index_at(grid, z));
        0.5 * (latent.law.cdf(a) + latent.law.cdf(b))
    }

    /// The point with these coordinates.
    pub fn point(frame: &Frame, wishes: &Wishes, row: &[f64]) -> Point {
        assemble(frame, wishes, |i| {
            let coordinate = if row[i].is_nan() { 0.5 } else { row[i] };
            Self::value(frame, i, coordinate)
        })
    }
}

/// Many points, by parameter.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    metrics: Vec<Metric>,
    first: Vec<Vec<f64>>,
    second: Vec<Vec<f64>>,
    count: usize,
}

impl Columns {
    pub fn new(embedding: &Embedding) -> Self {
        let size = embedding.len();
        Self {
            metrics: embedding.metrics.clone(),
            first: vec![Vec::new(); size],
            second: vec![Vec::new(); size],
            count: 0,
        }
    }

    pub fn push(&mut self, row: &[f64]) {
        for (i, value) in row.iter().enumerate() {
            let (x, y) = self.metrics[i].coordinates(*value);
            self.first[i].push(x);
            self.second[i].push(y);
        }
        self.count += 1;
    }

    pub const fn len(&self) -> usize {
        self.count
    }

    pub fn metric(&self, i: usize) -> Metric {
        self.metrics[i]
    }

    pub fn width(&self) -> usize {
        self.metrics.len()
    }

    /// Parameter `i` of point `at`.
    pub fn at(&self, i: usize, at: usize) -> Coordinates {
        (self.first[i][at], self.second[i][at])
    }

    /// Parameter `i` of the first `count` points.
    pub fn column(&self, i: usize, count: usize) -> (&[f64], &[f64]) {
        (&self.first[i][..count], &self.second[i][..count])
    }
}
