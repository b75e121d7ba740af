//! Independent draws from the prior.

use super::frame::Frame;
use super::history::History;
use super::{Ask, Observation, Proposal, Suggester, prior, unseen};
use crate::space::Space;
use crate::stream::Stream;

/// Random search: every point is drawn from the prior, whatever the losses. A finite space is drawn without
/// repeats.
#[derive(Debug)]
pub(super) struct Random {
    seed: u64,
    frame: Frame,
    history: History,
}

impl Random {
    pub fn new(space: &Space, seed: u64) -> Self {
        let frame = Frame::new(space);
        Self { seed, history: History::new(&frame), frame }
    }
}

impl Suggester for Random {
    fn observe(&mut self, observation: &Observation) {
        self.history.add(&self.frame, observation);
    }

    fn heeds_pending(&self) -> bool {
        !self.frame.is_always_new()
    }

    fn suggest(&mut self, ask: &Ask<'_>) -> Proposal {
        let mut stream = Stream::new(self.seed, ask.number, "random");
        unseen::propose(&self.frame, &self.history, ask, &mut stream, |wishes, stream, _| {
            prior::draw_point(&self.frame, wishes, stream)
        })
    }
}
