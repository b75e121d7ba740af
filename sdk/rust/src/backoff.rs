//! Growing waits between attempts, spread at random so that many clients do not come back at once.

use std::time::Duration;

use uuid::Uuid;

const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(5);

/// The waits between the attempts of one call.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
}

impl Backoff {
    pub(crate) const fn new() -> Self {
        Self { next: FIRST }
    }

    /// How long to wait now; what the server asked for, if it did, and up to half as long again.
    pub(crate) fn wait(&mut self, retry_after_ms: Option<u64>) -> Duration {
        let grown = self.next;
        self.next = (self.next * 2).min(LONGEST);
        match retry_after_ms {
            Some(ms) => Duration::from_millis(ms.max(1)).mul_f64(1.0 + 0.5 * unit()),
            None => grown.mul_f64(0.5 + 0.5 * unit()),
        }
    }
}

/// A random number of [0, 1), from the random bits of a fresh id.
pub(crate) fn unit() -> f64 {
    let (_, random) = Uuid::now_v7().as_u64_pair();
    // The two highest bits are the id's variant.
    let bits = u32::try_from(random & 0xffff_ffff).unwrap_or(0);
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_limit_and_obey_the_server() {
        let mut backoff = Backoff::new();
        let mut expected = FIRST;
        for _ in 0..20 {
            let wait = backoff.wait(None);
            assert!(wait >= expected / 2 && wait <= expected, "{wait:?} of {expected:?}");
            expected = (expected * 2).min(LONGEST);
        }
        let wait = backoff.wait(Some(200));
        assert!(wait >= Duration::from_millis(200) && wait <= Duration::from_millis(300), "{wait:?}");
    }

    #[test]
    fn the_jitter_fills_the_unit_interval() {
        let drawn: Vec<f64> = (0..1_000).map(|_| unit()).collect();
        assert!(drawn.iter().all(|x| (0.0..1.0).contains(x)));
        let mean = drawn.iter().sum::<f64>() / 1_000.0;
        // Ten standard deviations of the mean of 1,000 uniform numbers.
        assert!((mean - 0.5).abs() < 0.0913, "{mean}");
    }
}
