//! How often somebody may do something.

use crate::Timestamp;

/// Thousandths of a turn, so that a millisecond at one turn a second is a whole number of them.
const WHOLE: u64 = 1_000;

/// So many turns a second in the long run, and so many at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub per_second: u32,
    pub burst: u32,
}

impl Rate {
    /// A rate that allows a second's turns at once.
    #[must_use]
    pub const fn per_second(per_second: u32) -> Self {
        Self { per_second, burst: per_second }
    }

    const fn capacity(self) -> u64 {
        (self.burst as u64).saturating_mul(WHOLE)
    }
}

/// A bucket that turns are taken from, and that fills again with time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// In thousandths of a turn.
    level: u64,
    at: Timestamp,
}

impl Bucket {
    /// A full one.
    #[must_use]
    pub const fn full(rate: Rate, now: Timestamp) -> Self {
        Self { level: rate.capacity(), at: now }
    }

    /// Takes a turn.
    ///
    /// # Errors
    /// How many milliseconds until there is one, if there is none; `u64::MAX` if there never is.
    pub fn take(&mut self, rate: Rate, now: Timestamp) -> Result<(), u64> {
        self.fill(rate, now);
        if self.level >= WHOLE {
            self.level -= WHOLE;
            return Ok(());
        }
        if rate.per_second == 0 || rate.burst == 0 {
            return Err(u64::MAX);
        }
        Err((WHOLE - self.level).div_ceil(u64::from(rate.per_second)))
    }

    /// Whether it is as good as new: nothing is lost with it.
    #[must_use]
    pub fn is_full(mut self, rate: Rate, now: Timestamp) -> bool {
        self.fill(rate, now);
        self.level >= rate.capacity()
    }

    fn fill(&mut self, rate: Rate, now: Timestamp) {
        // A thousandth of a turn in a millisecond for each turn in a second.
        let passed = u64::try_from(now.since(self.at).as_millis()).unwrap_or(u64::MAX);
        let filled = passed.saturating_mul(u64::from(rate.per_second));
        self.level = self.level.saturating_add(filled).min(rate.capacity());
        self.at = self.at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RATE: Rate = Rate { per_second: 4, burst: 3 };

    #[test]
    fn a_burst_then_one_by_one() {
        let start = Timestamp(1_000);
        let mut bucket = Bucket::full(RATE, start);
        for _ in 0..3 {
            assert_eq!(bucket.take(RATE, start), Ok(()));
        }
        assert_eq!(bucket.take(RATE, start), Err(250));
        assert_eq!(bucket.take(RATE, start.plus_millis(249)), Err(1));
        assert_eq!(bucket.take(RATE, start.plus_millis(250)), Ok(()));
        assert_eq!(bucket.take(RATE, start.plus_millis(250)), Err(250));
        // A clock that is behind gives nothing and takes nothing.
        assert_eq!(bucket.take(RATE, start), Err(250));
        assert_eq!(bucket.take(RATE, start.plus_millis(499)), Err(1));
        assert!(!bucket.is_full(RATE, start.plus_millis(999)));
        assert!(bucket.is_full(RATE, start.plus_millis(1_000)));
        for _ in 0..3 {
            assert_eq!(
                bucket.take(RATE, start.plus_millis(9_000)),
                Ok(()),
                "no more than a burst is saved up"
            );
        }
        assert!(bucket.take(RATE, start.plus_millis(9_000)).is_err());
    }

    #[test]
    fn a_rate_of_nothing_gives_nothing() {
        for rate in [Rate { per_second: 0, burst: 0 }, Rate { per_second: 5, burst: 0 }] {
            let mut bucket = Bucket::full(rate, Timestamp(0));
            assert_eq!(bucket.take(rate, Timestamp(u64::MAX)), Err(u64::MAX));
        }
    }

    proptest! {
        /// However it is asked: never more than the burst and what has flowed in since, and who waits as long as told
        /// gets a turn.
        #[test]
        fn no_more_than_allowed_and_no_less_than_promised(
            rate in (1u32..1_000, 1u32..100).prop_map(|(per_second, burst)| Rate { per_second, burst }),
            waits in prop::collection::vec(0u64..500, 1..200),
        ) {
            let start = Timestamp(0);
            let (mut bucket, mut now, mut taken) = (Bucket::full(rate, start), start, 0u64);
            for wait in waits {
                now = now.plus_millis(wait);
                match bucket.take(rate, now) {
                    Ok(()) => taken += 1,
                    Err(told) => {
                        let mut later = bucket;
                        prop_assert!(later.take(rate, now.plus_millis(told)).is_ok());
                        let mut sooner = bucket;
                        prop_assert!(sooner.take(rate, now.plus_millis(told - 1)).is_err());
                    }
                }
                let flowed = now.as_millis() * u64::from(rate.per_second) / 1_000;
                prop_assert!(taken <= u64::from(rate.burst) + flowed);
            }
        }
    }
}
