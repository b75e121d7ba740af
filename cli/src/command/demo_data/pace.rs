//! When trials end, so that there are so many in a second.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// What has fallen behind by more than this is not made up for in a rush.
const DEBT_MAX: Duration = Duration::from_secs(1);

/// Hands out the times at which trials end, evenly spaced.
#[derive(Debug)]
pub struct Pace {
    /// Between two ends; `None`: there is no waiting.
    interval: Option<Duration>,
    last: Mutex<Option<Instant>>,
}

impl Pace {
    /// So many ends a second; 0 for no waiting.
    pub fn of(rate: f64) -> Self {
        let interval = (rate > 0.0).then(|| Duration::from_secs_f64(1.0 / rate));
        Self { interval, last: Mutex::new(None) }
    }

    /// When a trial that begins now ends; up to a second ago if too few have ended so far.
    pub fn end_of(&self, now: Instant) -> Instant {
        let Some(interval) = self.interval else { return now };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = now.checked_sub(DEBT_MAX).unwrap_or(now);
        let end = last.map_or(now + interval, |last| earliest.max(last + interval));
        *last = Some(end);
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_evenly_spaced_and_soon_caught_up_with() {
        let (pace, now) = (Pace::of(10.0), Instant::now());
        let ms = Duration::from_millis;
        let ends: Vec<_> = (0..3).map(|_| pace.end_of(now) - now).collect();
        assert_eq!(ends, [ms(100), ms(200), ms(300)]);
        assert_eq!(pace.end_of(now + ms(1_000)), now + ms(400), "behind by less than a second");
        let later = now + ms(10_000);
        assert_eq!(pace.end_of(later), later - ms(1_000));
        assert_eq!(pace.end_of(later), later - ms(900));
        assert_eq!(Pace::of(0.0).end_of(now), now);
    }
}
