//! How often each caller calls.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tunewright_core::Timestamp;
use tunewright_core::access::{Bucket, Rate};

/// Callers that are remembered at once; beyond, those whose buckets are full again are forgotten, which loses nothing.
const REMEMBERED_MAX: usize = 10_000;

/// A bucket for each caller.
#[derive(Debug)]
pub(crate) struct Rates<K> {
    rate: Rate,
    buckets: Mutex<BTreeMap<K, Bucket>>,
    max: usize,
}

impl<K: Ord> Rates<K> {
    pub(crate) fn new(rate: Rate) -> Self {
        Self { rate, buckets: Mutex::default(), max: REMEMBERED_MAX }
    }

    /// Takes a turn.
    ///
    /// # Errors
    /// In how many milliseconds there is one.
    pub(crate) fn take(&self, who: K, now: Timestamp) -> Result<(), u64> {
        // Every bucket is whole after every step, also of a thread that panicked.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= self.max && !buckets.contains_key(&who) {
            buckets.retain(|_, bucket| !bucket.is_full(self.rate, now));
            if buckets.len() >= self.max {
                // More callers at once than are remembered: the newest ones wait.
                return Err(1_000);
            }
        }
        buckets.entry(who).or_insert_with(|| Bucket::full(self.rate, now)).take(self.rate, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_rate_of_their_own_and_only_so_many_are_remembered() {
        let rates = Rates { max: 2, ..Rates::new(Rate { per_second: 1, burst: 2 }) };
        let now = Timestamp(5_000);
        for who in ["a", "b"] {
            assert_eq!((rates.take(who, now), rates.take(who, now)), (Ok(()), Ok(())));
            assert_eq!(rates.take(who, now), Err(1_000));
        }
        assert_eq!(rates.take("c", now), Err(1_000), "nobody is forgotten who would gain by it");
        assert_eq!(rates.take("c", now.plus_millis(2_000)), Ok(()));
        assert_eq!(rates.buckets.lock().expect("whole").len(), 1);
    }
}
