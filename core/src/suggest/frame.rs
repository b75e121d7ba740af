//! A space as the suggesters see it.

use std::cell::OnceCell;

use crate::space::{Latent, ParamValue, Parameter, Point, Space};

/// A space with what every algorithm needs of its parameters.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    space: Space,
    /// By parameter.
    pub axes: Vec<Axis>,
    cardinality: OnceCell<Option<u64>>,
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
pub(super) type Key = Vec<Option<i64>>;

impl Frame {
    pub fn new(space: &Space) -> Self {
        let axes = space.parameters().iter().map(Axis::of).collect();
        Self { space: space.clone(), axes, cardinality: OnceCell::new() }
    }

    /// How many points the space has; `None` if infinitely many.
    pub fn cardinality(&self) -> Option<u64> {
        *self.cardinality.get_or_init(|| self.space.cardinality())
    }

    pub fn len(&self) -> usize {
        self.axes.len()
    }

    pub fn parameter(&self, i: usize) -> &Parameter {
        &self.space.parameters()[i]
    }

    /// Whether parameter `i` is active when these options (by parameter) are chosen.
    pub fn is_active(&self, i: usize, chosen: &[Option<usize>]) -> bool {
        self.space.is_active(i, |parent| chosen[parent])
    }

    /// What fixed values demand of the choices above them; `None` if no point holds them all.
    pub fn demanded_options(&self, fixed: &Point) -> Option<Vec<Option<Vec<usize>>>> {
        self.space.demanded_options(fixed)
    }

    /// Option `index` of choice `i`.
    pub fn option(&self, i: usize, index: usize) -> ParamValue {
        ParamValue::Option(self.parameter(i).options.get(index).cloned().unwrap_or_default())
    }

    /// Where the value of parameter `i` lies: the latent variable, or the index of the option; [`ABSENT`] if the
    /// point has no such value.
    pub fn place(&self, i: usize, point: &Point) -> f64 {
        point.get(&self.parameter(i).label).map_or(ABSENT, |value| self.place_of(i, value))
    }

    /// Where this value of parameter `i` lies; [`ABSENT`] if it is none of its values.
    pub fn place_of(&self, i: usize, value: &ParamValue) -> f64 {
        match &self.axes[i] {
            Axis::Numeric(latent) => latent.place(value).unwrap_or(ABSENT),
            #[expect(clippy::cast_precision_loss, reason = "no choice has 2^53 options")]
            Axis::Choice(_) => self.parameter(i).option_index(value).map_or(ABSENT, |index| index as f64),
        }
    }

    /// Whether every point holds a continuous value, so that none ever comes twice.
    pub fn is_always_new(&self) -> bool {
        let nothing_chosen = vec![None; self.len()];
        (0..self.len()).any(|i| {
            self.is_active(i, &nothing_chosen)
                && matches!(&self.axes[i], Axis::Numeric(latent) if latent.grid().is_none())
        })
    }

    /// The key of a point; `None` if it holds a continuous value, which never comes twice, or one that is no
    /// value of this space.
    pub fn key(&self, point: &Point) -> Option<Key> {
        (0..self.len())
            .map(|i| match point.get(&self.parameter(i).label) {
                None => Some(None),
                Some(value) => self.index(i, value).map(Some),
            })
            .collect()
    }

    /// The index of a value of parameter `i` among all its values; `None` if continuous.
    pub fn index(&self, i: usize, value: &ParamValue) -> Option<i64> {
        match &self.axes[i] {
            Axis::Numeric(latent) => latent.grid()?.index(value),
            Axis::Choice(_) => i64::try_from(self.parameter(i).option_index(value)?).ok(),
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
