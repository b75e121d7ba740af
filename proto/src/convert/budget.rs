//! When a study ends by itself.

use tunewright_core::Refusal;
use tunewright_core::study::{Budget, NoProgress};

use super::field::{finite, positive};
use crate::v1;

impl TryFrom<v1::Budget> for Budget {
    type Error = Refusal;

    fn try_from(budget: v1::Budget) -> Result<Self, Refusal> {
        let no_progress = budget.no_progress.map(NoProgress::try_from).transpose();
        Ok(Self {
            max_trials: max_trials(budget.max_trials)?,
            timeout_ms: timeout_ms(budget.timeout_ms)?,
            loss_threshold: loss_threshold(budget.loss_threshold)?,
            no_progress: no_progress.map_err(|refusal| refusal.within("no_progress"))?,
            max_failed: budget.max_failed,
        })
    }
}

impl From<&Budget> for v1::Budget {
    fn from(budget: &Budget) -> Self {
        Self {
            max_trials: budget.max_trials,
            timeout_ms: budget.timeout_ms,
            loss_threshold: budget.loss_threshold,
            no_progress: budget
                .no_progress
                .map(|NoProgress { trials, percent }| v1::NoProgress { trials, percent }),
            max_failed: budget.max_failed,
        }
    }
}

impl TryFrom<v1::NoProgress> for NoProgress {
    type Error = Refusal;

    fn try_from(rule: v1::NoProgress) -> Result<Self, Refusal> {
        let percent = finite(rule.percent, "percent")?;
        if percent < 0.0 {
            return Err(Refusal::invalid("percent", format!("must be at least 0, not `{percent}`")));
        }
        Ok(Self { trials: positive(rule.trials, "trials")?, percent })
    }
}

pub(super) fn max_trials(given: Option<u64>) -> Result<Option<u64>, Refusal> {
    given.map(|number| positive(number, "max_trials")).transpose()
}

pub(super) fn timeout_ms(given: Option<u64>) -> Result<Option<u64>, Refusal> {
    given.map(|ms| positive(ms, "timeout_ms")).transpose()
}

pub(super) fn loss_threshold(given: Option<f64>) -> Result<Option<f64>, Refusal> {
    given.map(|loss| finite(loss, "loss_threshold")).transpose()
}
