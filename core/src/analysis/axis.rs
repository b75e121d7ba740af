//! The axis on which a parameter is drawn.

use serde::Serialize;

use crate::space::{Distribution, Grid, Latent, Law, ParamValue, Parameter};

/// How far an axis of a normal law reaches from its mean, in standard deviations: all but 1 in 2,000 of its values.
const SIGMAS: f64 = 3.5;

/// A [`Axis::code`] for what is not set.
pub const NOT_SET: u8 = 255;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    Linear,
    Log,
    Category,
}

/// The axis on which a parameter is drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Axis {
    pub scale: Scale,
    /// Whether all values are whole numbers.
    pub integer: bool,
    /// The least and the greatest value; `None` for the kinds with a normal law, and for a choice.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// The ends of the axis, finite, and above 0 on a log scale. Of a choice 0 and the last option's position. Values
    /// of a normal law may lie beyond them.
    pub axis_low: f64,
    pub axis_high: f64,
    /// The distance of neighbouring values, where it is the same for all.
    pub step: Option<f64>,
    /// How many options a choice has; else 0.
    #[serde(skip)]
    pub options: usize,
}

impl Axis {
    #[must_use]
    pub fn of(parameter: &Parameter) -> Self {
        let Some(latent) = Latent::of(&parameter.distribution) else {
            return Self::of_options(parameter.options.len());
        };
        let scale = if is_log(&parameter.distribution) { Scale::Log } else { Scale::Linear };
        let (low, high) = bounds(&parameter.distribution, &latent);
        let (axis_low, axis_high) = match (low, high, latent.law) {
            (Some(low), Some(high), _) => (low, high),
            (_, _, Law::Normal { mu, sigma }) => around(mu, sigma, scale),
            (_, _, Law::Uniform { low, high }) => (low, high),
        };
        // Rounding takes the lower end of some log kinds to 0, which has no place on the axis.
        let least = match (scale, latent.grid()) {
            (Scale::Log, Some(Grid::Multiples { q, .. })) => 0.5 * q,
            (Scale::Log, _) => f64::MIN_POSITIVE,
            _ => f64::MIN,
        };
        let axis_low = axis_low.clamp(least, f64::MAX);
        Self {
            scale,
            integer: matches!(
                latent.grid(),
                Some(Grid::Integers { .. } | Grid::Rounded { .. } | Grid::LogIntegers { .. })
            ),
            low,
            high,
            axis_low,
            axis_high: axis_high.clamp(axis_low, f64::MAX),
            step: latent.grid().map(step),
            options: 0,
        }
    }

    fn of_options(options: usize) -> Self {
        Self {
            scale: Scale::Category,
            integer: true,
            low: None,
            high: None,
            axis_low: 0.0,
            axis_high: options.saturating_sub(1) as f64,
            step: None,
            options,
        }
    }

    /// Where a value lies: 0 at the low end of the axis and 1 at the high one, and there what lies beyond; of a choice
    /// the middle of the option's share of the axis. `None` for NaN, which is what is not set.
    #[must_use]
    pub fn position(&self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        if self.scale == Scale::Category {
            return Some((value + 0.5) / self.options.max(1) as f64);
        }
        let value = value.clamp(self.axis_low, self.axis_high);
        if self.axis_low >= self.axis_high {
            return Some(0.5);
        }
        let (at, low, high) = match self.scale {
            Scale::Log => (libm::log(value), libm::log(self.axis_low), libm::log(self.axis_high)),
            // Halves: the width of the axis may be more than a float holds.
            _ => (0.5 * value, 0.5 * self.axis_low, 0.5 * self.axis_high),
        };
        Some(((at - low) / (high - low)).clamp(0.0, 1.0))
    }

    /// The value at this position of 0..=1; the other way round than [`Axis::position`], without rounding to a step.
    #[must_use]
    pub fn value(&self, position: f64) -> f64 {
        let between = |low: f64, high: f64| low * (1.0 - position) + high * position;
        match self.scale {
            Scale::Linear => between(self.axis_low, self.axis_high),
            Scale::Log => libm::exp(between(libm::log(self.axis_low), libm::log(self.axis_high)))
                .clamp(self.axis_low, self.axis_high),
            Scale::Category => position * self.options as f64 - 0.5,
        }
    }

    /// The position in a byte: 0..=254 along the axis, or an option's position (the 255th and all after it are 254);
    /// [`NOT_SET`] for NaN.
    #[must_use]
    pub fn code(&self, value: f64) -> u8 {
        match self.scale {
            _ if value.is_nan() => NOT_SET,
            Scale::Category => value.clamp(0.0, 254.0) as u8,
            _ => self.position(value).map_or(NOT_SET, |position| (position * 254.0).round() as u8),
        }
    }
}

