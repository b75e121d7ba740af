//! The covariance matrix adaptation evolution strategy.

mod cholesky;
mod gaussian;
mod generations;
mod margin;
mod odds;
mod plan;
mod run;
mod strategy;
#[cfg(test)]
mod tests;

use super::frame::Frame;
use super::history::History;
use super::{Ask, Observation, Proposal, Suggester, unseen};
use crate::space::Space;
use crate::stream::Stream;
use generations::Generations;
use plan::Plan;

/// CMA-ES over the quantiles of the numeric parameters, with margins for those with steps, and probabilities that follow
/// the good points for choices. It starts again with larger generations when it has come to rest.
///
/// Source: N. Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772.
#[derive(Debug)]
pub(super) struct Cmaes {
    plan: Plan,
    history: History,
    generations: Generations,
}

impl Cmaes {
    pub fn new(space: &Space, seed: u64) -> Self {
        let frame = Frame::new(space);
        let (history, plan) = (History::new(&frame), Plan::new(frame, seed));
        Self { generations: Generations::new(&plan), history, plan }
    }
}

impl Suggester for Cmaes {
    fn observe(&mut self, observation: &Observation) {
        self.history.add(&self.plan.frame, observation);
        self.generations.add(observation);
    }

    fn heeds_pending(&self) -> bool {
        !self.plan.frame.is_always_new()
    }

    fn suggest(&mut self, ask: &Ask<'_>) -> Proposal {
        let Self { plan, history, generations } = self;
        let run = generations.now(plan, history);
        let mut stream = Stream::new(plan.seed, ask.number, "cmaes");
        unseen::propose(&plan.frame, history, ask, &mut stream, |wishes, _, attempt| {
            run.point(plan, wishes, ask.number, attempt)
        })
    }
}
