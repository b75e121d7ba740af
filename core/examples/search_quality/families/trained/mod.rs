//! Models that are really trained, on data made for each problem: the loss is that of points held out.

mod boosting;
mod data;
mod kernel;
mod logistic;
mod neighbours;
mod polynomial;
mod solve;

use crate::chance::Chance;
use crate::landscape::Landscape;

pub fn draw(chance: &mut Chance) -> Landscape {
    let landscape = match chance.count(0, 4) {
        0 => kernel::draw(chance),
        1 => polynomial::draw(chance),
        2 => neighbours::draw(chance),
        3 => logistic::draw(chance),
        _ => boosting::draw(chance),
    };
    Landscape { effort: 4_000, ..landscape }
}

/// The value at coordinate `t` of a logarithmic axis.
fn log_at(low: f64, high: f64, t: f64) -> f64 {
    libm::exp(libm::log(low) + t * libm::log(high / low))
}

/// The integer at coordinate `t` of `low..=high`.
fn int_at(low: usize, high: usize, t: f64) -> usize {
    (low + (t * (high - low + 1) as f64) as usize).min(high)
}

/// The integer at coordinate `t` of a logarithmic axis.
fn log_int_at(low: usize, high: usize, t: f64) -> usize {
    (log_at(low as f64 - 0.5, high as f64 + 0.5, t).round() as usize).clamp(low, high)
}
