//! What a suggester was told, in forms that do not depend on the order of telling.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::frame::{Frame, Key};
use super::{Observation, Verdict};

/// The ended trials of a study.
///
/// Trials are kept in slots in the order of arrival; everything that is read goes by number, by loss or by value.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    /// By slot.
    numbers: Vec<u64>,
    /// Slots by number.
    order: Vec<u32>,
    /// By parameter, then by slot: the place of the value, `ABSENT` where inactive.
    places: Vec<Vec<f64>>,
    ranking: BTreeSet<Ranked>,
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
    slot: u32,
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

    /// Takes in a trial, unless there is no room for more (2^32 trials).
    pub fn add(&mut self, frame: &Frame, observation: &Observation) {
        let Ok(slot) = u32::try_from(self.numbers.len()) else { return };
        let number = observation.number;
        self.numbers.push(number);
        let at = self.order.partition_point(|&other| self.numbers[other as usize] < number);
        self.order.insert(at, slot);
        for (i, places) in self.places.iter_mut().enumerate() {
            let place = frame.place(i, &observation.point);
            self.active[i] += usize::from(!place.is_nan());
            places.push(place);
        }
        let is_finished = match observation.verdict {
            Verdict::Completed { loss } if loss.is_finite() => {
                // Adding zero makes -0.0 and 0.0 the tie they are.
                self.ranking.insert(Ranked { loss: loss + 0.0, number, slot });
                true
            }
            Verdict::Pruned { loss } => loss.is_some_and(f64::is_finite),
            Verdict::Completed { .. } | Verdict::Failed => false,
        };
        if is_finished {
            self.finished += 1;
            for (count, places) in self.finished_with.iter_mut().zip(&self.places) {
                *count += usize::from(!places[slot as usize].is_nan());
            }
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

    /// The number of the trial in a slot.
    pub fn numbers(&self) -> &[u64] {
        &self.numbers
    }

    /// All slots, by number of the trial.
    pub fn by_number(&self) -> &[u32] {
        &self.order
    }

    /// The slots of the completed trials, from the best.
    pub fn by_loss(&self) -> impl Iterator<Item = u32> {
        self.ranking.iter().map(|ranked| ranked.slot)
    }

    /// The places of parameter `i`'s values by slot.
    pub fn places(&self, i: usize) -> &[f64] {
        &self.places[i]
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
        self.loss.total_cmp(&other.loss).then(self.number.cmp(&other.number)).then(self.slot.cmp(&other.slot))
    }
}
