//! Kernel ridge regression.

use tunewright_core::space::{Distribution, Node};

use super::data::Data;
use super::solve::solve;
use super::{int_at, log_at};
use crate::chance::Chance;
use crate::landscape::{Landscape, axis, choice_of};
use crate::terrain::dot;

pub fn draw(chance: &mut Chance) -> Landscape {
    let data = Data::draw(chance);
    let log = |low, high| Distribution::LogUniform { low, high };
    let degree = axis("degree", Distribution::Int { low: 1, high: 5, step: 1, log: false });
    let nothing = || Node::Constant(serde_json::Value::Null);
    let kernels = vec![nothing(), nothing(), Node::Map(vec![degree])];
    let axes = vec![
        axis("ridge", log(1e-8, 100.0)),
        axis("gamma_a", log(1e-4, 100.0)),
        axis("gamma_b", log(1e-4, 100.0)),
        choice_of("kernel", kernels),
    ];
    Landscape::new(axes, Box::new(move |x| loss(&data, x)))
}

fn loss(data: &Data, x: &[f64]) -> Option<f64> {
    let gammas = [log_at(1e-4, 100.0, x[1]), log_at(1e-4, 100.0, x[2])];
    // The first half of the features has one width, the second the other.
    let scaled = |row: &Vec<f64>| -> Vec<f64> {
        let width = |index: usize| libm::sqrt(gammas[usize::from(index >= data.features() / 2)]);
        row.iter().enumerate().map(|(index, value)| value * width(index)).collect()
    };
    let kernel = |a: &[f64], b: &[f64]| {
        let square: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
        match x[3] as usize {
            0 => libm::exp(-square),
            1 => libm::exp(-libm::sqrt(square)),
            _ => (0..int_at(1, 5, x[4])).fold(1.0, |power, _| power * (1.0 + dot(a, b))),
        }
    };
    let rows: Vec<Vec<f64>> = data.train.iter().map(scaled).collect();
    let mut matrix: Vec<Vec<f64>> =
        rows.iter().map(|a| rows.iter().map(|b| kernel(a, b)).collect()).collect();
    let ridge = log_at(1e-8, 100.0, x[0]);
    matrix.iter_mut().enumerate().for_each(|(index, row)| row[index] += ridge);
    let weights = solve(matrix, data.train_y.clone())?;
    data.error(|row| {
        let row = scaled(&row.to_vec());
        rows.iter().zip(&weights).map(|(other, weight)| weight * kernel(&row, other)).sum()
    })
}
