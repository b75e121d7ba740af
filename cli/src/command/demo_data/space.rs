//! The study that is made up: training a classifier of images.

use serde_json::{Value, json};
use tunewright::{Refusal, StudySpec};

use super::DemoDataArgs;

/// The space: 13 parameters, of which 9 to 11 are active in a point.
pub fn space() -> Value {
    json!({
        "optimizer": {"type": "choice", "options": {
            "sgd": {
                "momentum": {"type": "float", "low": 0.0, "high": 0.99},
                "nesterov": {"type": "choice", "options": [false, true]},
            },
            "adam": {
                "beta1": {"type": "float", "low": 0.8, "high": 0.99},
                "beta2": {"type": "float", "low": 0.9, "high": 0.9999},
            },
        }},
        "lr": {"type": "float", "low": 1e-5, "high": 1.0, "log": true},
        "batch_size": {"type": "choice", "options": [16, 32, 64, 128, 256]},
        "layers": {"type": "int", "low": 1, "high": 8},
        "width": {"type": "int", "low": 16, "high": 1024, "log": true},
        "dropout": {"type": "float", "low": 0.0, "high": 0.6},
        "weight_decay": {"type": "float", "low": 1e-7, "high": 1e-1, "log": true},
        "scheduler": {"type": "choice", "options": {
            "constant": null,
            "step": {"gamma": {"type": "float", "low": 0.1, "high": 0.9}},
            "cosine": {"warmup": {"type": "int", "low": 0, "high": 10}},
        }},
    })
}

/// The whole definition.
///
/// # Errors
/// None but those of a spec that is not one, which the tests rule out.
pub fn spec(args: &DemoDataArgs) -> Result<StudySpec, Refusal> {
    let spec = json!({
        "space": space(),
        "algorithm": args.algorithm,
        "seed": args.seed,
        "budget": {"max_trials": args.trials},
        "note": "Made up by `tunewright demo-data`: a classifier of images, whose loss follows from the seed and the point.",
        "tags": {"dataset": "cifar10", "team": "vision", "made-by": "demo-data"},
    });
    serde_json::from_value(spec)
        .map_err(|error| Refusal::internal(format!("the demo's spec is none: {error}")))
}
