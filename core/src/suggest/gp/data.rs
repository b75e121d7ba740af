//! What a Gaussian process is trained with.

use super::embedding::{Columns, Embedding, Row};
use super::warp::{CEILING, Warp};
use crate::suggest::{Observation, Verdict};

/// The ended trials, in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct Data {
    trials: Vec<Ended>,
    finished: usize,
}

#[derive(Debug)]
struct Ended {
    number: u64,
    row: Row,
    /// `None` if it failed.
    loss: Option<f64>,
    /// Of the loss, beyond what the noise of all is.
    variance: f64,
}

/// Some of the trials, ready for the arithmetic.
#[derive(Debug)]
pub(super) struct Sample {
    pub points: Columns,
    /// Warped.
    pub losses: Vec<f64>,
    pub noises: Vec<f64>,
    /// How many parameters are active in them, on average.
    pub active: f64,
}

impl Data {
    /// Takes in a trial; its position.
    pub fn add(&mut self, row: Row, observation: &Observation) -> usize {
        let loss = match observation.verdict {
            Verdict::Completed { loss } | Verdict::Pruned { loss: Some(loss) } if loss.is_finite() => {
                Some(loss + 0.0)
            }
            _ => None,
        };
        self.finished += usize::from(loss.is_some());
        let number = observation.number;
        let at = self.trials.partition_point(|other| other.number < number);
        let variance = observation.variance.filter(|variance| variance.is_finite()).unwrap_or(0.0);
        self.trials.insert(at, Ended { number, row, loss, variance });
        at
    }

    pub fn len(&self) -> usize {
        self.trials.len()
    }

    /// How many ended with a loss.
    pub fn finished(&self) -> usize {
        self.finished
    }

    /// The rows of those that ended with a loss, from the best.
    pub fn ranked(&self) -> impl Iterator<Item = &Row> {
        let mut finished: Vec<&Ended> = self.trials.iter().filter(|ended| ended.loss.is_some()).collect();
        finished.sort_by(|a, b| compare(a, b));
        finished.into_iter().map(|ended| &ended.row)
    }

    /// At most so many of the first `count` trials: the better half of what there is room for, and as many others spread
    /// evenly over the rest.
    pub fn sample(&self, embedding: &Embedding, count: usize, most: usize) -> Sample {
        let mut chosen: Vec<&Ended> = self.trials[..count].iter().collect();
        let mut rising: Vec<f64> = chosen.iter().filter_map(|ended| ended.loss).collect();
        rising.sort_by(f64::total_cmp);
        let warp = Warp::of(&rising);
        if chosen.len() > most {
            chosen.sort_by(|a, b| compare(a, b));
            let rest = chosen.split_off(most / 2);
            let wanted = most - chosen.len();
            chosen.extend((0..wanted).map(|i| rest[i * rest.len() / wanted]));
            chosen.sort_by_key(|ended| ended.number);
        }
        let mut points = Columns::new(embedding);
        chosen.iter().for_each(|ended| points.push(&ended.row));
        let active: usize =
            chosen.iter().map(|ended| ended.row.iter().filter(|value| !value.is_nan()).count()).sum();
        Sample {
            losses: chosen.iter().map(|ended| ended.loss.map_or(CEILING, |loss| warp.apply(loss))).collect(),
            noises: chosen.iter().map(|ended| warp.variance(ended.variance)).collect(),
            #[expect(clippy::cast_precision_loss, reason = "small counts")]
            active: active as f64 / chosen.len().max(1) as f64,
            points,
        }
    }
}

/// The better one first; failed ones last; of equal ones the earlier.
fn compare(a: &Ended, b: &Ended) -> std::cmp::Ordering {
    let loss = |ended: &Ended| ended.loss.unwrap_or(f64::INFINITY);
    loss(a).total_cmp(&loss(b)).then(a.number.cmp(&b.number))
}
