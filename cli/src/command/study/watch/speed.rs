//! How fast trials end.

use std::collections::VecDeque;
use std::time::Duration;

/// So far back it is looked.
const WINDOW: Duration = Duration::from_secs(60);
/// A rate over less than this says nothing.
const LEAST: Duration = Duration::from_secs(2);

/// How many trials had ended when.
#[derive(Clone, Debug, Default)]
pub struct Speed {
    /// Oldest first.
    seen: VecDeque<(Duration, u64)>,
}

impl Speed {
    /// So many trials had ended at this time; times do not fall.
    pub fn add(&mut self, at: Duration, ended: u64) {
        // One that is at the window's beginning or before it is kept, so that the whole window is covered.
        while self.seen.get(1).is_some_and(|(next, _)| *next + WINDOW <= at) {
            self.seen.pop_front();
        }
        self.seen.push_back((at, ended));
    }

    /// Ends a second over the last minute; `None` while it is not known.
    pub fn per_second(&self) -> Option<f64> {
        let ((from, before), (to, now)) = (self.seen.front()?, self.seen.back()?);
        let span = to.saturating_sub(*from);
        let ended = u32::try_from(now.saturating_sub(*before)).unwrap_or(u32::MAX);
        (span >= LEAST).then(|| f64::from(ended) / span.as_secs_f64())
    }

    /// How long so many more take; `None` if that is not known, or if none ends.
    pub fn time_for(&self, trials: u64) -> Option<Duration> {
        let trials = f64::from(u32::try_from(trials).unwrap_or(u32::MAX));
        let rate = self.per_second().filter(|rate| *rate > 0.0)?;
        Duration::try_from_secs_f64(trials / rate).ok()
    }
}

/// A rate in words: `512/s`, `4.2/s`, `12/min`, `1.5/h`.
pub fn rate(per_second: f64) -> String {
    match per_second {
        many if many >= 10.0 => format!("{many:.0}/s"),
        some if some >= 1.0 => format!("{some:.1}/s"),
        few if few * 60.0 >= 1.0 => format!("{:.1}/min", few * 60.0),
        fewer => format!("{:.1}/h", fewer * 3_600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn the_rate_is_that_of_the_last_minute() {
        let mut speed = Speed::default();
        speed.add(seconds(0), 100);
        assert_eq!(speed.per_second(), None);
        speed.add(seconds(10), 150);
        assert_eq!((speed.per_second(), speed.time_for(50)), (Some(5.0), Some(seconds(10))));
        for at in 11..=200 {
            speed.add(seconds(at), 150 + 2 * (at - 10));
        }
        assert_eq!(speed.per_second(), Some(2.0));
        assert!(speed.seen.len() <= 62);
    }

    #[test]
    fn where_nothing_ends_there_is_no_time_for_it() {
        let mut speed = Speed::default();
        speed.add(seconds(0), 5);
        speed.add(seconds(9), 5);
        assert_eq!((speed.per_second(), speed.time_for(1)), (Some(0.0), None));
        // Restored from a backup, a study may have fewer than before.
        speed.add(seconds(20), 0);
        assert_eq!(speed.per_second(), Some(0.0));
    }

    #[test]
    fn rates_are_told_in_units_that_fit() {
        for (value, text) in
            [(512.4, "512/s"), (4.24, "4.2/s"), (0.2, "12.0/min"), (0.001, "3.6/h"), (0.0, "0.0/h")]
        {
            assert_eq!(rate(value), text);
        }
    }
}
