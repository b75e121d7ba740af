//! How the ended trials stand, from the best.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::suggest::Observation;
use crate::suggest::standing::Standing;

/// All ended trials in order of merit, whatever the order in which they were told.
#[derive(Debug, Default)]
pub(super) struct Ranking {
    ranking: BTreeSet<Ranked>,
    /// All trials, in an order that mixes their numbers up.
    shuffled: BTreeSet<(u64, u64)>,
    /// How many of the ranked can be good: completed, and feasible.
    feasible: usize,
    completed: usize,
    /// How many trials ended with a loss.
    finished: usize,
}

/// How a trial stands; the better one is less, of equal ones the earlier.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ranked {
    standing: Standing,
    number: u64,
}

impl Ranking {
    /// Takes in a trial.
    pub fn add(&mut self, observation: &Observation) {
        let number = observation.number;
        let standing = Standing::of(observation);
        let is_feasible = matches!(standing, Standing::Feasible { .. });
        self.feasible += usize::from(is_feasible);
        self.completed += usize::from(is_feasible || matches!(standing, Standing::Infeasible { .. }));
        self.finished += usize::from(standing != Standing::Failed);
        self.ranking.insert(Ranked { standing, number });
        self.shuffled.insert((shuffle(number), number));
    }

    /// How many trials ended.
    pub fn len(&self) -> usize {
        self.ranking.len()
    }

    /// How many trials ended with a loss, at the end or when they were pruned.
    pub fn finished(&self) -> usize {
        self.finished
    }

    /// How many trials may be good, the first of [`Ranking::best`]: the completed ones that break no constraint; as
    /// long as there is none, those that break one.
    pub fn eligible(&self) -> usize {
        if self.feasible > 0 { self.feasible } else { self.completed }
    }

    /// The numbers of the trials, from the best: feasible ones by their loss, then others by how much they break their
    /// constraints, then pruned ones by their loss, then failed ones.
    pub fn best(&self) -> impl Iterator<Item = u64> {
        self.ranking.iter().map(|ranked| ranked.number)
    }

    /// The numbers of the trials in an order that has nothing to do with how they ended, and whose beginning, however
    /// long, is spread evenly over the course of the study.
    pub fn sampled(&self) -> impl Iterator<Item = u64> {
        self.shuffled.iter().map(|(_, number)| *number)
    }
}

/// The fractional part of the number times the golden ratio: a sequence whose points are spread evenly from the
/// start (H. Weyl, 1916), so that those below any bound are, too.
const fn shuffle(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.standing.compare(&other.standing).then(self.number.cmp(&other.number))
    }
}
