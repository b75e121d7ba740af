//! The tree-structured Parzen estimator over whole points.
//!
//! Sources: J. Bergstra, R. Bardenet, Y. Bengio, B. Kegl, "Algorithms for hyper-parameter optimization", NIPS 2011, for
//! the idea; S. Watanabe, "Tree-structured Parzen estimator: understanding its algorithm components and their roles for
//! better empirical performance", arXiv:2304.11127, 2023, for kernels of whole points and for bounds of their widths.

mod bandwidth;
mod categorical;
mod coordinate;
mod mixture;
mod numeric;
mod ranking;
mod search;
mod split;
#[cfg(test)]
mod tests;

use mixture::Mixture;
use ranking::Ranking;
use search::Search;
use split::Split;

use super::draft::assemble;
use super::frame::Frame;
use super::history::History;
use super::qmc::{Sobol, design};
use super::{Ask, Observation, Proposal, Suggester, TpeSettings, prior, unseen};
use crate::space::Space;
use crate::stream::Stream;

/// One density of good trials and one of the others, both over whole points; of some points drawn from the first that
/// one is proposed where the first exceeds the second most.
#[derive(Debug)]
pub(super) struct Tpe {
    settings: TpeSettings,
    seed: u64,
    sobol: Sobol,
    frame: Frame,
    history: History,
    ranking: Ranking,
    split: Split,
    good: Mixture,
    others: Mixture,
    search: Search,
}

impl Tpe {
    pub fn new(settings: &TpeSettings, space: &Space, seed: u64) -> Self {
        let frame = Frame::new(space);
        Self {
            settings: settings.clone(),
            seed,
            sobol: Sobol::new(seed, frame.len()),
            history: History::new(&frame),
            ranking: Ranking::default(),
            split: Split::default(),
            good: Mixture::new(&frame),
            others: Mixture::new(&frame),
            search: Search::default(),
            frame,
        }
    }
}

impl Suggester for Tpe {
    fn observe(&mut self, observation: &Observation) {
        self.history.add(&self.frame, observation);
        self.ranking.add(observation);
    }

    fn suggest(&mut self, ask: &Ask<'_>) -> Proposal {
        let Self { settings, seed, sobol, frame, history, ranking, split, good, others, search } = self;
        let mut stream = Stream::new(*seed, ask.number, "tpe");
        if design::is_starting(ranking.finished(), ask.pending.len(), settings.n_startup as usize) {
            return unseen::propose(frame, history, ask, &mut stream, |wishes, _, attempt| {
                design::point(frame, wishes, sobol, design::index(ask.number, attempt))
            });
        }
        split.update(frame, history, ranking, ask);
        good.fill(frame, &split.good, settings.prior_weight, bandwidth::GOOD);
        others.fill(frame, &split.others, settings.prior_weight, bandwidth::OTHERS);
        unseen::propose(frame, history, ask, &mut stream, |wishes, stream, attempt| {
            if attempt == 0 {
                search.run(frame, wishes, (good, others), settings.n_ei, stream);
            }
            match search.found(attempt) {
                Some(point) => assemble(frame, wishes, |i| {
                    let value = point[i].value(frame, i);
                    value.unwrap_or_else(|| prior::draw_value(frame, wishes, i, stream))
                }),
                None => prior::draw_point(frame, wishes, stream),
            }
        })
    }
}
