//! How long the search itself takes, without any server.

use std::time::{Duration, Instant};

use anyhow::bail;
use hdrhistogram::Histogram;
use serde::Serialize;
use serde_json::{Value, json};
use tunewright::{Algorithm, Point, Space};
use tunewright_core::suggest::{Ask, Observation, Proposal, Suggester, Verdict, build};

/// How many trials have ended, row by row.
pub const TRIALS: [u64; 4] = [100, 1_000, 10_000, 100_000];
/// Enough for a 99th percentile; a row ends earlier when its time is over.
const SAMPLES_MAX: u64 = 1_000;
const LONGEST_NS: u64 = 600_000_000_000;

/// What was measured. Times are in microseconds.
#[derive(Clone, Debug, Serialize)]
pub struct SuggestTime {
    pub algorithm: &'static str,
    pub trials: u64,
    pub samples: u64,
    pub suggest_p50_us: f64,
    pub suggest_p99_us: f64,
    /// Taking in one more result.
    pub observe_p50_us: f64,
}

/// The space of all rows: 10 parameters of the usual kinds.
pub fn space() -> Value {
    let mut space = serde_json::Map::new();
    for number in 0..4 {
        space.insert(format!("uniform{number}"), json!({"type": "uniform", "low": 0, "high": 1}));
    }
    for number in 0..4 {
        space.insert(format!("log{number}"), json!({"type": "loguniform", "low": 1e-5, "high": 1}));
    }
    for number in 0..2 {
        space.insert(format!("int{number}"), json!({"type": "int", "low": 1, "high": 256}));
    }
    Value::Object(space)
}

impl SuggestTime {
    /// # Errors
    /// When the search ends, which an endless space rules out.
    pub fn measure(algorithm: &'static str, trials: u64, at_most: Duration) -> anyhow::Result<Self> {
        let space: Space = serde_json::from_value(space())?;
        let settings: Algorithm = serde_json::from_value(json!(algorithm))?;
        let mut search = build(&settings, &space, 1);
        let mut source = build(&Algorithm::Random, &space, 2);
        for number in 0..trials {
            search.observe(&ended(number, ask(source.as_mut(), number)?));
        }
        let mut suggesting = Histogram::<u64>::new_with_max(LONGEST_NS, 3)?;
        let mut observing = Histogram::<u64>::new_with_max(LONGEST_NS, 3)?;
        // The first one also makes what is kept between two asks.
        let mut point = ask(search.as_mut(), trials)?;
        let begin = Instant::now();
        for number in trials..trials + SAMPLES_MAX {
            let observation = ended(number, point);
            let started = Instant::now();
            search.observe(&observation);
            let observed = Instant::now();
            point = ask(search.as_mut(), number + 1)?;
            suggesting.saturating_record(nanos(observed.elapsed()));
            observing.saturating_record(nanos(observed - started));
            if begin.elapsed() > at_most {
                break;
            }
        }
        let micros = |times: &Histogram<u64>, quantile| {
            super::cell::as_f64(times.value_at_quantile(quantile)) / 1_000.0
        };
        Ok(Self {
            algorithm,
            trials,
            samples: suggesting.len(),
            suggest_p50_us: micros(&suggesting, 0.5),
            suggest_p99_us: micros(&suggesting, 0.99),
            observe_p50_us: micros(&observing, 0.5),
        })
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

pub(super) fn ask(search: &mut dyn Suggester, number: u64) -> anyhow::Result<Point> {
    match search.suggest(&Ask {
        number,
        pending: &[],
        fixed: &Point::default(),
        repeats: false,
        budget: None,
    }) {
        Proposal::Point(point, _) => Ok(point),
        Proposal::Exhausted => bail!("the search has ended"),
    }
}

fn ended(number: u64, point: Point) -> Observation {
    let loss = bowl(&point);
    Observation::new(number, point, Verdict::Completed { loss })
}

/// A bowl, so that there is something to learn.
pub(super) fn bowl(point: &Point) -> f64 {
    point.iter().filter_map(|(_, value)| value.as_f64()).map(|value| (value - 0.3).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_is_measured_over_ten_parameters() {
        let space: Space = serde_json::from_value(space()).expect("a space");
        assert_eq!(space.parameters().len(), 10);
        for algorithm in ["random", "anneal", "tpe"] {
            let time = SuggestTime::measure(algorithm, 30, Duration::ZERO).expect("a measurement");
            assert!(time.samples > 0 && time.suggest_p50_us <= time.suggest_p99_us);
        }
    }
}
