//! The values of one parameter that a grid has.

use crate::space::{Grid, Latent, ParamValue};
use crate::suggest::frame::{Axis, Frame};

/// The most values of a finite parameter that a grid has all of; of a longer one it has as many as of a continuous one.
const ALL_MAX: u64 = 10_000;

/// One parameter's values, numbered from 0 in their order.
#[derive(Clone, Debug)]
pub(super) enum Ticks {
    /// All of a stepped parameter, of the index `first` and so many more.
    All { latent: Latent, grid: Grid, first: i64, count: u64 },
    /// At the middles of parts of equal probability, without repeats.
    Some(Vec<ParamValue>),
    /// The options of a choice.
    Options(Vec<ParamValue>),
}

impl Ticks {
    /// Those of parameter `i`; `resolution` >= 1 is how many there are of one that has endlessly many values, or too
    /// many.
    pub fn new(frame: &Frame, i: usize, resolution: u32) -> Self {
        let latent = match &frame.axes[i] {
            Axis::Choice(prior) => {
                return Self::Options((0..prior.len()).map(|index| frame.option(i, index)).collect());
            }
            Axis::Numeric(latent) => latent,
        };
        if let (Some(grid), Some((first, last))) = (latent.grid(), latent.indices()) {
            let count = (last - first).unsigned_abs() + 1;
            if count <= ALL_MAX {
                return Self::All { latent: *latent, grid, first, count };
            }
        }
        let middle = |part: u32| (f64::from(part) + 0.5) / f64::from(resolution);
        let values = (0..resolution.max(1)).map(|part| latent.value(latent.law.quantile(middle(part))));
        let mut values: Vec<_> = values.collect();
        // Parts that are less probable than a step share its value.
        values.dedup();
        Self::Some(values)
    }

    pub fn count(&self) -> u64 {
        match self {
            Self::All { count, .. } => *count,
            Self::Some(values) | Self::Options(values) => values.len() as u64,
        }
    }

    /// The value with this number, which is less than [`Ticks::count`].
    pub fn value(&self, number: u64) -> ParamValue {
        match self {
            Self::All { grid, first, .. } => grid.value(first.saturating_add_unsigned(number)),
            #[expect(clippy::cast_possible_truncation, reason = "less than a length")]
            Self::Some(values) | Self::Options(values) => values[number as usize].clone(),
        }
    }

    /// The number of a value of the parameter; `None` if the grid does not have it.
    pub fn number(&self, value: &ParamValue) -> Option<u64> {
        match self {
            Self::All { grid, first, count, .. } => {
                let number = u64::try_from(grid.index(value)?.checked_sub(*first)?).ok()?;
                (number < *count).then_some(number)
            }
            Self::Some(values) | Self::Options(values) => {
                values.iter().position(|other| other == value).map(|number| number as u64)
            }
        }
    }

    /// The number of the value at `u` of [0, 1) of the way through them: by the prior where the grid has all values, so
    /// that the likely ones come early. `open` narrows a choice.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "the product is a number below a length"
    )]
    pub fn at(&self, u: f64, open: Option<&[usize]>) -> u64 {
        let part = |count: usize| ((u * count as f64) as usize).min(count.saturating_sub(1));
        match (self, open) {
            (Self::All { latent, grid, first, .. }, _) => {
                (latent.index_at(*grid, latent.law.quantile(u)) - first).unsigned_abs()
            }
            (Self::Options(_), Some(open)) => open.get(part(open.len())).map_or(0, |option| *option as u64),
            (Self::Some(values) | Self::Options(values), _) => part(values.len()) as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Space;

    fn ticks(parameter: &str, resolution: u32) -> Ticks {
        let space = Space::from_json(&format!(r#"{{"p": {parameter}}}"#)).unwrap();
        Ticks::new(&Frame::new(&space), 0, resolution)
    }

    fn values(ticks: &Ticks) -> Vec<f64> {
        (0..ticks.count()).map(|number| ticks.value(number).as_f64().unwrap()).collect()
    }

    #[test]
    fn a_continuous_parameter_has_the_middles_of_equally_likely_parts() {
        let uniform = ticks(r#"{"type": "uniform", "low": 0, "high": 10}"#, 5);
        assert_eq!(values(&uniform), [1.0, 3.0, 5.0, 7.0, 9.0]);
        let log = values(&ticks(r#"{"type": "loguniform", "low": 1e-4, "high": 1}"#, 4));
        assert!(
            log.iter()
                .zip([-3.5, -2.5, -1.5, -0.5])
                .all(|(x, exponent)| (x.log10() - exponent).abs() < 1e-12)
        );
        let normal = values(&ticks(r#"{"type": "normal", "mu": 3, "sigma": 2}"#, 3));
        assert_eq!(normal[1], 3.0);
        // The quantile 1/6 of the normal distribution.
        assert!((normal[0] - (3.0 - 2.0 * 0.967_421_566_101_701)).abs() < 1e-12);
    }

    #[test]
    fn a_stepped_parameter_has_all_values_unless_there_are_too_many() {
        assert_eq!(values(&ticks(r#"{"type": "int", "low": 2, "high": 5}"#, 1)), [2.0, 3.0, 4.0, 5.0]);
        assert_eq!(ticks(r#"{"type": "int", "low": 1, "high": 10000}"#, 5).count(), 10_000);
        let many = ticks(r#"{"type": "int", "low": 1, "high": 10001}"#, 2);
        assert_eq!(values(&many), [2_501.0, 7_501.0]);
        // An unbounded one: some parts of equal probability round to the same multiple.
        let endless = values(&ticks(r#"{"type": "qnormal", "mu": 0, "sigma": 1, "q": 1}"#, 10));
        assert_eq!(endless, [-2.0, -1.0, 0.0, 1.0, 2.0]);
    }

    #[test]
    fn values_and_numbers_belong_together() {
        for parameter in [
            r#"{"type": "uniform", "low": -1, "high": 2}"#,
            r#"{"type": "int", "low": 3, "high": 99, "log": true}"#,
            r#"{"type": "quniform", "low": 0.3, "high": 4, "q": 0.5}"#,
            r#"{"type": "qlognormal", "mu": 0, "sigma": 1, "q": 2}"#,
            r#"{"type": "choice", "options": ["a", "b", "c"]}"#,
        ] {
            let ticks = ticks(parameter, 7);
            for number in 0..ticks.count() {
                assert_eq!(ticks.number(&ticks.value(number)), Some(number), "{parameter}");
            }
            let reached: std::collections::BTreeSet<u64> =
                (0..2_000).map(|k| ticks.at(k as f64 / 2_000.0, None)).collect();
            assert_eq!(reached, (0..ticks.count()).collect(), "{parameter}");
        }
        assert_eq!(
            ticks(r#"{"type": "uniform", "low": 0, "high": 10}"#, 5).number(&ParamValue::Float(1.1)),
            None
        );
    }
}
