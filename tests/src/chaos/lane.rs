//! Studies one after the other: as soon as one has ended, the next begins, until it is enough.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use tunewright_core::study::StudySpec;
use tunewright_proto::v1;

/// A lease lives so long without a heartbeat, if nothing else is said.
pub const LEASE: Duration = Duration::from_secs(2);

/// Studies one after the other, all of the same kind.
#[derive(Debug)]
pub struct Lane {
    name: String,
    seed: u64,
    /// The budget of each study.
    max_trials: u64,
    /// The pool whose workers run them.
    pool: String,
    lease: Duration,
    current: AtomicU64,
    is_enough: AtomicBool,
}

impl Lane {
    /// `pool`: nobody works in it, if the trials are asked for.
    #[must_use]
    pub fn new(name: &str, seed: u64, max_trials: u64, pool: &str) -> Self {
        Self {
            name: name.to_owned(),
            seed,
            max_trials,
            pool: pool.to_owned(),
            lease: LEASE,
            current: AtomicU64::new(0),
            is_enough: AtomicBool::new(false),
        }
    }

    /// With leases that live so long without a heartbeat.
    #[must_use]
    pub fn with_lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    #[must_use]
    pub const fn lease(&self) -> Duration {
        self.lease
    }

    /// The study to work on, by its place in the lane; none once it is enough and the last one has ended.
    pub fn current(&self) -> Option<u64> {
        let at = self.current.load(Ordering::SeqCst);
        (at != u64::MAX).then_some(at)
    }

    #[must_use]
    pub fn study(&self, at: u64) -> String {
        format!("{}-{at}", self.name)
    }

    /// The names of all studies that were begun.
    #[must_use]
    pub fn studies(&self, last: u64) -> Vec<String> {
        (0..=last).map(|at| self.study(at)).collect()
    }

    /// The study at this place has ended.
    pub fn ended(&self, at: u64) {
        let next = if self.is_enough.load(Ordering::SeqCst) { u64::MAX } else { at + 1 };
        // Somebody else may have said so already.
        let _ = self.current.compare_exchange(at, next, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// The current study is the last one.
    pub fn enough(&self) {
        self.is_enough.store(true, Ordering::SeqCst);
    }

    #[must_use]
    pub const fn max_trials(&self) -> u64 {
        self.max_trials
    }

    /// The definition of the study at this place.
    ///
    /// # Panics
    /// When the definition below is wrong.
    #[must_use]
    pub fn spec(&self, at: u64) -> v1::StudySpec {
        let spec: StudySpec = serde_json::from_value(json!({
            "space": {"x": {"type": "uniform", "low": -1.0, "high": 1.0}},
            "algorithm": "random",
            "seed": self.seed.wrapping_add(at) % (1 << 32),
            "budget": {"max_trials": self.max_trials},
            // So many that no trial ends for being unlucky: the faults here would be too much for the usual ones.
            "retry": {"max_failures": 2, "max_losses": 1_000, "backoff_ms": 50, "backoff_max_ms": 200},
            "lease_ttl_ms": u64::try_from(self.lease.as_millis()).expect("short"),
            "pool": self.pool,
        }))
        .expect("a sound spec");
        v1::StudySpec::try_from(&spec).expect("it fits the wire")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_study_follows_the_other_until_it_is_enough() {
        let lane = Lane::new("a", 1, 10, "nobody");
        assert_eq!(lane.current(), Some(0));
        lane.ended(0);
        lane.ended(0);
        assert_eq!(lane.current(), Some(1));
        lane.enough();
        assert_eq!(lane.current(), Some(1));
        lane.ended(1);
        assert_eq!(lane.current(), None);
        assert_eq!(lane.studies(1), ["a-0", "a-1"]);
    }
}
