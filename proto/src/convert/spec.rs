//! The definition of a study.

use std::collections::BTreeMap;

use tunewright_core::Refusal;
use tunewright_core::name::PoolName;
use tunewright_core::space::{Node, Space};
use tunewright_core::study::{Budget, RetryPolicy, StudySpec};
use tunewright_core::suggest::Algorithm;

use super::field::{positive, required};
use crate::v1;

const LEASE_TTL_MS: std::ops::RangeInclusive<u64> = 1_000..=86_400_000;
const LEASE_TTL_MS_USUAL: u64 = 30_000;
const NOTE_LEN_MAX: usize = 64 * 1024;
const TAGS_MAX: usize = 64;
const TAG_LEN_MAX: usize = 256;

impl TryFrom<v1::StudySpec> for StudySpec {
    type Error = Refusal;

    fn try_from(spec: v1::StudySpec) -> Result<Self, Refusal> {
        let node = Node::try_from(required(spec.space, "space")?).map_err(|e| e.within("space"))?;
        let algorithm = spec.algorithm.map(Algorithm::try_from).transpose();
        let budget = spec.budget.map(Budget::try_from).transpose();
        Ok(Self {
            space: Space::try_from(node)?,
            algorithm: algorithm.map_err(|e| e.within("algorithm"))?.unwrap_or_default(),
            seed: spec.seed,
            budget: budget.map_err(|e| e.within("budget"))?.unwrap_or_default(),
            retry: spec.retry.map(RetryPolicy::from).unwrap_or_default(),
            parallelism: parallelism(spec.parallelism)?,
            lease_ttl_ms: lease_ttl_ms(spec.lease_ttl_ms)?,
            trial_timeout_ms: spec.trial_timeout_ms.map(|ms| positive(ms, "trial_timeout_ms")).transpose()?,
            repeats: spec.repeats,
            pool: pool(spec.pool)?,
            note: note(spec.note)?,
            tags: tags(spec.tags)?,
        })
    }
}

impl TryFrom<&StudySpec> for v1::StudySpec {
    type Error = Refusal;

    fn try_from(spec: &StudySpec) -> Result<Self, Refusal> {
        let space = v1::SpaceNode::try_from(spec.space.root()).map_err(|e| e.within("space"))?;
        Ok(Self {
            space: Some(space),
            algorithm: Some((&spec.algorithm).into()),
            seed: spec.seed,
            budget: Some((&spec.budget).into()),
            retry: Some(spec.retry.into()),
            parallelism: spec.parallelism,
            lease_ttl_ms: Some(spec.lease_ttl_ms),
            trial_timeout_ms: spec.trial_timeout_ms,
            repeats: spec.repeats,
            pool: spec.pool.to_string(),
            note: spec.note.clone(),
            tags: spec.tags.clone(),
        })
    }
}

pub(super) fn parallelism(given: Option<u32>) -> Result<Option<u32>, Refusal> {
    match given {
        Some(0) => Err(Refusal::invalid("parallelism", "must be at least 1, not `0`")
            .with_hint("pause the study to lease nothing")),
        other => Ok(other),
    }
}

fn lease_ttl_ms(given: Option<u64>) -> Result<u64, Refusal> {
    let ms = given.unwrap_or(LEASE_TTL_MS_USUAL);
    if LEASE_TTL_MS.contains(&ms) {
        return Ok(ms);
    }
    let (low, high) = (LEASE_TTL_MS.start(), LEASE_TTL_MS.end());
    Err(Refusal::invalid("lease_ttl_ms", format!("must be from {low} to {high}, not `{ms}`")))
}

/// A pool's name; empty is the default one.
pub(super) fn pool(name: String) -> Result<PoolName, Refusal> {
    if name.is_empty() { Ok(PoolName::default()) } else { PoolName::new(name) }
}

pub(super) fn note(note: String) -> Result<String, Refusal> {
    if note.len() > NOTE_LEN_MAX {
        let message = format!("must be at most {NOTE_LEN_MAX} bytes, not {}", note.len());
        return Err(Refusal::invalid("note", message));
    }
    Ok(note)
}

pub(super) fn tags(tags: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Refusal> {
    if tags.len() > TAGS_MAX {
        return Err(Refusal::invalid("tags", format!("must be at most {TAGS_MAX} tags, not {}", tags.len())));
    }
    for (name, value) in &tags {
        if name.is_empty() {
            return Err(Refusal::invalid("tags", "must not have a tag with an empty name"));
        }
        if name.len().max(value.len()) > TAG_LEN_MAX {
            let shown: String = name.chars().take(40).collect();
            let message = format!("`{shown}` must be at most {TAG_LEN_MAX} bytes on each side");
            return Err(Refusal::invalid("tags", message));
        }
    }
    Ok(tags)
}
