//! What each observation weighs: old ones less.

use super::split::Split;
use crate::suggest::history::History;

/// The weights of the observations of one parameter, or of all that are always active.
#[derive(Debug, Default)]
pub(super) struct Weights {
    /// By position in the history, in the other set; zero for good trials and where the parameter is inactive.
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
        let active_good = split.good().iter().filter(|position| !places[**position].is_nan()).count();
        let mut ages = Ages::new(active_good, forgetting);
        self.good.clear();
        let weight = |position: &usize| if places[*position].is_nan() { 0.0 } else { ages.next() };
        self.good.extend(split.good().iter().map(weight));

        let active_pending = pending.clone().filter(|(_, is_active)| *is_active).count();
        let others = history.active(i) - active_good + active_pending;
        self.counts = (active_good, others);
        let mut ages = Ages::new(others, forgetting);
        self.others.clear();
        self.pending.clear();
        let mut pending = pending.peekable();
        for ((number, place), is_good) in numbers.iter().zip(places).zip(split.is_good()) {
            while let Some((_, is_active)) = pending.next_if(|(waiting, _)| waiting < number) {
                self.pending.push(if is_active { ages.next() } else { 0.0 });
            }
            self.others.push(if place.is_nan() || *is_good { 0.0 } else { ages.next() });
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
