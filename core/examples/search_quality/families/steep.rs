//! Training networks, as its losses look: a valley in the learning rate, a plateau below it, a cliff above.

use tunewright_core::space::Distribution;

use crate::chance::Chance;
use crate::landscape::{Landscape, axis};
use crate::terrain::Field;

/// The parameters in their order; a problem has the first three to ten of them.
const NAMES: [&str; 10] =
    ["rate", "decay", "width", "batch", "momentum", "layers", "dropout", "epsilon", "smoothing", "warmup"];

/// What a problem draws of the constants below.
struct Training {
    count: usize,
    /// The coordinate of the best learning rate for the middle of all others, and how far above it the cliff is.
    rate: f64,
    gap: f64,
    valley: f64,
    /// How the best rate moves with width, batch and momentum.
    shifts: [f64; 3],
    decay: f64,
    /// How the best decay moves with the size of the network.
    decay_by_size: f64,
    /// By further parameter: the best coordinate and the weight.
    others: Vec<(f64, f64)>,
    steepness: f64,
    fails_beyond: f64,
    least: f64,
    bumps: f64,
    is_error: bool,
}

pub fn draw(chance: &mut Chance) -> Landscape {
    let training = Training {
        count: chance.count(3, 10),
        rate: chance.range(0.45, 0.85),
        gap: chance.range(0.05, 0.15),
        valley: chance.range(0.06, 0.2),
        shifts: [chance.range(-0.25, 0.0), chance.range(0.0, 0.25), chance.range(-0.3, 0.0)],
        decay: chance.range(0.2, 0.8),
        decay_by_size: chance.range(-0.1, 0.4),
        others: (0..4).map(|_| (chance.unit(), chance.log_range(0.01, 0.5))).collect(),
        steepness: chance.range(4.0, 30.0),
        fails_beyond: if chance.happens(0.5) { chance.range(0.1, 0.3) } else { 9.0 },
        least: chance.log_range(0.003, 0.3),
        bumps: chance.range(0.0, 0.04),
        is_error: chance.happens(0.4),
    };
    let field = Field::new(&vec![0.2; training.count], true, chance);
    let axes = (0..training.count).map(|i| axis(NAMES[i], distribution(i))).collect();
    Landscape::new(axes, Box::new(move |x| training.loss(x, &field)))
}

fn distribution(index: usize) -> Distribution {
    let log = |low, high| Distribution::LogUniform { low, high };
    let log_int = |low, high| Distribution::Int { low, high, step: 1, log: true };
    match index {
        0 => log(1e-6, 10.0),
        1 => log(1e-8, 1.0),
        2 => log_int(8, 1024),
        3 => log_int(4, 512),
        4 => Distribution::Uniform { low: 0.0, high: 0.99 },
        5 => Distribution::Int { low: 1, high: 6, step: 1, log: false },
        7 => log(1e-10, 1e-3),
        _ => Distribution::Uniform { low: 0.0, high: 0.7 },
    }
}

impl Training {
    fn loss(&self, x: &[f64], field: &Field) -> Option<f64> {
        let at = |index: usize| if index < self.count { x[index] } else { 0.5 };
        // Momentum acts as the step's length over 1 - momentum.
        let inertia = -libm::log10(1.0 - 0.99 * at(4)) / 2.0;
        let [by_width, by_batch, by_momentum] = self.shifts;
        let best_rate =
            self.rate + by_width * (at(2) - 0.5) + by_batch * (at(3) - 0.5) + by_momentum * (inertia - 0.15);
        let away = at(0) - best_rate;
        let size = 0.6 * at(2) + 0.4 * at(5);
        let beyond = away - self.gap;
        if beyond > self.fails_beyond {
            return None;
        }
        // Too small a rate leaves everything as it was at the start.
        let undertrained = 1.0 - libm::exp(-(away / self.valley) * (away / self.valley));
        let best_decay = self.decay + self.decay_by_size * (size - 0.5);
        let regularised = (at(1) - best_decay) / 0.35;
        let too_small = 0.3 * libm::exp(-4.0 * size);
        let overfit = 0.25 * size * (best_decay - at(1)).max(0.0);
        let rest: f64 = self
            .others
            .iter()
            .enumerate()
            .map(|(i, (best, weight))| weight * (at(6 + i) - best) * (at(6 + i) - best))
            .sum();
        let bumps = self.bumps * field.at(x);
        let quality = 0.9 * undertrained
            + (1.0 - 0.9 * undertrained)
                * (0.35 * regularised * regularised + too_small + overfit + rest + bumps);
        let loss = if self.is_error {
            self.least + (0.9 - self.least) * quality.clamp(-1.0, 1.0)
        } else {
            self.least * libm::exp(libm::log(2.3 / self.least) * quality.min(1.5))
        };
        let diverged = if beyond > 0.0 { libm::exp(self.steepness * beyond) - 1.0 } else { 0.0 };
        Some(if self.is_error { (loss + diverged).min(0.95) } else { (loss + diverged).min(1e6) })
    }
}
