//! Logistic regression on squares and products by stochastic gradients with momentum.

use tunewright_core::space::Distribution;

use super::data::Data;
use super::{log_at, log_int_at};
use crate::chance::Chance;
use crate::landscape::{Landscape, axis};
use crate::terrain::dot;

pub fn draw(chance: &mut Chance) -> Landscape {
    let data = Data::draw(chance);
    let seed = chance.0.word();
    let log = |low, high| Distribution::LogUniform { low, high };
    let log_int = |high| Distribution::Int { low: 1, high, step: 1, log: true };
    let unit = |high| Distribution::Uniform { low: 0.0, high };
    let axes = vec![
        axis("rate", log(1e-5, 10.0)),
        axis("decay", log(1e-7, 1.0)),
        axis("epochs", log_int(30)),
        axis("batch", log_int(32)),
        axis("momentum", unit(0.99)),
        axis("cooling", unit(1.0)),
    ];
    Landscape::new(axes, Box::new(move |x| loss(&data, x, seed)))
}

/// 1, the features, their squares and products.
fn expand(row: &[f64]) -> Vec<f64> {
    let mut terms = vec![1.0];
    terms.extend(row);
    for (index, a) in row.iter().enumerate() {
        terms.extend(row[index..].iter().map(|b| a * b));
    }
    terms
}

fn loss(data: &Data, x: &[f64], seed: u64) -> Option<f64> {
    let rows: Vec<Vec<f64>> = data.train.iter().map(|row| expand(row)).collect();
    let (rate, decay) = (log_at(1e-5, 10.0, x[0]), log_at(1e-7, 1.0, x[1]));
    let (epochs, batch) = (log_int_at(1, 30, x[2]), log_int_at(1, 32, x[3]));
    let (momentum, cooling) = (0.99 * x[4], x[5]);
    let mut weights = vec![0.0; rows[0].len()];
    let mut speed = weights.clone();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut chance = Chance::new(seed, 0, "order");
    for epoch in 0..epochs {
        chance.shuffle(&mut order);
        let rate = rate / (1.0 + cooling * epoch as f64);
        for part in order.chunks(batch) {
            let mut slope: Vec<f64> = weights.iter().map(|weight| decay * weight).collect();
            for index in part {
                let wrong = chance_of(dot(&weights, &rows[*index])) - label(data.train_y[*index]);
                let share = wrong / part.len() as f64;
                slope.iter_mut().zip(&rows[*index]).for_each(|(slope, x)| *slope += share * x);
            }
            for ((weight, speed), slope) in weights.iter_mut().zip(&mut speed).zip(&slope) {
                *speed = momentum * *speed - rate * slope;
                *weight += *speed;
            }
        }
    }
    let losses = data.held_out.iter().zip(&data.held_out_y).map(|(row, y)| {
        let p = chance_of(dot(&weights, &expand(row))).clamp(1e-9, 1.0 - 1e-9);
        -libm::log(if label(*y) > 0.5 { p } else { 1.0 - p })
    });
    let loss = losses.sum::<f64>() / data.held_out.len() as f64;
    loss.is_finite().then_some(loss)
}

fn label(y: f64) -> f64 {
    f64::from(u8::from(y > 0.0))
}

fn chance_of(score: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-score))
}
