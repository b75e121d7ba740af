//! What each observation weighs: old ones less.

use super::split::Split;
use crate::suggest::history::History;

/// The weights of the observations of one parameter, or of all that are always active.
#[derive(Debug, Default)]
pub(super) struct Weights {
    /// By slot, in the other set; zero for good trials and where the parameter is inactive.
    pub others: Vec<f64>,
    /// By position among the pending trials, in the other set; zero where the parameter is inactive.
    pub pending: Vec<f64>,
    /// By position in the good set; zero where the parameter is inactive.
    pub good: Vec<f64>,
    /// How many observations weigh something in the good and in the other set.
    pub counts: (usize, usize),
}

impl Weights {
    /// Weighs the observations of parameter `i`. Failed, pruned and pending trials stand among the others: they
    /// keep the search away, the pending ones so that parallel asks spread out ("constant liar", the worst one:
    /// D. Ginsbourger, R. Le Riche, L. Carraro, "Kriging is well-suited to parallelize optimization", 2010).
    ///
    /// `pending` are the numbers of the pending trials, rising, and whether the parameter is active there.
    pub fn update(
        &mut self,
        history: &History,
        i: usize,
        split: &Split,
        pending: impl Iterator<Item = (u64, bool)> + Clone,
        forgetting: u32,
    ) {
        let (places, numbers) = (history.places(i), history.numbers());
        let is_active = |slot: u32| !places[slot as usize].is_nan();
        let mut ages = Ages::new(split.good().iter().filter(|slot| is_active(**slot)).count(), forgetting);
        self.good.clear();
        self.good.resize(split.good().len(), 0.0);
        for &position in split.good_by_number() {
            if is_active(split.good()[position]) {
                self.good[position] = ages.next();
            }
        }

        let good_inside = self.good.iter().filter(|weight| **weight > 0.0).count();
        let active_pending = pending.clone().filter(|(_, is_active)| *is_active).count();
        let others = history.active(i) - good_inside + active_pending;
        self.counts = (good_inside, others);
        let mut ages = Ages::new(others, forgetting);
        self.others.clear();
        self.others.resize(numbers.len(), 0.0);
        self.pending.clear();
        let mut pending = pending.peekable();
        for &slot in history.by_number() {
            while let Some((_, is_active)) = pending.next_if(|(number, _)| *number < numbers[slot as usize]) {
                self.pending.push(if is_active { ages.next() } else { 0.0 });
            }
            if is_active(slot) && !split.is_good(slot) {
                self.others[slot as usize] = ages.next();
            }
        }
        self.pending.extend(pending.map(|(_, is_active)| if is_active { ages.next() } else { 0.0 }));
    }
}

/// Linear forgetting: of n observations the newest so many weigh 1, the older ones 1/n rising to 1.
#[derive(Clone, Copy, Debug)]
struct Ages {
    age: usize,
    /// How many observations are on the rise.
    rising: usize,
    start: f64,
    slope: f64,
}

impl Ages {
    #[expect(clippy::cast_precision_loss, reason = "no study has 2^53 trials")]
    fn new(count: usize, forgetting: u32) -> Self {
        let rising = if forgetting == 0 { 0 } else { count.saturating_sub(forgetting as usize) };
        let start = 1.0 / count.max(1) as f64;
        let slope = if rising < 2 { 0.0 } else { (1.0 - start) / (rising - 1) as f64 };
        Self { age: 0, rising, start, slope }
    }

    /// The weight of the next observation, from the oldest on; > 0.
    #[expect(clippy::cast_precision_loss, reason = "no study has 2^53 trials")]
    fn next(&mut self) -> f64 {
        let weight = if self.age < self.rising { self.start + self.slope * self.age as f64 } else { 1.0 };
        self.age += 1;
        weight
    }
}

#[cfg(test)]
mod tests {
    use super::Ages;

    #[test]
    fn weights_rise_up_to_the_newest() {
        let weights = |n, forgetting| {
            let mut ages = Ages::new(n, forgetting);
            (0..n).map(|_| ages.next()).collect::<Vec<_>>()
        };
        assert_eq!(weights(3, 25), [1.0; 3]);
        assert_eq!(weights(6, 3), [1.0 / 6.0, 7.0 / 12.0, 1.0, 1.0, 1.0, 1.0]);
        assert_eq!(weights(3, 2), [1.0 / 3.0, 1.0, 1.0]);
        assert_eq!(weights(4, 0), [1.0; 4]);
    }
}
