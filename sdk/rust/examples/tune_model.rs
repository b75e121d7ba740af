//! Tunes a regression model in Rust: which family (kernel ridge regression or k nearest neighbours), and with which
//! settings. The loss is the mean squared error of a 5-fold cross-validation on data made from a fixed seed.
//!
//! ```sh
//! tunewright serve &
//! cargo run --release --example tune_model -- 127.0.0.1:7070
//! ```
//! End it and start it again: it goes on where it was.

use std::error::Error;
use std::sync::Arc;

use serde::Deserialize;
use tunewright::{Client, LeasedTrial, StudySpec};

const FOLDS: usize = 5;

/// What a trial decides; the shape of the space below.
#[derive(Deserialize)]
struct Config {
    model: Model,
}

#[derive(Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
enum Model {
    KernelRidge { gamma: f64, ridge: f64 },
    Neighbours { k: usize, power: f64 },
}

fn spec() -> Result<StudySpec, serde_json::Error> {
    serde_json::from_value(serde_json::json!({
        "space": {
            "model": {
                "type": "choice",
                "options": {
                    "kernel_ridge": {
                        "gamma": {"type": "float", "low": 1e-3, "high": 1e3, "log": true},
                        "ridge": {"type": "float", "low": 1e-6, "high": 1e2, "log": true},
                    },
                    "neighbours": {
                        "k": {"type": "int", "low": 1, "high": 40},
                        "power": {"type": "float", "low": 0.0, "high": 4.0},
                    },
                },
            },
        },
        "seed": 1,
        "budget": {"max_trials": 60},
    }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:7070".to_owned());
    let client = Client::connect(address).await?;
    let name = "rust-regression".parse()?;
    let (info, created) = client.create_study(&name, &spec()?).await?;
    println!("{} {}", if created { "created" } else { "going on with" }, info.study_ref());
    let study = client.study(name);

    let data = Arc::new(Data::noisy_wave(200, 7));
    let summary = study
        .run_blocking(2, move |trial: LeasedTrial| {
            let config: Config = trial.config_as().map_err(|error| error.to_string())?;
            let loss = cross_validate(&config.model, &data)?;
            println!("trial {:>2}: {loss:.5}  {}", trial.number().0, trial.config());
            Ok::<_, String>(loss)
        })
        .await?;

    println!("{} trials completed here, {} failed", summary.completed, summary.failed);
    if let Some(best) = study.best().await? {
        println!("best: trial {}, loss {:?}\n{:#}", best.trial.number, best.trial.loss, best.config);
    }
    Ok(())
}

/// Inputs in the unit square and what is to be predicted of them.
struct Data {
    inputs: Vec<[f64; 2]>,
    targets: Vec<f64>,
}

impl Data {
    /// A smooth wave with noise of a standard deviation of about 0.1, so that no model's loss falls much below 0.01.
    fn noisy_wave(count: usize, seed: u64) -> Self {
        let mut random = SplitMix(seed);
        let inputs: Vec<_> = (0..count).map(|_| [random.unit(), random.unit()]).collect();
        // The sum of 12 uniform numbers is nearly normal, with a variance of 1.
        let mut noise = || (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
        let wave = |[x, y]: &[f64; 2]| (6.0 * x).sin() * (4.0 * y).cos() + y;
        let targets = inputs.iter().map(|input| wave(input) + 0.1 * noise()).collect();
        Self { inputs, targets }
    }
}

/// The generator of Steele, Lea and Flood, 2014 (`SplitMix64`).
struct SplitMix(u64);

impl SplitMix {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        (bits >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn cross_validate(model: &Model, data: &Data) -> Result<f64, String> {
    let mut errors = 0.0;
    for fold in 0..FOLDS {
        let (held_out, kept): (Vec<usize>, Vec<usize>) =
            (0..data.inputs.len()).partition(|at| at % FOLDS == fold);
        let inputs: Vec<_> = kept.iter().map(|at| data.inputs[*at]).collect();
        let targets: Vec<_> = kept.iter().map(|at| data.targets[*at]).collect();
        let weights = match model {
            Model::KernelRidge { gamma, ridge } => fit(&inputs, &targets, *gamma, *ridge)?,
            Model::Neighbours { .. } => Vec::new(),
        };
        for at in held_out {
            let input = &data.inputs[at];
            let predicted = match model {
                Model::KernelRidge { gamma, .. } => inputs
                    .iter()
                    .zip(&weights)
                    .map(|(known, weight)| weight * kernel(known, input, *gamma))
                    .sum(),
                Model::Neighbours { k, power } => nearest(&inputs, &targets, input, *k, *power),
            };
            errors += (predicted - data.targets[at]).powi(2);
        }
    }
    Ok(errors / data.inputs.len() as f64)
}

fn squared_distance(a: &[f64; 2], b: &[f64; 2]) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
}

fn kernel(a: &[f64; 2], b: &[f64; 2], gamma: f64) -> f64 {
    (-gamma * squared_distance(a, b)).exp()
}

/// Solves (K + ridge I) w = y by Cholesky's factorisation.
fn fit(inputs: &[[f64; 2]], targets: &[f64], gamma: f64, ridge: f64) -> Result<Vec<f64>, String> {
    let count = inputs.len();
    let mut lower = vec![vec![0.0; count]; count];
    for row in 0..count {
        for column in 0..=row {
            let dot: f64 = (0..column).map(|at| lower[row][at] * lower[column][at]).sum();
            let entry = kernel(&inputs[row], &inputs[column], gamma) - dot;
            if row == column {
                let pivot = entry + ridge;
                if pivot <= 0.0 {
                    return Err("the kernel matrix is singular: the ridge is too small".to_owned());
                }
                lower[row][row] = pivot.sqrt();
            } else {
                lower[row][column] = entry / lower[column][column];
            }
        }
    }
    let mut solution = targets.to_vec();
    for row in 0..count {
        let known: f64 = (0..row).map(|at| lower[row][at] * solution[at]).sum();
        solution[row] = (solution[row] - known) / lower[row][row];
    }
    for row in (0..count).rev() {
        let known: f64 = (row + 1..count).map(|at| lower[at][row] * solution[at]).sum();
        solution[row] = (solution[row] - known) / lower[row][row];
    }
    Ok(solution)
}

/// The mean of the k nearest targets, each with the weight 1 / distance^power.
fn nearest(inputs: &[[f64; 2]], targets: &[f64], input: &[f64; 2], k: usize, power: f64) -> f64 {
    let mut known: Vec<_> =
        inputs.iter().zip(targets).map(|(known, target)| (squared_distance(known, input), target)).collect();
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    let weighted =
        known.iter().take(k).map(|(squared, target)| ((squared + 1e-12).powf(-power / 2.0), *target));
    let (total, sum) =
        weighted.fold((0.0, 0.0), |(total, sum), (weight, target)| (total + weight, sum + weight * target));
    sum / total
}
