//! Regression by the nearest neighbours.

use tunewright_core::space::Distribution;

use super::data::Data;
use super::{log_at, log_int_at};
use crate::chance::Chance;
use crate::landscape::{Landscape, axis, choice};

pub fn draw(chance: &mut Chance) -> Landscape {
    let data = Data::draw(chance);
    let log = |low, high| Distribution::LogUniform { low, high };
    let mut axes = vec![
        axis("k", Distribution::Int { low: 1, high: 50, step: 1, log: true }),
        axis("closeness", Distribution::Uniform { low: 0.0, high: 4.0 }),
        choice("distance", 3),
        choice("median", 2),
    ];
    axes.extend((0..3).map(|i| axis(&format!("scale{i}"), log(0.01, 100.0))));
    Landscape::new(axes, Box::new(move |x| loss(&data, x)))
}

fn loss(data: &Data, x: &[f64]) -> Option<f64> {
    let k = log_int_at(1, 50, x[0]);
    let scales: Vec<f64> = (0..3).map(|i| log_at(0.01, 100.0, x[4 + i])).collect();
    let scaled = |row: &[f64]| -> Vec<f64> {
        row.iter().enumerate().map(|(i, value)| value * scales.get(i).unwrap_or(&1.0)).collect()
    };
    let rows: Vec<Vec<f64>> = data.train.iter().map(|row| scaled(row)).collect();
    let distance = |a: &[f64], b: &[f64]| {
        let away = a.iter().zip(b).map(|(a, b)| (a - b).abs());
        match x[2] as usize {
            0 => away.sum::<f64>(),
            1 => libm::sqrt(away.map(|away| away * away).sum()),
            _ => away.fold(0.0, f64::max),
        }
    };
    data.error(|row| {
        let row = scaled(row);
        let mut near: Vec<(f64, f64)> =
            rows.iter().zip(&data.train_y).map(|(other, y)| (distance(&row, other), *y)).collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        near.truncate(k);
        if x[3] > 0.5 {
            let mut values: Vec<f64> = near.iter().map(|(_, y)| *y).collect();
            values.sort_by(f64::total_cmp);
            return values[values.len() / 2];
        }
        let weighted = near.iter().map(|(away, y)| (libm::pow(away + 1e-3, -4.0 * x[1]), y));
        let (sum, weights) = weighted.fold((0.0, 0.0), |(sum, all), (w, y)| (sum + w * y, all + w));
        sum / weights
    })
}
