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
        self.algorithm.validate()?;
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

#[cfg(test)]
mod tests {
    use super::super::fixture::spec;
    use super::*;
    use crate::suggest::{Algorithm, HyperoptTpeSettings};

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(spec().validate(), Ok(()));
    }

    #[test]
    fn each_part_out_of_range_is_refused_by_its_name() {
        type Break = fn(&mut StudySpec);
        let cases: [(Break, &str); 15] = [
            (|spec| spec.budget.max_trials = Some(0), "budget.max_trials: must be at least 1"),
            (|spec| spec.budget.timeout_ms = Some(0), "budget.timeout_ms: must be at least 1"),
            (
                |spec| spec.budget.loss_threshold = Some(f64::NEG_INFINITY),
                "budget.loss_threshold: must be a finite number, not -inf",
            ),
            (|spec| spec.parallelism = Some(0), "parallelism: must be at least 1"),
            (|spec| spec.lease_ttl_ms = 999, "lease_ttl_ms: must be 1000 to 86400000, not 999"),
            (|spec| spec.lease_ttl_ms = 86_400_001, "lease_ttl_ms: must be 1000 to 86400000, not 86400001"),
            (|spec| spec.trial_timeout_ms = Some(0), "trial_timeout_ms: must be at least 1"),
            (|spec| spec.note = "n".repeat(65_537), "note: must be at most 65536 bytes, not 65537"),
            (
                |spec| spec.tags = (0..65).map(|tag| (tag.to_string(), String::new())).collect(),
                "tags: must be at most 64, not 65",
            ),
            (
                |spec| spec.tags = BTreeMap::from([(String::new(), String::new())]),
                "tags: must have keys that are not empty",
            ),
            (
                |spec| spec.tags = BTreeMap::from([("t".repeat(257), String::new())]),
                "tags: must be at most 256 bytes a key or value; one has 257",
            ),
            (
                |spec| spec.tags = BTreeMap::from([("t".to_owned(), "v".repeat(300))]),
                "tags: must be at most 256 bytes a key or value; one has 300",
            ),
            (
                |spec| {
                    spec.algorithm = Algorithm::HyperoptTpe(HyperoptTpeSettings {
                        gamma: 3.0,
                        ..HyperoptTpeSettings::default()
                    })
                },
                "algorithm.gamma: must be > 0 and <= 2, not 3",
            ),
            (
                |spec| spec.budget.no_progress = Some(NoProgress { trials: 0, percent: 0.0 }),
                "budget.no_progress.trials: must be at least 1",
            ),
            (
                |spec| spec.budget.no_progress = Some(NoProgress { trials: 1, percent: f64::NAN }),
                "budget.no_progress.percent: must be a finite number of at least 0, not NaN",
            ),
        ];
        for (break_it, says) in cases {
            let mut broken = spec();
            break_it(&mut broken);
            let refusal = broken.validate().expect_err(says);
            assert_eq!((refusal.code, refusal.to_string().as_str()), (crate::Code::Invalid, says));
        }
        let mut ends = spec();
        ends.lease_ttl_ms = 86_400_000;
        ends.budget.max_failed = Some(0);
        ends.budget.no_progress = Some(NoProgress { trials: 1, percent: 0.0 });
        ends.tags = BTreeMap::from([("t".repeat(256), "v".repeat(256))]);
        assert_eq!(ends.validate(), Ok(()));
    }
}
