//! What a Gaussian process is trained with.

use super::crowd;
use super::embedding::{Columns, Embedding, Row};
use super::warp::{CEILING, Warp};
use crate::suggest::standing::Standing;
use crate::suggest::{Observation, Verdict};

/// The most observations that the model takes in.
pub(super) const OBSERVED_MAX: usize = 400;

/// The ended trials, in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct Data {
    trials: Vec<Ended>,
    finished: usize,
    /// How many constraints there are.
    limits: usize,
}

#[derive(Debug)]
struct Ended {
    number: u64,
    row: Row,
    standing: Standing,
    /// The last one, also of a pruned trial; `None` if it failed.
    loss: Option<f64>,
    /// Of the loss, beyond what the noise of all is.
    variance: f64,
    /// Values that must be <= 0.
    constraints: Vec<f64>,
}

/// Some of the trials, ready for the arithmetic.
#[derive(Debug)]
pub(super) struct Sample {
    pub points: Columns,
    /// Warped.
    pub losses: Vec<f64>,
    pub noises: Vec<f64>,
    /// Which of the losses were reached: at the end of a trial, and without breaking a constraint.
    pub reached: Vec<bool>,
    /// How many parameters are active in them, on average.
    pub active: f64,
}

impl Data {
    /// Takes in a trial. From which position on what was learnt from the trials still holds: those before are as they were.
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
        let constraints: Vec<f64> =
            observation.constraints.iter().map(|value| value.clamp(-1e300, 1e300)).collect();
        let is_first_of_so_many = constraints.len() > self.limits;
        self.limits = self.limits.max(constraints.len());
        let standing = Standing::of(observation);
        self.trials.insert(at, Ended { number, row, standing, loss, variance, constraints });
        // Those with fewer constraints do not count as constrained any more.
        if is_first_of_so_many { 0 } else { at }
    }

    pub fn len(&self) -> usize {
        self.trials.len()
    }

    /// How many ended with a loss.
    pub fn finished(&self) -> usize {
        self.finished
    }

    /// The rows of those that ended with a loss, from the best; of equal ones the earlier first.
    pub fn ranked(&self) -> impl Iterator<Item = &Row> {
        let mut finished: Vec<&Ended> = self.trials.iter().filter(|ended| ended.loss.is_some()).collect();
        finished.sort_by(|a, b| a.standing.compare(&b.standing));
        finished.into_iter().map(|ended| &ended.row)
    }

    /// At most so many of the first `count` trials, and how close they come to the worst of their constraints, from -1 to 1
    /// and above 0 where it is broken. `None` if nothing was ever constrained.
    pub fn limits(&self, embedding: &Embedding, count: usize, most: usize) -> Option<(Columns, Vec<f64>)> {
        if self.limits == 0 {
            return None;
        }
        let trials = self.trials[..count].iter().filter(|ended| ended.constraints.len() == self.limits);
        let chosen = chosen(trials, most);
        // Each constraint in units of its own usual size.
        let sizes = (0..self.limits).map(|k| {
            let mut sizes: Vec<f64> = chosen.iter().map(|ended| ended.constraints[k].abs()).collect();
            sizes.sort_by(f64::total_cmp);
            sizes.get(sizes.len() / 2).copied().filter(|size| *size > 0.0).unwrap_or(1.0)
        });
        let sizes: Vec<f64> = sizes.collect();
        let mut points = Columns::new(embedding);
        let worst = |ended: &&Ended| {
            points.push(&ended.row);
            let of_size = ended.constraints.iter().zip(&sizes).map(|(value, size)| value / size);
            let worst = of_size.fold(f64::NEG_INFINITY, f64::max).clamp(-1e6, 1e6);
            worst / (1.0 + worst.abs())
        };
        let values: Vec<f64> = chosen.iter().map(worst).collect();
        (values.len() >= 2).then_some((points, values))
    }

    /// At most so many of the first `count` trials: the better half of what there is room for, and as many others spread
    /// evenly over the rest.
    pub fn sample(&self, embedding: &Embedding, count: usize, most: usize) -> Sample {
        let base = chosen(self.trials[..count].iter(), OBSERVED_MAX);
        let warp = warp_of(embedding, &base);
        let warped = |ended: &&Ended| match (ended.standing, ended.loss) {
            // What was given up as bad is no better than the middle, however low its loss was by then.
            (Standing::Pruned { loss }, _) => warp.apply(loss).max(0.0),
            (_, Some(loss)) => warp.apply(loss),
            (_, None) => CEILING,
        };
        let chosen = chosen(base.into_iter(), most);
        let mut points = Columns::new(embedding);
        chosen.iter().for_each(|ended| points.push(&ended.row));
        let active: usize =
            chosen.iter().map(|ended| ended.row.iter().filter(|value| !value.is_nan()).count()).sum();
        Sample {
            losses: chosen.iter().map(warped).collect(),
            reached: chosen.iter().map(|ended| matches!(ended.standing, Standing::Feasible { .. })).collect(),
            noises: chosen.iter().map(|ended| warp.variance(ended.variance)).collect(),
            #[expect(clippy::cast_precision_loss, reason = "small counts")]
            active: active as f64 / chosen.len().max(1) as f64,
            points,
        }
    }
}

/// For the losses of the completed ones.
fn warp_of(embedding: &Embedding, trials: &[&Ended]) -> Warp {
    let is_completed =
        |ended: &&Ended| matches!(ended.standing, Standing::Feasible { .. } | Standing::Infeasible { .. });
    let completed: Vec<&Ended> = trials.iter().copied().filter(is_completed).collect();
    let rows: Vec<&Row> = completed.iter().map(|ended| &ended.row).collect();
    let weights = crowd::weights(embedding, &rows);
    let mut rising: Vec<(f64, f64)> = completed.iter().filter_map(|ended| ended.loss).zip(weights).collect();
    rising.sort_by(|a, b| a.0.total_cmp(&b.0));
    Warp::of(&rising)
}

/// The better half of what there is room for, and as many others spread evenly over the rest; by number.
fn chosen<'a>(trials: impl Iterator<Item = &'a Ended>, most: usize) -> Vec<&'a Ended> {
    let mut chosen: Vec<&Ended> = trials.collect();
    if chosen.len() > most {
        chosen.sort_by(|a, b| a.standing.compare(&b.standing));
        let rest = chosen.split_off(most / 2);
        let wanted = most - chosen.len();
        chosen.extend((0..wanted).map(|i| rest[i * rest.len() / wanted]));
        chosen.sort_by_key(|ended| ended.number);
    }
    chosen
}
