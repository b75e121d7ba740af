//! A space as the suggesters see it.

use crate::space::{Activation, Latent, ParamValue, Parameter, Point, Space};

/// The parameters of a space with what every algorithm needs of them.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub parameters: Vec<Parameter>,
    pub axes: Vec<Axis>,
}

/// One parameter's values.
#[derive(Clone, Debug)]
pub(super) enum Axis {
    Numeric(Latent),
    /// The prior probabilities of the options.
    Choice(Vec<f64>),
}

/// Marks a parameter that is not active, in rows of places.
pub(super) const ABSENT: f64 = f64::NAN;

/// What tells one point from another: the index of each parameter's value, `None` where inactive.
pub(super) type Key = Vec<Option<i128>>;

impl Frame {
    pub fn new(space: &Space) -> Self {
        let parameters = space.parameters().to_vec();
        let axes = parameters.iter().map(Axis::of).collect();
        Self { parameters, axes }
    }

    pub fn len(&self) -> usize {
        self.parameters.len()
    }

    /// Whether parameter `i` is active when these options (by parameter) are chosen.
    pub fn is_active(&self, i: usize, chosen: &[Option<usize>]) -> bool {
        match &self.parameters[i].activation {
            Activation::Always => true,
            Activation::AnyOf(pairs) => {
                pairs.iter().any(|&(parent, option)| chosen.get(parent).copied().flatten() == Some(option))
            }
        }
    }

    /// The index of an option of parameter `i`; `None` for a number or an unknown name.
    pub fn option(&self, i: usize, value: &ParamValue) -> Option<usize> {
        let ParamValue::Option(name) = value else { return None };
        self.parameters[i].options.iter().position(|option| option == name)
    }

    /// Where the value of parameter `i` lies: the latent variable, or the index of the option; [`ABSENT`] if the
    /// point has no such value.
    pub fn place(&self, i: usize, point: &Point) -> f64 {
        let Some(value) = point.get(&self.parameters[i].label) else { return ABSENT };
        match &self.axes[i] {
            Axis::Numeric(latent) => latent.place(value).unwrap_or(ABSENT),
            #[expect(clippy::cast_precision_loss, reason = "no choice has 2^53 options")]
            Axis::Choice(_) => self.option(i, value).map_or(ABSENT, |index| index as f64),
        }
    }

    /// The key of a point; `None` if it holds a continuous value, which never comes twice, or one that is no
    /// value of this space.
    pub fn key(&self, point: &Point) -> Option<Key> {
        (0..self.len())
            .map(|i| match point.get(&self.parameters[i].label) {
                None => Some(None),
                Some(value) => self.index(i, value).map(Some),
            })
            .collect()
    }

    fn index(&self, i: usize, value: &ParamValue) -> Option<i128> {
        match &self.axes[i] {
            Axis::Numeric(latent) => latent.grid()?.index(value),
            Axis::Choice(_) => self.option(i, value).map(|index| index as i128),
        }
    }
}

impl Axis {
    fn of(parameter: &Parameter) -> Self {
        match Latent::of(&parameter.distribution) {
            Some(latent) => Self::Numeric(latent),
            None => Self::Choice(parameter.distribution.probabilities().unwrap_or_default()),
        }
    }
}
