//! Ridge regression on powers and products of the features.

use tunewright_core::space::Distribution;

use super::data::Data;
use super::solve::solve;
use super::{int_at, log_at};
use crate::chance::Chance;
use crate::landscape::{Landscape, axis, choice};
use crate::terrain::dot;

pub fn draw(chance: &mut Chance) -> Landscape {
    let data = Data::draw(chance);
    let log = |low, high| Distribution::LogUniform { low, high };
    let int = |high| Distribution::Int { low: 1, high, step: 1, log: false };
    let axes = vec![
        axis("ridge", log(1e-6, 1e4)),
        axis("growth", log(0.1, 100.0)),
        axis("squash", log(0.01, 3.0)),
        axis("degree", int(6)),
        axis("features", int(data.features() as i64)),
        choice("products", 2),
        choice("centred", 2),
    ];
    Landscape::new(axes, Box::new(move |x| loss(&data, x)))
}

fn loss(data: &Data, x: &[f64]) -> Option<f64> {
    let (degree, features) = (int_at(1, 6, x[3]), int_at(1, data.features(), x[4]));
    let squash = log_at(0.01, 3.0, x[2]);
    let has_products = x[5] > 0.5;
    let expand = |row: &[f64]| {
        let row: Vec<f64> = row[..features].iter().map(|x| libm::tanh(squash * x) / squash).collect();
        let mut terms = vec![1.0];
        for value in &row {
            let mut power = 1.0;
            terms.extend((0..degree).map(|_| {
                power *= value;
                power
            }));
        }
        if has_products {
            let pairs = (0..features).flat_map(|a| (a + 1..features).map(move |b| (a, b)));
            terms.extend(pairs.map(|(a, b)| row[a] * row[b]));
        }
        terms
    };
    let rows: Vec<Vec<f64>> = data.train.iter().map(|row| expand(row)).collect();
    let mean = data.train_y.iter().sum::<f64>() / rows.len() as f64;
    let offset = if x[6] > 0.5 { mean } else { 0.0 };
    let size = rows[0].len();
    let column = |index: usize| rows.iter().map(|row| row[index]).collect::<Vec<f64>>();
    let columns: Vec<Vec<f64>> = (0..size).map(column).collect();
    let y: Vec<f64> = data.train_y.iter().map(|y| y - offset).collect();
    let mut matrix: Vec<Vec<f64>> =
        (0..size).map(|i| (0..size).map(|j| dot(&columns[i], &columns[j])).collect()).collect();
    let (ridge, growth) = (log_at(1e-6, 1e4, x[0]), log_at(0.1, 100.0, x[1]));
    for (index, row) in matrix.iter_mut().enumerate() {
        // Higher powers are held down more, or less.
        let power = if index == 0 || index > features * degree { 1 } else { (index - 1) % degree };
        row[index] += ridge * (0..power).fold(1.0, |product, _| product * growth);
    }
    let right = columns.iter().map(|column| dot(column, &y)).collect();
    let weights = solve(matrix, right)?;
    data.error(|row| offset + dot(&expand(row), &weights))
}
