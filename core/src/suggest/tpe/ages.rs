//! What each trial weighs: old ones less.

use super::split::Split;
use crate::suggest::history::History;

/// The observations of one parameter on either side of the split, with their weights.
#[derive(Debug, Default)]
pub(super) struct Ages {
    /// Place and weight of the good ones, by place.
    good: Vec<(f64, f64)>,
    /// By slot: the weight in the other set; zero for good trials and where the parameter is inactive.
    weights: Vec<f64>,
    /// Place and weight of the pending ones, by place.
    pending: Vec<(f64, f64)>,
    /// Scratch: number, place, weight.
    sorting: Vec<(u64, f64, f64)>,
}

impl Ages {
    /// Weighs the observations of parameter `i`. Failed, pruned and pending trials stand among the others: they
    /// keep the search away, the pending ones so that parallel asks spread out ("constant liar", the worst one:
    /// D. Ginsbourger, R. Le Riche, L. Carraro, "Kriging is well-suited to parallelize optimization", 2010).
    pub fn update(
        &mut self,
        history: &History,
        i: usize,
        split: &Split,
        pending: impl Iterator<Item = (u64, f64)>,
        forgetting: u32,
    ) {
        let places = history.places(i);
        let numbers = history.numbers();
        let good = split.good().iter().map(|slot| (numbers[*slot as usize], places[*slot as usize]));
        weigh_few(&mut self.sorting, &mut self.good, good, forgetting);
        self.sorting.clear();
        self.sorting
            .extend(pending.filter(|(_, place)| !place.is_nan()).map(|(number, place)| (number, place, 0.0)));
        self.sorting.sort_unstable_by_key(|(number, ..)| *number);

        let is_other = |slot: u32| !places[slot as usize].is_nan() && !split.is_good(slot);
        let observed = history.by_number().iter().filter(|slot| is_other(**slot)).count();
        let ramp = Ramp::new(observed + self.sorting.len(), forgetting);
        self.weights.clear();
        self.weights.resize(numbers.len(), 0.0);
        let mut age = 0;
        let mut waiting = self.sorting.iter_mut().peekable();
        for &slot in history.by_number().iter().filter(|slot| is_other(**slot)) {
            while let Some((.., weight)) = waiting.next_if(|(number, ..)| *number < numbers[slot as usize]) {
                *weight = ramp.weight(age);
                age += 1;
            }
            self.weights[slot as usize] = ramp.weight(age);
            age += 1;
        }
        for (.., weight) in waiting {
            *weight = ramp.weight(age);
            age += 1;
        }
        take_by_place(&mut self.sorting, &mut self.pending);
    }

    pub fn good(&self) -> &[(f64, f64)] {
        &self.good
    }

    /// The weight by slot in the other set; zero for good trials and where the parameter is inactive.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    pub fn pending(&self) -> &[(f64, f64)] {
        &self.pending
    }
}

fn weigh_few(
    sorting: &mut Vec<(u64, f64, f64)>,
    into: &mut Vec<(f64, f64)>,
    observed: impl Iterator<Item = (u64, f64)>,
    forgetting: u32,
) {
    sorting.clear();
    sorting.extend(observed.filter(|(_, place)| !place.is_nan()).map(|(number, place)| (number, place, 0.0)));
    sorting.sort_unstable_by_key(|(number, ..)| *number);
    let ramp = Ramp::new(sorting.len(), forgetting);
    for (age, (.., weight)) in sorting.iter_mut().enumerate() {
        *weight = ramp.weight(age);
    }
    take_by_place(sorting, into);
}

fn take_by_place(sorting: &mut [(u64, f64, f64)], into: &mut Vec<(f64, f64)>) {
    sorting.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    into.clear();
    into.extend(sorting.iter().map(|(_, place, weight)| (*place, *weight)));
}

/// Linear forgetting: of n observations the newest so many weigh 1, the older ones 1/n rising to 1.
#[derive(Clone, Copy, Debug)]
struct Ramp {
    /// How many observations are on the ramp.
    old: usize,
    start: f64,
    slope: f64,
}

impl Ramp {
    #[expect(clippy::cast_precision_loss, reason = "no study has 2^53 trials")]
    fn new(count: usize, forgetting: u32) -> Self {
        let old = if forgetting == 0 { 0 } else { count.saturating_sub(forgetting as usize) };
        let start = 1.0 / count.max(1) as f64;
        let slope = if old < 2 { 0.0 } else { (1.0 - start) / (old - 1) as f64 };
        Self { old, start, slope }
    }

    /// The weight of the observation that `age` others are older than.
    #[expect(clippy::cast_precision_loss, reason = "no study has 2^53 trials")]
    fn weight(self, age: usize) -> f64 {
        if age < self.old { self.start + self.slope * age as f64 } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::Ramp;

    #[test]
    fn weights_ramp_up_to_the_newest() {
        let weights = |n, forgetting| {
            let ramp = Ramp::new(n, forgetting);
            (0..n).map(|age| ramp.weight(age)).collect::<Vec<_>>()
        };
        assert_eq!(weights(3, 25), [1.0; 3]);
        assert_eq!(weights(6, 3), [1.0 / 6.0, 7.0 / 12.0, 1.0, 1.0, 1.0, 1.0]);
        assert_eq!(weights(3, 2), [1.0 / 3.0, 1.0, 1.0]);
        assert_eq!(weights(4, 0), [1.0; 4]);
    }
}
