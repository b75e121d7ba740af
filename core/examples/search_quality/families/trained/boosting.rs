//! Gradient boosting of decision stumps.

use tunewright_core::space::Distribution;

use super::data::Data;
use super::{int_at, log_at, log_int_at};
use crate::chance::Chance;
use crate::landscape::{Landscape, axis};

/// Below the threshold of a feature one value, above it another.
struct Stump {
    feature: usize,
    threshold: f64,
    values: [f64; 2],
}

impl Stump {
    fn at(&self, row: &[f64]) -> f64 {
        self.values[usize::from(row[self.feature] > self.threshold)]
    }
}

pub fn draw(chance: &mut Chance) -> Landscape {
    let data = Data::draw(chance);
    let seed = chance.0.word();
    let features = data.features();
    let mut sorted: Vec<Vec<usize>> = vec![(0..data.train.len()).collect(); features];
    for (feature, order) in sorted.iter_mut().enumerate() {
        order.sort_by(|a, b| data.train[*a][feature].total_cmp(&data.train[*b][feature]));
    }
    let log = |low, high| Distribution::LogUniform { low, high };
    let int = |high| Distribution::Int { low: 1, high, step: 1, log: false };
    let axes = vec![
        axis("rounds", Distribution::Int { low: 2, high: 150, step: 1, log: true }),
        axis("shrinkage", log(0.005, 2.0)),
        axis("subsample", Distribution::Uniform { low: 0.2, high: 1.0 }),
        axis("leaf", int(20)),
        axis("ridge", log(1e-3, 100.0)),
        axis("features", int(features as i64)),
    ];
    Landscape::new(axes, Box::new(move |x| loss(&data, &sorted, x, seed)))
}

fn loss(data: &Data, sorted: &[Vec<usize>], x: &[f64], seed: u64) -> Option<f64> {
    let shrinkage = log_at(0.005, 2.0, x[1]);
    let mut chance = Chance::new(seed, 0, "boosting");
    let mut rest = data.train_y.clone();
    let mut stumps = Vec::new();
    for _ in 0..log_int_at(2, 150, x[0]) {
        let is_in: Vec<bool> = rest.iter().map(|_| chance.happens(0.2 + 0.8 * x[2])).collect();
        let mut features: Vec<usize> = (0..sorted.len()).collect();
        chance.shuffle(&mut features);
        features.truncate(int_at(1, sorted.len(), x[5]));
        let least = int_at(1, 20, x[3]);
        let ridge = log_at(1e-3, 100.0, x[4]);
        let found = features
            .iter()
            .filter_map(|feature| best(data, &sorted[*feature], *feature, &rest, &is_in, least, ridge));
        let Some((_, mut stump)) = found.max_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
        stump.values.iter_mut().for_each(|value| *value *= shrinkage);
        rest.iter_mut().zip(&data.train).for_each(|(rest, row)| *rest -= stump.at(row));
        stumps.push(stump);
    }
    data.error(|row| stumps.iter().map(|stump| stump.at(row)).sum())
}

/// The stump of a feature that explains most of what is left, with how much that is.
fn best(
    data: &Data,
    order: &[usize],
    feature: usize,
    rest: &[f64],
    is_in: &[bool],
    least: usize,
    ridge: f64,
) -> Option<(f64, Stump)> {
    let order: Vec<usize> = order.iter().copied().filter(|row| is_in[*row]).collect();
    let all: f64 = order.iter().map(|row| rest[*row]).sum();
    let mut below = 0.0;
    let mut found: Option<(f64, Stump)> = None;
    for (count, pair) in (1..).zip(order.windows(2)) {
        below += rest[pair[0]];
        if count < least || order.len() - count < least {
            continue;
        }
        let sizes = [count as f64 + ridge, (order.len() - count) as f64 + ridge];
        let gain = below * below / sizes[0] + (all - below) * (all - below) / sizes[1];
        if found.as_ref().is_none_or(|(most, _)| gain > *most) {
            let threshold = 0.5 * (data.train[pair[0]][feature] + data.train[pair[1]][feature]);
            found = Some((
                gain,
                Stump { feature, threshold, values: [below / sizes[0], (all - below) / sizes[1]] },
            ));
        }
    }
    found
}
