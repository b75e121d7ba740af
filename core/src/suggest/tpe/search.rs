//! Looking for the point where the good density exceeds the other one most.

use super::coordinate::Coordinate;
use super::mixture::Mixture;
use crate::stream::Stream;
use crate::suggest::frame::Frame;
use crate::suggest::wishes::Wishes;

/// The best candidates of a proposal.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// From the best; no two are alike.
    best: Vec<Scored>,
    /// Scratch.
    candidate: Vec<Coordinate>,
    chosen: Vec<Option<usize>>,
    fixed: Vec<Option<Coordinate>>,
}

#[derive(Debug)]
struct Scored {
    score: f64,
    point: Vec<Coordinate>,
}

/// So many candidates are kept, for the case that points are repeats.
const KEPT: usize = 12;

impl Search {
    /// Draws so many points from the good density and keeps those where the logarithm of good/other is greatest.
    pub fn run(
        &mut self,
        frame: &Frame,
        wishes: &Wishes,
        (good, others): (&mut Mixture, &mut Mixture),
        candidates: u32,
        stream: &mut Stream,
    ) {
        self.best.clear();
        self.begin(frame, wishes);
        for _ in 0..candidates {
            self.draw(frame, wishes, good, stream);
            let score = good.log_density(&self.candidate) - others.log_density(&self.candidate);
            self.keep(score);
        }
    }

    /// Begins with draws under these wishes.
    pub fn begin(&mut self, frame: &Frame, wishes: &Wishes) {
        let place = |i| wishes.fixed(i).map(|value| frame.place_of(i, value));
        let fixed = |i| place(i).map(|place| Coordinate::of(&frame.axes[i], place));
        self.fixed.clear();
        self.fixed.extend((0..frame.len()).map(fixed));
    }

    /// Draws a point from a mixture, from the top of the space down.
    pub fn draw(
        &mut self,
        frame: &Frame,
        wishes: &Wishes,
        mixture: &mut Mixture,
        stream: &mut Stream,
    ) -> &[Coordinate] {
        let kernel = mixture.kernel(stream.unit());
        self.candidate.clear();
        self.chosen.clear();
        self.chosen.resize(frame.len(), None);
        for i in 0..frame.len() {
            let coordinate = match self.fixed[i] {
                _ if !frame.is_active(i, &self.chosen) => Coordinate::Absent,
                Some(fixed) => fixed,
                None => mixture.draw(kernel, i, wishes, stream),
            };
            self.chosen[i] = coordinate.option();
            self.candidate.push(coordinate);
        }
        &self.candidate
    }

    fn keep(&mut self, score: f64) {
        let at = self.best.partition_point(|other| other.score >= score);
        if at >= KEPT || self.best.iter().any(|other| other.point == self.candidate) {
            return;
        }
        if self.best.len() < KEPT {
            self.best.push(Scored { score, point: self.candidate.clone() });
        } else if let Some(last) = self.best.last_mut() {
            last.score = score;
            last.point.clone_from(&self.candidate);
        }
        let end = self.best.len();
        self.best[at..end].rotate_right(1);
    }

    /// The best point, the second best and so on, by parameter.
    pub fn found(&self, rank: u32) -> Option<&[Coordinate]> {
        self.best.get(rank as usize).map(|scored| scored.point.as_slice())
    }
}
