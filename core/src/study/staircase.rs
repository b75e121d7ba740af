//! The best loss as the search went on.

use std::collections::BTreeMap;

use super::TrialNumber;

/// The trials that were better than all of a lower number: the steps of the best loss, by the trials' numbers.
///
/// Trials end in any order, and the steps come out the same. There are few: about the logarithm of the trials' number.
#[derive(Clone, Debug, Default)]
pub(super) struct Staircase {
    steps: BTreeMap<TrialNumber, f64>,
}

impl Staircase {
    /// Takes in a completed trial that is feasible.
    pub(super) fn observe(&mut self, number: TrialNumber, loss: f64) {
        if self.steps.range(..number).next_back().is_some_and(|(_, before)| *before <= loss) {
            return;
        }
        while let Some((later, _)) = self.steps.range(number..).next().filter(|(_, after)| **after >= loss) {
            let later = *later;
            self.steps.remove(&later);
        }
        self.steps.insert(number, loss);
    }

    /// The lowest loss; of equal ones that of the lowest number.
    pub(super) fn best(&self) -> Option<(f64, TrialNumber)> {
        self.steps.last_key_value().map(|(number, loss)| (*loss, *number))
    }

    /// Number and loss of each, in the order of their numbers: the losses fall.
    pub(super) fn steps(&self) -> impl Iterator<Item = (TrialNumber, f64)> {
        self.steps.iter().map(|(number, loss)| (*number, *loss))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the order in which they end: just those that are better than all before them.
        #[test]
        fn only_what_was_better_than_all_before_is_a_step(
            losses in prop::collection::vec((0u32..20).prop_map(f64::from), 1..60),
            order in any::<prop::sample::Index>(),
        ) {
            let mut numbered: Vec<_> = (0..).zip(losses.iter().copied()).collect();
            let middle = order.index(numbered.len());
            numbered.rotate_left(middle);
            numbered[..middle / 2].reverse();
            let mut staircase = Staircase::default();
            for (number, loss) in numbered {
                staircase.observe(TrialNumber(number), loss);
            }
            let mut expected = Vec::new();
            for (number, loss) in (0..).zip(losses) {
                if expected.last().is_none_or(|(_, best)| loss < *best) {
                    expected.push((TrialNumber(number), loss));
                }
            }
            prop_assert_eq!(staircase.steps().collect::<Vec<_>>(), expected.clone());
            prop_assert_eq!(staircase.best(), expected.last().map(|(number, loss)| (*loss, *number)));
        }
    }
}