/// The values of a parameter with at most `most` of them, in order; `None` if there are more, or endlessly many.
/// Of a choice, the positions of its options.
pub(super) fn few_values(parameter: &Parameter, most: usize) -> Option<Vec<f64>> {
    let Some(latent) = Latent::of(&parameter.distribution) else {
        let count = parameter.options.len();
        return (count <= most).then(|| (0..count).map(|option| option as f64).collect());
    };
    let (grid, (first, last)) = (latent.grid()?, latent.indices()?);
    let count = usize::try_from(last.checked_sub(first)?).ok()?.saturating_add(1);
    (count <= most).then(|| (first..=last).filter_map(|index| grid.value(index).as_f64()).collect())
}

fn is_log(distribution: &Distribution) -> bool {
    use Distribution as D;
    matches!(
        distribution,
        D::LogUniform { .. }
            | D::QLogUniform { .. }
            | D::LogNormal { .. }
            | D::QLogNormal { .. }
            | D::Int { log: true, .. }
            | D::Float { log: true, .. }
    )
}

/// The least and the greatest value, where there are such: of stepped kinds the first and the last of the grid.
fn bounds(distribution: &Distribution, latent: &Latent) -> (Option<f64>, Option<f64>) {
    use Distribution as D;
    if let (Some(grid), Some((first, last))) = (latent.grid(), latent.indices()) {
        return (grid.value(first).as_f64(), grid.value(last).as_f64());
    }
    match *distribution {
        D::Uniform { low, high } | D::LogUniform { low, high } | D::Float { low, high, .. } => {
            (Some(low), Some(high))
        }
        _ => (None, None),
    }
}

fn around(mu: f64, sigma: f64, scale: Scale) -> (f64, f64) {
    let (low, high) = (mu - SIGMAS * sigma, mu + SIGMAS * sigma);
    if scale == Scale::Log { (libm::exp(low), libm::exp(high)) } else { (low, high) }
}

fn step(grid: Grid) -> f64 {
    match grid {
        Grid::Multiples { q, .. } => q,
        Grid::Floats { step, .. } => step,
        Grid::Integers { step, .. } => ParamValue::Int(step).as_f64().unwrap_or(1.0),
        Grid::Rounded { .. } | Grid::LogIntegers { .. } => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::space::Space;
    use crate::space::arbitrary::{point_at, spaces};

    fn axis(kind: &str) -> Axis {
        let space = Space::from_json(&format!("{{\"x\": {kind}}}")).expect("valid");
        Axis::of(&space.parameters()[0])
    }

    #[test]
    fn ends_and_steps_are_those_of_the_values() {
        let int = axis(r#"{"type": "int", "low": 1, "high": 10, "step": 4}"#);
        assert_eq!((int.low, int.high, int.step, int.integer), (Some(1.0), Some(9.0), Some(4.0), true));
        let log = axis(r#"{"type": "loguniform", "low": 1e-4, "high": 1}"#);
        assert_eq!((log.scale, log.axis_low, log.axis_high), (Scale::Log, 1e-4, 1.0));
        assert!((log.position(1e-2).unwrap() - 0.5).abs() < 1e-12);
        assert_eq!(log.code(1e-2), 127);
        assert_eq!((log.code(f64::NAN), log.code(7.0), log.code(0.0)), (255, 254, 0));
        let normal = axis(r#"{"type": "normal", "mu": 1, "sigma": 2}"#);
        assert_eq!((normal.low, normal.high), (None, None));
        assert_eq!((normal.axis_low, normal.axis_high), (-6.0, 8.0));
        let lognormal = axis(r#"{"type": "lognormal", "mu": 0, "sigma": 1}"#);
        assert_eq!((lognormal.low, lognormal.high), (None, None));
        assert!((lognormal.position(1.0).unwrap() - 0.5).abs() < 1e-12);
        let choice = axis(r#"{"type": "choice", "options": ["a", "b", "c", "d"]}"#);
        assert_eq!((choice.scale, choice.axis_high, choice.code(3.0)), (Scale::Category, 3.0, 3));
        assert_eq!((choice.position(0.0), choice.position(3.0)), (Some(0.125), Some(0.875)));
    }

    proptest! {
        /// Every value of every kind has a place, the axis rises, and going back leads to the value again.
        #[test]
        fn every_value_has_a_place(
            (space, units) in spaces().prop_flat_map(|space| {
                let units = prop::collection::vec(0.0..=1.0, space.parameters().len());
                (Just(space), units)
            })
        ) {
            let point = point_at(&space, &units);
            for parameter in space.parameters() {
                let axis = Axis::of(parameter);
                prop_assert!(axis.axis_low.is_finite() && axis.axis_high.is_finite());
                prop_assert!(axis.axis_low <= axis.axis_high, "{axis:?}");
                let Some(value) = point.get(&parameter.label).and_then(ParamValue::as_f64) else { continue };
                let position = axis.position(value).unwrap();
                prop_assert!((0.0..=1.0).contains(&position), "{axis:?} {value} {position}");
                prop_assert!(axis.code(value) < NOT_SET);
                if axis.axis_low < value && value < axis.axis_high {
                    let back = axis.position(axis.value(position)).unwrap();
                    prop_assert!((back - position).abs() < 1e-6, "{axis:?} {value}");
                }
            }
        }
    }
}
