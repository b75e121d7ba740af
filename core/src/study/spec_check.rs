//! Whether a study's definition makes sense.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;

use super::{Budget, NoProgress, StudySpec};
use crate::Refusal;

const LEASE_TTL_MS: RangeInclusive<u64> = 1_000..=86_400_000;
const NOTE_LEN_MAX: usize = 64 * 1024;
const TAGS_MAX: usize = 64;
const TAG_LEN_MAX: usize = 256;

impl StudySpec {
    /// Checks all that a type cannot: ranges and sizes. The space has been checked when it was made.
    ///
    /// # Errors
    /// `invalid`, naming the field and what it must be.
    pub fn validate(&self) -> Result<(), Refusal> {
        self.budget.validate().map_err(|refusal| refusal.within("budget"))?;
        at_least_one("parallelism", self.parallelism)?;
        if !LEASE_TTL_MS.contains(&self.lease_ttl_ms) {
            let (low, high) = (LEASE_TTL_MS.start(), LEASE_TTL_MS.end());
            let message = format!("must be {low} to {high}, not {}", self.lease_ttl_ms);
            return Err(Refusal::invalid("lease_ttl_ms", message));
        }
        at_least_one("trial_timeout_ms", self.trial_timeout_ms)?;
        if self.note.len() > NOTE_LEN_MAX {
            let message = format!("must be at most {NOTE_LEN_MAX} bytes, not {}", self.note.len());
            return Err(Refusal::invalid("note", message));
        }
        check_tags(&self.tags)
    }
}

impl Budget {
    fn validate(&self) -> Result<(), Refusal> {
        at_least_one("max_trials", self.max_trials)?;
        at_least_one("timeout_ms", self.timeout_ms)?;
        if let Some(threshold) = self.loss_threshold.filter(|threshold| !threshold.is_finite()) {
            return Err(Refusal::invalid(
                "loss_threshold",
                format!("must be a finite number, not {threshold}"),
            ));
        }
        self.no_progress
            .map_or(Ok(()), |rule| rule.validate().map_err(|refusal| refusal.within("no_progress")))
    }
}

impl NoProgress {
    fn validate(&self) -> Result<(), Refusal> {
        at_least_one("trials", Some(self.trials))?;
        if !self.percent.is_finite() || self.percent < 0.0 {
            let message = format!("must be a finite number of at least 0, not {}", self.percent);
            return Err(Refusal::invalid("percent", message));
        }
        Ok(())
    }
}

fn at_least_one<T: Copy + Default + PartialEq + Display>(
    field: &str,
    value: Option<T>,
) -> Result<(), Refusal> {
    match value {
        Some(zero) if zero == T::default() => Err(Refusal::invalid(field, "must be at least 1")),
        _ => Ok(()),
    }
}

fn check_tags(tags: &BTreeMap<String, String>) -> Result<(), Refusal> {
    if tags.len() > TAGS_MAX {
        let message = format!("must be at most {TAGS_MAX}, not {}", tags.len());
        return Err(Refusal::invalid("tags", message));
    }
    for (key, value) in tags {
        if key.is_empty() {
            return Err(Refusal::invalid("tags", "must have keys that are not empty"));
        }
        let longest = key.len().max(value.len());
        if longest > TAG_LEN_MAX {
            let message = format!("must be at most {TAG_LEN_MAX} bytes a key or value; one has {longest}");
            return Err(Refusal::invalid("tags", message));
        }
    }
    Ok(())
}
