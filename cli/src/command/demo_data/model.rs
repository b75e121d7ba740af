//! The made-up model: how well a point does, before chance.

use tunewright::Point;

/// What a point says, as numbers.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// The power of ten of the learning rate, less that of the best one.
    excess: f64,
    /// What the optimizer and its settings cost.
    optimizer: f64,
    /// What the schedule costs.
    schedule: f64,
    batch: f64,
    layers: f64,
    width: f64,
    dropout: f64,
    weight_decay: f64,
}

/// The loss of the best model there is.
const FLOOR: f64 = 0.21;
/// What nothing is worse than, above the floor: a guess.
const CEILING: f64 = 2.1;

impl Model {
    /// Reads a point of [`super::space`]; what it does not have is taken as it is usual.
    pub fn of(point: &Point) -> Self {
        let number =
            |label: &str, usual: f64| point.get(label).and_then(|value| value.as_f64()).unwrap_or(usual);
        let option = |label: &str| point.get(label).map(ToString::to_string).unwrap_or_default();
        let batch = option("batch_size").parse().unwrap_or(64.0);
        // Larger batches bear larger steps.
        let shift = 0.5 * (batch / 64.0_f64).log10();
        let (best, optimizer) = if option("optimizer") == "sgd" {
            let nesterov = if option("optimizer.sgd.nesterov") == "true" { 0.0 } else { 0.012 };
            (-1.0, 0.05 + nesterov + 0.16 * (number("optimizer.sgd.momentum", 0.9) - 0.9).powi(2))
        } else {
            let beta1 = number("optimizer.adam.beta1", 0.9) - 0.9;
            let beta2 = number("optimizer.adam.beta2", 0.999) - 0.99;
            (-2.8, 2.5 * beta1.powi(2) + 1.5 * beta2.powi(2))
        };
        let schedule = match option("scheduler").as_str() {
            "cosine" => 0.0006 * (number("scheduler.cosine.warmup", 4.0) - 4.0).powi(2),
            "step" => 0.015 + 0.08 * (number("scheduler.step.gamma", 0.5) - 0.5).powi(2),
            _ => 0.045,
        };
        Self {
            excess: number("lr", 1e-3).log10() - best - shift,
            optimizer,
            schedule,
            batch,
            layers: number("layers", 3.0),
            width: number("width", 128.0),
            dropout: number("dropout", 0.2),
            weight_decay: number("weight_decay", 1e-4),
        }
    }

    /// How far the learning rate is above the best one, in powers of ten.
    pub const fn excess(self) -> f64 {
        self.excess
    }

    /// Layers times width times batch size.
    pub fn need(self) -> f64 {
        self.layers * self.width * self.batch
    }

    /// How long the training takes, in seconds, before chance.
    pub fn seconds(self) -> f64 {
        20.0 + 0.06 * self.layers * self.width * (64.0 / self.batch).sqrt()
    }

    /// The loss before chance, from 0.21 to 2.31.
    pub fn loss(self) -> f64 {
        let rate = if self.excess > 0.0 { 0.5 } else { 0.13 } * self.excess.powi(2);
        let capacity = self.layers.sqrt() * self.width.log2() / 10.0;
        let underfit = 0.5 * (-1.6 * capacity).exp();
        // Large models want to be held back, small ones do not.
        let overfit = 0.16 * (capacity - 1.2).max(0.0) * (1.0 - self.dropout / 0.6).powi(2);
        let held_back = 0.5 * (self.dropout - 0.22).powi(2) / (0.5 + capacity);
        let decay = 0.012 * (self.weight_decay.log10() + 3.7).powi(2);
        let batch = 0.02 * (self.batch / 64.0).log2().abs();
        let sum = rate + underfit + overfit + held_back + decay + batch + self.optimizer + self.schedule;
        FLOOR + CEILING * (1.0 - (-sum / CEILING).exp())
    }
}

#[cfg(test)]
mod tests {
    use tunewright::ParamValue;

    use super::*;

    fn model(lr: f64, optimizer: &str) -> Model {
        let values = [("lr", ParamValue::Float(lr)), ("optimizer", ParamValue::Option(optimizer.to_owned()))];
        Model::of(&values.into_iter().map(|(label, value)| (label.to_owned(), value)).collect())
    }

    #[test]
    fn each_optimizer_has_a_best_learning_rate_of_its_own() {
        for (optimizer, best) in [("sgd", 1e-1), ("adam", 1.6e-3)] {
            let at_best = model(best, optimizer).loss();
            for lr in [1e-5, 1e-4, 1.0] {
                assert!(model(lr, optimizer).loss() > at_best + 0.05, "{optimizer} at {lr}");
            }
        }
        assert!(model(1.6e-3, "adam").loss() < model(1e-1, "sgd").loss());
    }
}
