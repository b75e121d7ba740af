//! The audit log: what people will ask about later, as log lines with the target `audit`.
//!
//! Who made, changed or removed a study or a token, and who was not let in. Lines about refusals are bounded, so that nobody
//! can fill a disk with them; how many were left out is told.

use std::sync::{Arc, Mutex, PoisonError};

use tracing::{info, warn};
use tunewright_core::access::{Bucket, Rate};

use crate::clock::Clock;

/// How many refusals are told of.
const REFUSALS: Rate = Rate { per_second: 10, burst: 100 };

/// Somebody changed something: what, who it was, from which address, and what was changed.
pub(crate) fn done(what: &'static str, by: &str, from: &str, of: &dyn std::fmt::Display) {
    info!(target: "audit", event = what, by, from, of = %of, "audit");
}

/// Tells of refusals, but not of all. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Refusals {
    clock: Clock,
    inner: Arc<Mutex<Told>>,
}

#[derive(Debug)]
struct Told {
    bucket: Bucket,
    left_out: u64,
}

impl Refusals {
    pub(crate) fn new(clock: Clock) -> Self {
        let told = Told { bucket: Bucket::full(REFUSALS, clock.now()), left_out: 0 };
        Self { clock, inner: Arc::new(Mutex::new(told)) }
    }

    /// Somebody was refused something.
    pub(crate) fn refused(&self, by: &str, from: &str, why: &str) {
        let Some(left_out) = self.turn() else { return };
        warn!(target: "audit", event = "refused", by, from, why, left_out, "audit");
    }

    /// Whether this one is told of, and how many before it were not.
    fn turn(&self) -> Option<u64> {
        let mut told = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if told.bucket.take(REFUSALS, self.clock.now()).is_err() {
            told.left_out += 1;
            return None;
        }
        Some(std::mem::take(&mut told.left_out))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn nobody_fills_a_disk_with_refusals() {
        let refusals = Refusals::new(Clock::start());
        let told = (0..1_000).filter(|_| refusals.turn().is_some()).count();
        assert_eq!(told, 100);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(refusals.turn(), Some(900), "what was left out is told");
        assert_eq!(refusals.turn(), Some(0));
    }
}
