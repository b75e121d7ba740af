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
    steps: BTreeMap<(Timestamp, TrialNumber), (Option<f64>, Streak)>,
}

/// A run of completed trials without an improvement.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Streak {
    /// The loss of the last improvement, if there was any.
    loss: Option<f64>,
    /// Completed trials since then.
    length: u64,
}

impl Progress {
    pub(super) fn new(rule: Option<NoProgress>) -> Self {
        Self { rule, steps: BTreeMap::new() }
    }

    /// Takes in a completed trial; `loss`: its own if it is feasible, which alone makes an improvement.
    pub(super) fn observe(&mut self, ended_at: Timestamp, number: TrialNumber, loss: Option<f64>) {
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
    pub(super) fn stalled_after(&self, ended_at: Timestamp, number: TrialNumber, loss: Option<f64>) -> u64 {
        let Some(rule) = self.rule else { return 0 };
        let key = (ended_at, number);
        let before = self.steps.range(..key).next_back().map(|(_, (_, streak))| *streak);
        let first = follow(rule, before, loss);
        let later = self.steps.range(key..).map(|(_, (loss, _))| *loss);
        later.fold(first, |streak, loss| follow(rule, Some(streak), loss)).length
    }
}

fn follow(rule: NoProgress, before: Option<Streak>, loss: Option<f64>) -> Streak {
    let before = before.unwrap_or(Streak { loss: None, length: 0 });
    let improves = match (before.loss, loss) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(last), Some(loss)) => loss < last - last.abs() * (rule.percent / 100.0),
    };
    if improves {
        Streak { loss, length: 0 }
    } else {
        Streak { length: before.length.saturating_add(1), ..before }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NaN stands for a trial that is not feasible.
    fn stalled(percent: f64, losses: &[f64]) -> u64 {
        let mut progress = Progress::new(Some(NoProgress { trials: 1, percent }));
        for (number, loss) in (0..).zip(losses) {
            let number_and_time = (Timestamp(number), TrialNumber(number));
            let loss = (!loss.is_nan()).then_some(*loss);
            let foreseen = progress.stalled_after(number_and_time.0, number_and_time.1, loss);
            progress.observe(number_and_time.0, number_and_time.1, loss);
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
    fn what_is_not_feasible_is_no_improvement_and_does_not_hinder_one() {
        assert_eq!(stalled(0.0, &[f64::NAN, f64::NAN]), 2);
        assert_eq!(stalled(0.0, &[f64::NAN, f64::NAN, 5.0]), 0);
        assert_eq!(stalled(0.0, &[5.0, f64::NAN, 5.0]), 2);
        assert_eq!(stalled(10.0, &[5.0, f64::NAN, 4.0]), 0);
    }

    #[test]
    fn the_order_of_arrival_changes_nothing() {
        let steps = [(3, 0, 0.5), (3, 1, 0.7), (3, 2, 0.4), (4, 3, 0.4), (4, 4, 0.6)];
        let rule = Some(NoProgress { trials: 1, percent: 0.0 });
        let mut reference = Progress::new(rule);
        let mut reversed = Progress::new(rule);
        for (at, number, loss) in steps {
            reference.observe(Timestamp(at), TrialNumber(number), Some(loss));
        }
        for (at, number, loss) in steps.into_iter().rev() {
            let foreseen = reversed.stalled_after(Timestamp(at), TrialNumber(number), Some(loss));
            reversed.observe(Timestamp(at), TrialNumber(number), Some(loss));
            assert_eq!(reversed.stalled(), foreseen);
        }
        assert_eq!(reference.stalled(), 2);
        assert_eq!(reversed.stalled(), 2);
    }
}
