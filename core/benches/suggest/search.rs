//! One suggester after one history.

use std::alloc::System;
use std::time::{Duration, Instant};

use stats_alloc::{Region, StatsAlloc};
use tunewright_core::space::{Point, Space};
use tunewright_core::suggest::{Algorithm, Ask, Proposal, Suggester, build};

use crate::history;

/// Numbers kept for the points that are pending.
const PENDING_MOST: u64 = 64;

/// What a suggestion costs.
pub struct Cost {
    pub time: Duration,
    pub allocations: usize,
    pub bytes: usize,
}

/// A suggester that was told so many trials.
pub struct Search<'a> {
    algorithm: &'a Algorithm,
    space: Space,
    trials: u64,
    suggester: Box<dyn Suggester>,
    pending: Vec<(u64, Point)>,
    next: u64,
}

impl<'a> Search<'a> {
    pub fn new(algorithm: &'a Algorithm, trials: u64, parameters: usize) -> Self {
        let space = history::space(parameters);
        let suggester = told(algorithm, &space, trials);
        let mut search = Self { algorithm, space, trials, suggester, pending: Vec::new(), next: 0 };
        search.warm_up();
        search
    }

    /// From now on so many points are pending; at most 64.
    pub fn set_pending(&mut self, count: u64) {
        let numbers = self.trials..self.trials + count.min(PENDING_MOST);
        self.pending = numbers.map(|number| (number, history::point(&self.space, number))).collect();
    }

    /// A single suggestion.
    pub fn probe(&mut self, heap: &StatsAlloc<System>) -> Cost {
        let region = Region::new(heap);
        let started = Instant::now();
        let proposal = self.suggest();
        let time = started.elapsed();
        let change = region.change();
        drop(proposal);
        Cost { time, allocations: change.allocations, bytes: change.bytes_allocated }
    }

    /// The time of `count` suggestions, each observed. All begins anew whenever the history has grown by a tenth, so that they
    /// are made after about as many trials.
    pub fn time(&mut self, count: u64) -> Duration {
        let mut all = Duration::ZERO;
        for _ in 0..count {
            if self.next > self.trials + PENDING_MOST + self.trials.div_ceil(10) {
                self.suggester = told(self.algorithm, &self.space, self.trials);
                self.warm_up();
            }
            let started = Instant::now();
            self.step();
            all += started.elapsed();
        }
        all
    }

    /// What is done once for a whole history is no part of the cost of one suggestion.
    fn warm_up(&mut self) {
        self.next = self.trials + PENDING_MOST;
        self.step();
    }

    fn step(&mut self) {
        if let Proposal::Point(point, _) = self.suggest() {
            self.suggester.observe(&history::judged(&self.space, self.next, point));
        }
        self.next += 1;
    }

    fn suggest(&mut self) -> Proposal {
        let fixed = Point::default();
        let pending: Vec<_> = self.pending.iter().map(|(number, point)| (*number, point)).collect();
        let ask = Ask { number: self.next, pending: &pending, fixed: &fixed, repeats: true, budget: None };
        self.suggester.suggest(&ask)
    }
}

fn told(algorithm: &Algorithm, space: &Space, trials: u64) -> Box<dyn Suggester> {
    let mut suggester = build(algorithm, space, 1);
    (0..trials).for_each(|number| suggester.observe(&history::judged_draw(space, number)));
    suggester
}
