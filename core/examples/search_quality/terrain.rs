//! What landscapes are made of: random fields and bowls.

use std::f64::consts::{SQRT_2, TAU};

use crate::chance::Chance;

/// A draw of a Gaussian process of variance 1 by random Fourier features.
///
/// Source: A. Rahimi, B. Recht, "Random features for large-scale kernel machines", NIPS 2007.
pub struct Field {
    /// By feature: frequencies by axis, phase, amplitude.
    waves: Vec<(Vec<f64>, f64, f64)>,
}

impl Field {
    /// Over axes with these lengths of correlation; infinite ones are of no effect. With `rough` the kernel is a
    /// Matérn one of smoothness 5/2, else the squared exponential.
    pub fn new(lengths: &[f64], rough: bool, chance: &mut Chance) -> Self {
        let count = 48;
        let waves = (0..count).map(|_| {
            // The spectrum of a Matérn kernel is a Student's t of 2 nu degrees of freedom.
            let stretch = if rough {
                libm::sqrt(chance.normals(5).iter().map(|z| z * z).sum::<f64>() / 5.0)
            } else {
                1.0
            };
            let frequencies = lengths.iter().map(|length| chance.normal() / (length * stretch)).collect();
            (frequencies, chance.range(0.0, TAU), chance.normal() * libm::sqrt(2.0 / f64::from(count)))
        });
        Self { waves: waves.collect() }
    }

    pub fn at(&self, x: &[f64]) -> f64 {
        let wave = |(frequencies, phase, amplitude): &(Vec<f64>, f64, f64)| {
            amplitude * libm::cos(dot(frequencies, x) + phase)
        };
        self.waves.iter().map(wave).sum()
    }
}

/// (sum of `w_i` ((R (x - c))_i)^2)^power, R a rotation or nothing.
pub struct Bowl {
    pub centre: Vec<f64>,
    weights: Vec<f64>,
    rotation: Option<Vec<Vec<f64>>>,
    power: f64,
}

impl Bowl {
    /// About 1 at a distance of 0.3 on each axis, if `power` is 1.
    pub fn new(centre: Vec<f64>, weights: &[f64], power: f64) -> Self {
        let sum: f64 = weights.iter().sum();
        let weights = weights.iter().map(|weight| weight / (0.09 * sum)).collect();
        Self { centre, weights, rotation: None, power }
    }

    pub fn rotated(mut self, chance: &mut Chance) -> Self {
        self.rotation = Some(rotation(self.centre.len(), chance));
        self
    }

    pub fn at(&self, x: &[f64]) -> f64 {
        let away: Vec<f64> = x.iter().zip(&self.centre).map(|(x, c)| x - c).collect();
        let along = |index: usize| match &self.rotation {
            Some(rotation) => dot(&rotation[index], &away),
            None => away[index],
        };
        let sum: f64 = (0..x.len()).map(|index| self.weights[index] * along(index) * along(index)).sum();
        libm::pow(sum, self.power)
    }
}

/// What is done to a loss at the end, rising: losses of real trainings are seldom as even as a Gaussian process.
#[derive(Clone, Copy)]
pub enum Shape {
    Even,
    /// exp(rate * loss): flat below, steep above.
    Skewed(f64),
    /// Saturates above.
    Bounded,
}

impl Shape {
    pub fn draw(chance: &mut Chance) -> Self {
        match chance.count(0, 4) {
            0 | 1 => Self::Even,
            2 | 3 => Self::Skewed(chance.range(0.3, 1.5)),
            _ => Self::Bounded,
        }
    }

    pub fn of(self, loss: f64) -> f64 {
        match self {
            Self::Even => loss,
            Self::Skewed(rate) => libm::exp((rate * loss).min(25.0)),
            Self::Bounded => libm::tanh(0.7 * loss),
        }
    }
}

/// Weights of axes with a spread of `condition` between the largest and the least, in a random order.
pub fn weights(count: usize, condition: f64, chance: &mut Chance) -> Vec<f64> {
    let last = (count.max(2) - 1) as f64;
    let mut weights: Vec<f64> = (0..count).map(|i| libm::pow(condition, -(i as f64) / last)).collect();
    chance.shuffle(&mut weights);
    weights
}

/// The rows of a random rotation, by Gram and Schmidt.
pub fn rotation(count: usize, chance: &mut Chance) -> Vec<Vec<f64>> {
    let mut rows: Vec<Vec<f64>> = Vec::new();
    while rows.len() < count {
        let mut row = chance.normals(count);
        for other in &rows {
            let along = dot(other, &row);
            row.iter_mut().zip(other).for_each(|(to, of)| *to -= along * of);
        }
        let length = libm::sqrt(dot(&row, &row));
        if length > 1e-6 * SQRT_2 {
            row.iter_mut().for_each(|to| *to /= length);
            rows.push(row);
        }
    }
    rows
}

pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
