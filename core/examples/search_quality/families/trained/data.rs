//! Data sets: a random field over features of different scales, with noise.

use crate::chance::Chance;
use crate::terrain::Field;

/// Rows to train on and rows held out.
pub struct Data {
    pub train: Vec<Vec<f64>>,
    pub train_y: Vec<f64>,
    pub held_out: Vec<Vec<f64>>,
    pub held_out_y: Vec<f64>,
}

impl Data {
    /// A regression of a target with about variance 1, over three to six features.
    pub fn draw(chance: &mut Chance) -> Self {
        let features = chance.count(3, 6);
        let rows = chance.count(60, 90);
        let relevance: Vec<f64> = (0..features).map(|_| chance.log_range(0.2, 2.0)).collect();
        let scales: Vec<f64> = (0..features).map(|_| chance.log_range(0.3, 3.0)).collect();
        let field = Field::new(&vec![chance.range(0.8, 2.5); features], true, chance);
        let noise = chance.range(0.05, 0.6);
        let mut row = || {
            let x = chance.normals(features);
            let seen: Vec<f64> = x.iter().zip(&relevance).map(|(x, of)| x * of).collect();
            let y = field.at(&seen) + noise * chance.normal();
            (x.iter().zip(&scales).map(|(x, of)| x * of).collect::<Vec<f64>>(), y)
        };
        let (train, train_y) = (0..rows).map(|_| row()).unzip();
        let (held_out, held_out_y) = (0..100).map(|_| row()).unzip();
        Self { train, train_y, held_out, held_out_y }
    }

    pub fn features(&self) -> usize {
        self.train[0].len()
    }

    /// The mean squared error of predictions for the rows held out; `None` if one is not finite.
    pub fn error(&self, predict: impl Fn(&[f64]) -> f64) -> Option<f64> {
        let squares = self.held_out.iter().zip(&self.held_out_y).map(|(x, y)| {
            let away = predict(x) - y;
            away * away
        });
        let error = squares.sum::<f64>() / self.held_out.len() as f64;
        error.is_finite().then_some(error)
    }
}
