//! The densities of all parameters, built as they are needed.

use super::categorical::Categorical;
use super::numeric::Numeric;
use super::sample::Sample;
use super::split::Split;
use super::weights::Weights;
use crate::space::{Activation, ParamValue};
use crate::stream::Stream;
use crate::suggest::frame::{Axis, Frame};
use crate::suggest::history::History;
use crate::suggest::wishes::Wishes;
use crate::suggest::{Ask, HyperoptTpeSettings};

/// The good and the other density of every parameter. Buffers are used again from ask to ask.
#[derive(Debug)]
pub(super) struct Densities {
    split: Split,
    /// By parameter.
    models: Vec<Model>,
    /// By parameter: whether its model was built in this ask.
    is_built: Vec<bool>,
    /// The weights for parameters that are always active: the same for all.
    common: Weights,
    is_common_built: bool,
    /// The weights for any other, one after the other.
    own: Weights,
    /// Scratch: the places of the good and of the pending trials.
    good_places: Vec<f64>,
    pending_places: Vec<f64>,
}

#[derive(Debug)]
enum Model {
    Numeric(Box<Numeric>),
    Choice(Categorical),
}

impl Densities {
    pub fn new(frame: &Frame) -> Self {
        let model = |axis: &Axis| match axis {
            Axis::Numeric(latent) => Model::Numeric(Box::new(Numeric::new(*latent))),
            Axis::Choice(prior) => Model::Choice(Categorical::new(prior.clone())),
        };
        Self {
            split: Split::default(),
            models: frame.axes.iter().map(model).collect(),
            is_built: vec![false; frame.len()],
            common: Weights::default(),
            is_common_built: false,
            own: Weights::default(),
            good_places: Vec::new(),
            pending_places: Vec::new(),
        }
    }

    /// Begins an ask.
    pub fn begin(&mut self, history: &History, gamma: f64) {
        self.split.update(history, gamma);
        self.is_built.fill(false);
        self.is_common_built = false;
    }

    /// Builds the densities of parameter `i`, unless that was done in this ask.
    pub fn build(
        &mut self,
        frame: &Frame,
        history: &History,
        settings: &HyperoptTpeSettings,
        ask: &Ask<'_>,
        i: usize,
    ) {
        if std::mem::replace(&mut self.is_built[i], true) {
            return;
        }
        let pending = ask.pending.iter().map(|(number, point)| (*number, frame.place(i, point)));
        let is_always_active = frame.parameter(i).activation == Activation::Always;
        let weights = if is_always_active { &mut self.common } else { &mut self.own };
        if !(is_always_active && self.is_common_built) {
            let pending = pending.clone().map(|(number, place)| (number, !place.is_nan()));
            weights.update(history, i, &self.split, pending, settings.linear_forgetting);
            self.is_common_built |= is_always_active;
        }
        let places = history.places(i);
        self.good_places.clear();
        self.good_places.extend(self.split.good().iter().map(|position| places[*position]));
        self.pending_places.clear();
        self.pending_places.extend(pending.map(|(_, place)| place));
        let good = Sample { count: weights.counts.0, rows: [(&self.good_places, &weights.good), (&[], &[])] };
        let others = Sample {
            count: weights.counts.1,
            rows: [(places, &weights.others), (&self.pending_places, &weights.pending)],
        };
        match &mut self.models[i] {
            Model::Numeric(model) => model.build(settings.prior_weight, good, others),
            Model::Choice(model) => model.build(settings.prior_weight, good, others),
        }
    }

    /// The best of so many candidates for the value of parameter `i`, which was built.
    pub fn propose(
        &mut self,
        frame: &Frame,
        wishes: &Wishes,
        i: usize,
        candidates: u32,
        stream: &mut Stream,
    ) -> ParamValue {
        match &mut self.models[i] {
            Model::Numeric(model) => model.propose(candidates, stream),
            Model::Choice(model) => frame.option(i, model.propose(wishes.options(i), candidates, stream)),
        }
    }
}
