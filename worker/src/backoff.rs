//! Waits between attempts.

use std::hash::{BuildHasher as _, RandomState};

use tokio::time::Duration;

/// Waits that double up to a most, each shortened at random by up to half, so that workers that lost one server
/// together do not come back together.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    most: Duration,
    next: Duration,
}

impl Backoff {
    pub(crate) const fn new(first: Duration, most: Duration) -> Self {
        Self { first, most, next: first }
    }

    pub(crate) fn reset(&mut self) {
        self.next = self.first;
    }

    /// The next wait; at least `least`, what the server asked for, if it did, and up to half as long again: it asks all
    /// the workers that it sends away for the same.
    pub(crate) fn wait(&mut self, least: Option<Duration>) -> Duration {
        let wait = self.next;
        self.next = (wait * 2).min(self.most);
        let least = least.unwrap_or_default().min(self.most).mul_f64(1.0 + chance() / 2.0);
        wait.mul_f64(1.0 - chance() / 2.0).max(least)
    }
}

/// A number in [0, 1), different each time; for jitter, not for statistics.
pub(crate) fn chance() -> f64 {
    // The standard library seeds every hasher at random; 53 bits of one fill a float.
    let bits = RandomState::new().hash_one(0_u8) >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    let (bits, all) = (bits as f64, (1_u64 << 53) as f64);
    bits / all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_most_within_their_jitter() {
        let (first, most) = (Duration::from_millis(1_000), Duration::from_millis(15_000));
        let mut backoff = Backoff::new(first, most);
        for full in [1_000, 2_000, 4_000, 8_000, 15_000, 15_000] {
            let wait = backoff.wait(None).as_millis();
            assert!((full / 2..=full).contains(&wait), "{wait} of {full}");
        }
        let asked = backoff.wait(Some(most * 9));
        assert!((most..=most * 3 / 2).contains(&asked), "{asked:?}");
        backoff.reset();
        assert!(backoff.wait(None) <= first);
    }

    #[test]
    fn chances_differ_and_stay_in_their_interval() {
        let chances: Vec<f64> = (0..100).map(|_| chance()).collect();
        assert!(chances.iter().all(|chance| (0.0..1.0).contains(chance)));
        assert!(chances.iter().any(|chance| *chance < 0.5) && chances.iter().any(|chance| *chance >= 0.5));
    }
}
