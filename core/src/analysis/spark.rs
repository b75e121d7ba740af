//! The best loss so far, in the space of a word.

use crate::study::TrialNumber;

/// The most values.
pub const SPARK_VALUES_MAX: usize = 32;

/// The best loss so far at up to 32 numbers of trials, evenly from the first one with a loss to the last of `trials`.
/// `improvements` are those of [`crate::study::Study::improvements`].
#[must_use]
pub fn spark(improvements: impl IntoIterator<Item = (TrialNumber, f64)>, trials: u64) -> Vec<f64> {
    let steps: Vec<(u64, f64)> = improvements.into_iter().map(|(number, loss)| (number.0, loss)).collect();
    let Some((first, _)) = steps.first() else { return Vec::new() };
    let span = trials.saturating_sub(1).saturating_sub(*first);
    let last = span.min(SPARK_VALUES_MAX as u64 - 1);
    let at = |value: u64| {
        let number = first + (value * span).checked_div(last).unwrap_or(0);
        steps[steps.partition_point(|(step, _)| *step <= number).saturating_sub(1)].1
    };
    (0..=last).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(steps: &[(u64, f64)], trials: u64) -> Vec<f64> {
        spark(steps.iter().map(|(number, loss)| (TrialNumber(*number), *loss)), trials)
    }

    #[test]
    fn few_trials_have_a_value_each_and_many_share() {
        assert_eq!(of(&[], 10), [0.0; 0]);
        assert_eq!(of(&[(1, 5.0), (3, 2.0)], 5), [5.0, 5.0, 2.0, 2.0]);
        assert_eq!(of(&[(0, 5.0)], 1), [5.0]);
        let many = of(&[(0, 9.0), (500_000, 4.0), (999_999, 1.0)], 1_000_000);
        assert_eq!((many.len(), many[0], many[15], many[16], many[31]), (32, 9.0, 9.0, 4.0, 1.0));
    }
}
