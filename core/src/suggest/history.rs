//! What a suggester was told, in forms that do not depend on the order of telling.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::frame::{Frame, Key};
use super::{Observation, Verdict};

/// The ended trials of a study, in the order of their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    numbers: Vec<u64>,
    /// By parameter, then by trial: the place of the value, `ABSENT` where inactive.
    places: Vec<Vec<f64>>,
    ranking: BTreeSet<Ranked>,
    /// How many trials ended with a loss.
    finished: usize,
    /// By parameter: how many trials had it active.
    active: Vec<usize>,
    /// By parameter: how many finished trials had it active.
    finished_with: Vec<usize>,
    seen: BTreeSet<Key>,
}

/// A completed trial; the better one is less, of equal ones the earlier.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ranked {
    loss: f64,
    number: u64,
}

impl History {
    pub fn new(frame: &Frame) -> Self {
        Self {
            places: vec![Vec::new(); frame.len()],
            active: vec![0; frame.len()],
            finished_with: vec![0; frame.len()],
            ..Self::default()
        }
    }

    /// Takes in a trial. Trials end about in the order of their numbers, so that little is moved for one that did not.
    pub fn add(&mut self, frame: &Frame, observation: &Observation) {
        let number = observation.number;
        let is_finished = match observation.verdict {
            Verdict::Completed { loss } if loss.is_finite() => {
                // Adding zero makes -0.0 and 0.0 the tie they are.
                self.ranking.insert(Ranked { loss: loss + 0.0, number });
                true
            }
            Verdict::Pruned { loss } => loss.is_some_and(f64::is_finite),
            Verdict::Completed { .. } | Verdict::Failed => false,
        };
        self.finished += usize::from(is_finished);
        let at = match self.numbers.last() {
            Some(last) if *last > number => self.numbers.partition_point(|other| *other < number),
            _ => self.numbers.len(),
        };
        self.numbers.insert(at, number);
        for i in 0..frame.len() {
            let place = frame.place(i, &observation.point);
            self.active[i] += usize::from(!place.is_nan());
            self.finished_with[i] += usize::from(is_finished && !place.is_nan());
            self.places[i].insert(at, place);
        }
        self.seen.extend(frame.key(&observation.point));
    }

    /// How many trials ended with a loss, at the end or when they were pruned.
    pub fn finished(&self) -> usize {
        self.finished
    }

    /// How many trials of any end had parameter `i` active.
    pub fn active(&self, i: usize) -> usize {
        self.active[i]
    }

    /// How many finished trials had parameter `i` active.
    pub fn finished_with(&self, i: usize) -> usize {
        self.finished_with[i]
    }

    /// The numbers of all trials, rising. A trial's position here is its position everywhere.
    pub fn numbers(&self) -> &[u64] {
        &self.numbers
    }

    /// The positions of the completed trials, from the best.
    pub fn by_loss(&self) -> impl Iterator<Item = usize> {
        self.ranking.iter().map(|ranked| self.numbers.partition_point(|number| *number < ranked.number))
    }

    /// The places of parameter `i`'s values, by position of the trial.
    pub fn places(&self, i: usize) -> &[f64] {
        &self.places[i]
    }

    /// How many different points without continuous values there are.
    pub fn distinct(&self) -> usize {
        self.seen.len()
    }

    pub fn has_seen(&self, key: &Key) -> bool {
        self.seen.contains(key)
    }
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.loss.total_cmp(&other.loss).then(self.number.cmp(&other.number))
    }
}
