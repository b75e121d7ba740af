//! How long ago the best loss last improved.

use std::collections::BTreeMap;

use super::{NoProgress, TrialNumber};
use crate::Timestamp;

/// The completed trials in the order in which they ended, with what had become of the search after each.
///
/// The order is that of (end, number), not that of arrival, so that a study that was loaded from its documents counts
/// exactly as the one that was never away. Empty without a rule to count for.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    rule: Option<NoProgress>,
    steps: BTreeMap<(Timestamp, TrialNumber), (f64, Streak)>,
}

/// A run of completed trials without an improvement.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Streak {
    /// The loss of the last improvement.
    loss: f64,
    /// Completed trials since then.
    length: u64,
}

impl Progress {
    pub(super) fn new(rule: Option<NoProgress>) -> Self {
        Self { rule, steps: BTreeMap::new() }
    }

    /// Takes in a completed trial.
    pub(super) fn observe(&mut self, ended_at: Timestamp, number: TrialNumber, loss: f64) {
        let Some(rule) = self.rule else { return };
        let key = (ended_at, number);
        let mut streak = self.steps.range(..key).next_back().map(|(_, (_, streak))| *streak);
        self.steps.insert(key, (loss, Streak { loss, length: 0 }));
        // Only trials that ended in the same millisecond come out of order, so this walks over a few at most.
        for (loss, after) in self.steps.range_mut(key..).map(|(_, step)| (step.0, &mut step.1)) {
            *after = follow(rule, streak, loss);
            streak = Some(*after);
        }
    }

    /// How many completed trials in a row are without an improvement.
    pub(super) fn stalled(&self) -> u64 {
        self.steps.values().next_back().map_or(0, |(_, streak)| streak.length)
    }

    /// What [`Progress::stalled`] will be once this trial has completed, too.
    pub(super) fn stalled_after(&self, ended_at: Timestamp, number: TrialNumber, loss: f64) -> u64 {
        let Some(rule) = self.rule else { return 0 };
        let key = (ended_at, number);
        let before = self.steps.range(..key).next_back().map(|(_, (_, streak))| *streak);
        let first = follow(rule, before, loss);
        let later = self.steps.range(key..).map(|(_, (loss, _))| *loss);
        later.fold(first, |streak, loss| follow(rule, Some(streak), loss)).length
    }
}

fn follow(rule: NoProgress, before: Option<Streak>, loss: f64) -> Streak {
    match before {
        Some(streak) if loss >= streak.loss - streak.loss.abs() * (rule.percent / 100.0) => {
            Streak { length: streak.length.saturating_add(1), ..streak }
        }
        _ => Streak { loss, length: 0 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stalled(percent: f64, losses: &[f64]) -> u64 {
        let mut progress = Progress::new(Some(NoProgress { trials: 1, percent }));
        for (number, loss) in (0..).zip(losses) {
            let number_and_time = (Timestamp(number), TrialNumber(number));
            let foreseen = progress.stalled_after(number_and_time.0, number_and_time.1, *loss);
            progress.observe(number_and_time.0, number_and_time.1, *loss);
            assert_eq!(progress.stalled(), foreseen);
        }
        progress.stalled()
    }

    #[test]
    fn only_a_lower_loss_is_an_improvement() {
        assert_eq!(stalled(0.0, &[1.0]), 0);
        assert_eq!(stalled(0.0, &[1.0, 1.0, 2.0]), 2);
        assert_eq!(stalled(0.0, &[1.0, 1.0, 0.99]), 0);
    }

    #[test]
    fn an_improvement_below_the_percentage_is_none_but_small_ones_add_up() {
        assert_eq!(stalled(10.0, &[1.0, 0.95]), 1);
        assert_eq!(stalled(10.0, &[1.0, 0.95, 0.89]), 0);
        assert_eq!(stalled(10.0, &[-1.0, -1.05]), 1);
        assert_eq!(stalled(10.0, &[-1.0, -1.2]), 0);
    }

    #[test]
    fn the_order_of_arrival_changes_nothing() {
        let steps = [(3, 0, 0.5), (3, 1, 0.7), (3, 2, 0.4), (4, 3, 0.4), (4, 4, 0.6)];
        let rule = Some(NoProgress { trials: 1, percent: 0.0 });
        let mut reference = Progress::new(rule);
        let mut reversed = Progress::new(rule);
        for (at, number, loss) in steps {
            reference.observe(Timestamp(at), TrialNumber(number), loss);
        }
        for (at, number, loss) in steps.into_iter().rev() {
            let foreseen = reversed.stalled_after(Timestamp(at), TrialNumber(number), loss);
            reversed.observe(Timestamp(at), TrialNumber(number), loss);
            assert_eq!(reversed.stalled(), foreseen);
        }
        assert_eq!(reference.stalled(), 2);
        assert_eq!(reversed.stalled(), 2);
    }
}
