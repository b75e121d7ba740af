//! Why trials ended without a result.

use serde::Serialize;

use super::Table;
use crate::study::EndReason;

const METHOD: &str =
    "Trials that ended without a result, by reason, with the newest ones of each as examples.";

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Failures {
    /// How many have a reason.
    pub n_used: usize,
    pub method: &'static str,
    /// The most frequent one first.
    pub reasons: Vec<FailureReason>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FailureReason {
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub reason: EndReason,
    pub n: usize,
    /// The newest ones, newest first.
    pub examples: Vec<FailureExample>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FailureExample {
    pub trial: usize,
    /// Empty at first: a table holds no texts. Whoever has the trial's document puts it in.
    pub message: String,
}

/// Why trials ended without a result, with up to `examples` trials for each reason.
#[must_use]
pub fn failures(table: &Table, examples: usize) -> Failures {
    let mut found = EndReason::ALL.map(|reason| FailureReason { reason, n: 0, examples: Vec::new() });
    for (trial, reason) in table.reasons().iter().enumerate().rev() {
        let Some(one) = found.iter_mut().find(|one| Some(one.reason) == *reason) else { continue };
        one.n += 1;
        if one.examples.len() < examples {
            one.examples.push(FailureExample { trial, message: String::new() });
        }
    }
    let mut reasons: Vec<_> = found.into_iter().filter(|one| one.n > 0).collect();
    reasons.sort_by_key(|one| std::cmp::Reverse(one.n));
    Failures { n_used: reasons.iter().map(|one| one.n).sum(), method: METHOD, reasons }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{Ended, table};
    use crate::study::TrialState;

    #[test]
    fn reasons_are_counted_and_the_newest_are_named() {
        let trials = (0..10).map(|i| {
            let reason = match i {
                0..5 => Some(EndReason::Timeout),
                5 => Some(EndReason::NoLoss),
                _ => return Ended::at(&[0.5], 1.0),
            };
            Ended::at(&[0.5], 1.0).state(TrialState::Failed, reason)
        });
        let found = failures(&table(r#"{"x": {"type": "uniform", "low": 0, "high": 1}}"#, trials), 2);
        assert_eq!(found.n_used, 6);
        let counts: Vec<_> = found.reasons.iter().map(|one| (one.reason, one.n)).collect();
        assert_eq!(counts, [(EndReason::Timeout, 5), (EndReason::NoLoss, 1)]);
        assert_eq!(found.reasons[0].examples.iter().map(|one| one.trial).collect::<Vec<_>>(), [4, 3]);
    }
}
