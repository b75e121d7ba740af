//! Drawing from a distribution, and going to and from the unit interval.

use super::{Distribution, Grid, Latent};
use crate::space::{ParamValue, Parameter};
use crate::stream::Stream;

impl Distribution {
    /// The prior probabilities of a choice's options; `None` for a numeric distribution.
    #[must_use]
    pub fn probabilities(&self) -> Option<Vec<f64>> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "no choice has 2^53 options")]
            Self::Choice { count } => Some(vec![1.0 / *count as f64; *count]),
            Self::PChoice { probabilities } => Some(probabilities.clone()),
            _ => None,
        }
    }

    /// The probability of a value of at most `x`, in the order of the values; for a choice, of an option with an
    /// index of at most `x`.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        if let Some(latent) = Latent::of(self) {
            return latent.cdf(x);
        }
        let mut below = 0.0;
        for (index, p) in self.probabilities().unwrap_or_default().into_iter().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "no choice has 2^53 options")]
            if index as f64 <= x {
                below += p;
            }
        }
        below.min(1.0)
    }

    /// The probability of exactly this value; zero for a continuous distribution, and for options, which only
    /// [`Distribution::probabilities`] knows.
    #[must_use]
    pub fn pmf(&self, value: &ParamValue) -> f64 {
        Latent::of(self).map_or(0.0, |latent| latent.pmf(value))
    }
}

impl Parameter {
    /// A draw from the prior.
    #[must_use]
    pub fn sample(&self, stream: &mut Stream) -> ParamValue {
        match Latent::of(&self.distribution) {
            Some(latent) => match latent.grid() {
                // All alike, to the last bit.
                Some(grid @ (Grid::Integers { last, .. } | Grid::Floats { last, .. })) => {
                    let index = stream.below(last.unsigned_abs() + 1);
                    grid.value(i64::try_from(index).unwrap_or(last))
                }
                _ => latent.value(latent.law.quantile(stream.unit())),
            },
            None => self.from_unit(stream.unit()),
        }
    }

    /// The value at the quantile `u` of the prior; `u` in [0, 1].
    #[must_use]
    pub fn from_unit(&self, u: f64) -> ParamValue {
        if let Some(latent) = Latent::of(&self.distribution) {
            return latent.value(latent.law.quantile(u));
        }
        let probabilities = self.distribution.probabilities().unwrap_or_default();
        let mut left = u;
        let chosen = probabilities.iter().position(|p| {
            left -= p;
            left < 0.0
        });
        let index = chosen.unwrap_or(self.options.len().saturating_sub(1));
        ParamValue::Option(self.options.get(index).cloned().unwrap_or_default())
    }

    /// The quantile of the prior at which `value` lies, the middle of its share if it has a share of its own.
    /// `None` if it is no value of this kind.
    #[must_use]
    pub fn to_unit(&self, value: &ParamValue) -> Option<f64> {
        if let Some(latent) = Latent::of(&self.distribution) {
            let Some(grid) = latent.grid() else { return latent.place(value).map(|z| latent.law.cdf(z)) };
            let (a, b) = latent.cell(grid, grid.index(value)?);
            return Some(0.5 * (latent.law.cdf(a) + latent.law.cdf(b)));
        }
        let ParamValue::Option(name) = value else { return None };
        let index = self.options.iter().position(|option| option == name)?;
        let probabilities = self.distribution.probabilities()?;
        Some(probabilities[..index].iter().sum::<f64>() + 0.5 * probabilities.get(index)?)
    }
}
