//! The tree-structured Parzen estimator.
//!
//! Source: J. Bergstra, R. Bardenet, Y. Bengio, B. Kegl, "Algorithms for hyper-parameter optimization", NIPS 2011;
//! the split and the bandwidths are those of the program Hyperopt (J. Bergstra, D. Yamins, D. Cox, "Making a
//! science of model search", ICML 2013).

mod ages;
mod categorical;
mod column;
mod mixture;
mod numeric;
mod parzen;
mod split;
#[cfg(test)]
mod tests;

use ages::Ages;
use categorical::Categorical;
use column::Column;
use numeric::Numeric;
use split::Split;

use super::draft::assemble;
use super::frame::{Axis, Frame};
use super::history::History;
use super::{Ask, Observation, Proposal, Suggester, TpeSettings, prior, unseen};
use crate::space::Space;
use crate::stream::Stream;

/// One suggester over one space.
#[derive(Debug)]
pub(super) struct Tpe {
    settings: TpeSettings,
    seed: u64,
    frame: Frame,
    history: History,
    /// By parameter, for numeric ones.
    columns: Vec<Column>,
    /// By parameter; its buffers are used again from ask to ask.
    models: Vec<Model>,
    split: Split,
    ages: Ages,
}

/// The good and the other density of one parameter.
#[derive(Debug)]
enum Model {
    Numeric(Box<Numeric>),
    Choice(Categorical),
}

impl Tpe {
    pub fn new(settings: &TpeSettings, space: &Space, seed: u64) -> Self {
        let frame = Frame::new(space);
        let model = |axis: &Axis| match axis {
            Axis::Numeric(latent) => Model::Numeric(Box::new(Numeric::new(*latent))),
            Axis::Choice(prior) => Model::Choice(Categorical::new(prior.clone())),
        };
        Self {
            settings: settings.clone(),
            seed,
            history: History::new(&frame),
            columns: vec![Column::default(); frame.len()],
            models: frame.axes.iter().map(model).collect(),
            split: Split::default(),
            ages: Ages::default(),
            frame,
        }
    }
}

impl Suggester for Tpe {
    fn observe(&mut self, observation: &Observation) {
        let Some(slot) = self.history.add(&self.frame, observation) else { return };
        for (i, column) in self.columns.iter_mut().enumerate() {
            let place = self.history.places(i)[slot as usize];
            if matches!(self.frame.axes[i], Axis::Numeric(_)) && !place.is_nan() {
                column.push(place, slot);
            }
        }
    }

    fn suggest(&mut self, ask: &Ask<'_>) -> Proposal {
        let mut stream = Stream::new(self.seed, ask.number, "tpe");
        let Self { settings, frame, history, columns, models, split, ages, .. } = self;
        if history.finished() < settings.n_startup as usize {
            return unseen::propose(frame, history, ask, &mut stream, |wishes, stream, _| {
                prior::draw_point(frame, wishes, stream)
            });
        }
        split.update(history, settings.gamma);
        let mut is_built = vec![false; frame.len()];
        unseen::propose(frame, history, ask, &mut stream, |wishes, stream, attempt| {
            // Fewer candidates a parameter mean a weaker pull to the top and more variety: what a repeat needs.
            let candidates = (settings.n_ei >> attempt.min(31)).max(1);
            assemble(frame, wishes, |i| {
                if !is_built[i] {
                    is_built[i] = true;
                    let pending = ask.pending.iter().map(|(number, point)| (*number, frame.place(i, point)));
                    ages.update(history, i, split, pending, settings.linear_forgetting);
                    match &mut models[i] {
                        Model::Numeric(model) => {
                            columns[i].sort(history.numbers());
                            model.build(&columns[i], ages, settings.prior_weight);
                        }
                        Model::Choice(model) => model.build(history.places(i), ages, settings.prior_weight),
                    }
                }
                match &mut models[i] {
                    Model::Numeric(model) => model.propose(candidates, stream),
                    Model::Choice(model) => {
                        let index = model.propose(wishes.options(i), candidates, stream);
                        frame.option(i, index)
                    }
                }
            })
        })
    }
}
