//! Holds what every client asked and heard against what is there in the end, and names each broken promise.
//!
//! The numbers are those of the promises: 1 acknowledged means stored, 2 counted exactly once, 3 one valid attempt,
//! 11 ask is idempotent, 12 cancel has one winner, 15 everything ends.

mod asks;
mod studies;
mod trials;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use tunewright_core::study::TrialState;

use super::history::Entry;

/// A trial as the server shows it in the end.
#[derive(Clone, Debug, PartialEq)]
pub struct FinalTrial {
    pub state: TrialState,
    /// The newest attempt.
    pub attempt: u32,
    pub loss: Option<f64>,
    /// The attempts that ended with a result.
    pub brought_by: Vec<u32>,
    /// The loss that its point must give, where that is known.
    pub expected_loss: Option<f64>,
}

/// A study as the server shows it in the end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FinalStudy {
    /// It met its budget.
    pub has_completed: bool,
    /// Trials that are not cancelled.
    pub max_trials: u64,
    /// The study's own count.
    pub completed: u64,
    /// Real workers evaluated it, who write no history.
    pub is_workers: bool,
    pub trials: BTreeMap<u64, FinalTrial>,
}

/// All studies in the end, by name.
pub type Ending = BTreeMap<String, FinalStudy>;

/// A promise that was not kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    pub promise: u8,
    pub study: String,
    pub trial: Option<u64>,
    pub what: String,
}

impl Violation {
    fn new(promise: u8, study: &str, trial: Option<u64>, what: impl Into<String>) -> Self {
        Self { promise, study: study.to_owned(), trial, what: what.into() }
    }

    /// What was asked and heard about it, in the order of the requests.
    #[must_use]
    pub fn evidence<'a>(&self, entries: &'a [Entry]) -> Vec<&'a Entry> {
        let of_study = entries.iter().filter(|entry| entry.study == self.study);
        of_study.filter(|entry| self.trial.is_none_or(|number| entry.concerns(number))).collect()
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "promise {}: study {}", self.promise, self.study)?;
        if let Some(number) = self.trial {
            write!(f, ", trial {number}")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// Every broken promise. `lease`: how long a lease lives without a heartbeat, of which the clients send none.
#[must_use]
pub fn check(entries: &[Entry], ending: &Ending, lease: Duration) -> Vec<Violation> {
    let mut violations = studies::check(entries, ending);
    violations.extend(trials::check(entries, ending, lease));
    violations.extend(asks::check(entries, lease));
    violations
}
