//! What a study is asked to do: the part of it that a person writes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::name::PoolName;
use crate::space::Space;
use crate::suggest::Algorithm;

/// The definition of a study. Creating a study again with an equal one opens it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudySpec {
    pub space: Space,
    #[serde(default)]
    pub algorithm: Algorithm,
    /// All randomness of the study derives from it.
    #[serde(default)]
    pub seed: u64,
    #[serde(default)]
    pub budget: Budget,
    #[serde(default)]
    pub retry: RetryPolicy,
    /// How many trials may run at once; no limit but the workers' slots if absent; >= 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallelism: Option<u32>,
    /// A lease ends this long after its last heartbeat, in milliseconds; 1,000 to 86,400,000.
    #[serde(default = "default_lease_ttl_ms")]
    pub lease_ttl_ms: u64,
    /// An attempt is ended by its worker after this long, in milliseconds; >= 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial_timeout_ms: Option<u64>,
    /// Whether points of a finite space come again once all of them were tried; else the study ends then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeats: bool,
    /// The pool whose workers may run it.
    #[serde(default)]
    pub pool: PoolName,
    /// Free text about the study, at most 64 KiB.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// At most 64 tags of at most 256 bytes each side.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

pub(crate) const fn default_lease_ttl_ms() -> u64 {
    30_000
}

/// When a study ends by itself. All numbers are totals over the study's whole life, also across restarts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// Trials in all, enqueued ones included, cancelled ones not; >= 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_trials: Option<u64>,
    /// Milliseconds since the first lease, by the server's clock, pauses included; >= 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Ends once a completed trial's loss is at most this; finite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss_threshold: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_progress: Option<NoProgress>,
    /// The study fails once more trials than this have failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_failed: Option<u64>,
}

/// Ends a study when the best loss has not improved for a while.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoProgress {
    /// So many completed trials in a row without an improvement; >= 1.
    pub trials: u64,
    /// An improvement smaller than this percentage of the best loss's magnitude is none; >= 0, finite.
    #[serde(default)]
    pub percent: f64,
}

/// How often a trial is tried again. Two budgets: what the objective did wrong, and what happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetryPolicy {
    /// How often a trial may be tried again after its objective failed.
    pub max_failures: u32,
    /// How often a trial may be tried again after a lost lease.
    pub max_losses: u32,
    /// The wait before the first retry, in milliseconds; doubles with each, with a deterministic jitter.
    pub backoff_ms: u64,
    /// The longest wait, in milliseconds.
    pub backoff_max_ms: u64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max_failures: 0, max_losses: 3, backoff_ms: 1_000, backoff_max_ms: 60_000 }
    }
}
