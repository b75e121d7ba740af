//! One algorithm after one history.

use std::alloc::System;
use std::fmt;
use std::time::{Duration, Instant};

use stats_alloc::{Region, StatsAlloc};
use tunewright_core::space::{Point, Space};
use tunewright_core::suggest::{Algorithm, Ask, Proposal, Suggester, build};

use crate::history;

pub struct Cell {
    pub name: String,
    pub algorithm: Algorithm,
    /// How many have ended.
    pub trials: u64,
    pub parameters: usize,
    /// How many points are pending.
    pub pending: u64,
}

/// What a suggestion costs.
pub struct Cost {
    pub time: Duration,
    pub allocations: usize,
    pub bytes: usize,
}

/// A suggester that was told a history.
struct Search {
    space: Space,
    suggester: Box<dyn Suggester>,
    pending: Vec<(u64, Point)>,
    next: u64,
}

impl Cell {
    /// A single suggestion, the first after all is observed.
    pub fn probe(&self, heap: &StatsAlloc<System>) -> Cost {
        let mut search = Search::new(self);
        let region = Region::new(heap);
        let started = Instant::now();
        let _ = search.suggest();
        let time = started.elapsed();
        let change = region.change();
        Cost { time, allocations: change.allocations, bytes: change.bytes_allocated }
    }

    /// The time of `count` suggestions. The search begins anew whenever its history has grown by a tenth, so that all are
    /// made after about as many trials.
    pub fn time(&self, count: u64) -> Duration {
        let mut search = Search::new(self);
        let mut all = Duration::ZERO;
        for _ in 0..count {
            if search.next > self.trials + self.pending + self.trials.div_ceil(10) {
                search = Search::new(self);
            }
            let started = Instant::now();
            search.step();
            all += started.elapsed();
        }
        all
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}x{}/{}", self.name, self.trials, self.parameters, self.pending)
    }
}

impl Search {
    fn new(cell: &Cell) -> Self {
        let space = history::space(cell.parameters);
        let mut suggester = build(&cell.algorithm, &space, 1);
        for number in 0..cell.trials {
            suggester.observe(&history::observation(&space, number));
        }
        let next = cell.trials + cell.pending;
        let pending = (cell.trials..next).map(|number| (number, history::point(&space, number))).collect();
        Self { space, suggester, pending, next }
    }

    fn suggest(&mut self) -> Proposal {
        let fixed = Point::default();
        let pending: Vec<_> = self.pending.iter().map(|(number, point)| (*number, point)).collect();
        let ask = Ask { number: self.next, pending: &pending, fixed: &fixed, repeats: true, budget: None };
        self.suggester.suggest(&ask)
    }

    /// Asks, and observes what was proposed.
    fn step(&mut self) {
        if let Proposal::Point(point, _) = self.suggest() {
            self.suggester.observe(&history::judged(&self.space, self.next, point));
        }
        self.next += 1;
    }
}
