//! The tree-structured Parzen estimator as Hyperopt has it.
//!
//! Source: J. Bergstra, R. Bardenet, Y. Bengio, B. Kegl, "Algorithms for hyper-parameter optimization", NIPS 2011;
//! the split and the bandwidths are those of the program Hyperopt (J. Bergstra, D. Yamins, D. Cox, "Making a
//! science of model search", ICML 2013).

mod bins;
mod categorical;
mod densities;
mod mixture;
mod numeric;
mod parzen;
mod sample;
mod split;
mod weights;

use densities::Densities;

use super::draft::assemble;
use super::frame::Frame;
use super::history::History;
use super::{Ask, HyperoptTpeSettings, Observation, Proposal, Suggester, prior, unseen};
use crate::space::Space;
use crate::stream::Stream;

/// For each parameter a density of the values in good trials and one of those in the others; a point is made of
/// values where, of some drawn from the first, the first exceeds the second most.
#[derive(Debug)]
pub(super) struct HyperoptTpe {
    settings: HyperoptTpeSettings,
    seed: u64,
    frame: Frame,
    history: History,
    densities: Densities,
}

impl HyperoptTpe {
    pub fn new(settings: &HyperoptTpeSettings, space: &Space, seed: u64) -> Self {
        let frame = Frame::new(space);
        let (history, densities) = (History::new(&frame), Densities::new(&frame));
        Self { settings: settings.clone(), seed, frame, history, densities }
    }
}

impl Suggester for HyperoptTpe {
    fn observe(&mut self, observation: &Observation) {
        self.history.add(&self.frame, observation);
    }

    fn suggest(&mut self, ask: &Ask<'_>) -> Proposal {
        let Self { settings, seed, frame, history, densities } = self;
        let mut stream = Stream::new(*seed, ask.number, "tpe");
        if history.finished() < settings.n_startup as usize {
            return unseen::propose(frame, history, ask, &mut stream, |wishes, stream, _| {
                prior::draw_point(frame, wishes, stream)
            });
        }
        densities.begin(history, settings.gamma);
        unseen::propose(frame, history, ask, &mut stream, |wishes, stream, attempt| {
            // Fewer candidates a parameter mean a weaker pull to the top and more variety: what a repeat needs.
            let candidates = (settings.n_ei >> attempt.min(31)).max(1);
            assemble(frame, wishes, |i| {
                densities.build(frame, history, settings, ask, i);
                densities.propose(frame, wishes, i, candidates, stream)
            })
        })
    }
}
