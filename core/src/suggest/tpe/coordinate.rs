//! Where a point lies along one parameter.

use crate::space::{Latent, ParamValue};
use crate::suggest::frame::{Axis, Frame};

/// A value of one parameter, where every numeric prior is uniform on [0, 1].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Coordinate {
    /// The parameter is not active.
    Absent,
    /// A continuous value: the probability of a lesser one.
    Smooth(f64),
    /// A stepped value: the probability of a lesser one, and of one that is no greater.
    Cell { index: i64, low: f64, high: f64 },
    /// The index of an option.
    Option(usize),
}

impl Coordinate {
    /// The coordinate of a place as the history has it ([`Frame::place`]).
    pub fn of(axis: &Axis, place: f64) -> Self {
        match axis {
            _ if place.is_nan() => Self::Absent,
            Axis::Numeric(latent) => Self::at(latent, place, latent.law.cdf(place)),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "places of options are small whole numbers"
            )]
            Axis::Choice(_) => Self::Option(place as usize),
        }
    }

    /// The coordinate of the value at the quantile `unit`.
    pub fn quantile(latent: &Latent, unit: f64) -> Self {
        Self::at(latent, latent.law.quantile(unit), unit)
    }

    fn at(latent: &Latent, z: f64, unit: f64) -> Self {
        let Some(grid) = latent.grid() else { return Self::Smooth(unit) };
        let index = latent.index_at(grid, z);
        let (low, high) = latent.cell(grid, index);
        Self::Cell { index, low: latent.law.cdf(low), high: latent.law.cdf(high) }
    }

    /// The middle; `None` for an option and where there is no value.
    pub fn unit(self) -> Option<f64> {
        match self {
            Self::Smooth(unit) => Some(unit),
            Self::Cell { low, high, .. } => Some(0.5 * (low + high)),
            Self::Absent | Self::Option(_) => None,
        }
    }

    /// The index of the option; `None` if it is none.
    pub fn option(self) -> Option<usize> {
        if let Self::Option(index) = self { Some(index) } else { None }
    }

    /// The value of parameter `i` that lies here.
    pub fn value(self, frame: &Frame, i: usize) -> Option<ParamValue> {
        match (self, &frame.axes[i]) {
            (Self::Smooth(unit), Axis::Numeric(latent)) => Some(latent.value(latent.law.quantile(unit))),
            (Self::Cell { index, .. }, Axis::Numeric(latent)) => Some(latent.grid()?.value(index)),
            (Self::Option(index), Axis::Choice(_)) => Some(frame.option(i, index)),
            _ => None,
        }
    }
}
