//! Prints what one suggestion costs after 100 to 100,000 trials over ten parameters.
//!
//!     cargo run --release -p tunewright-core --example suggest_cost

use std::time::{Duration, Instant};

use tunewright_core::Refusal;
use tunewright_core::space::{Parameter, Point, Space};
use tunewright_core::suggest::{
    ALGORITHMS, Algorithm, AnnealSettings, Ask, Observation, Proposal, Suggester, Verdict, build,
};

const SPACE: &str = r#"{
    "a": {"type": "uniform", "low": -5, "high": 5},
    "b": {"type": "uniform", "low": 0, "high": 1},
    "c": {"type": "normal", "mu": 0, "sigma": 1},
    "d": {"type": "loguniform", "low": 1e-5, "high": 1},
    "e": {"type": "loguniform", "low": 1e-3, "high": 1e3},
    "f": {"type": "lognormal", "mu": 0, "sigma": 2},
    "g": {"type": "int", "low": 1, "high": 100},
    "h": {"type": "quniform", "low": 0, "high": 10, "q": 0.5},
    "i": {"type": "int", "low": 1, "high": 4096, "log": true},
    "j": {"type": "choice", "options": ["red", "green", "blue"]}
}"#;

fn main() -> Result<(), Refusal> {
    let space = Space::from_json(SPACE)?;
    println!("{:<8} {:>7} {:>12} {:>12} {:>16}", "", "trials", "suggest p50", "suggest p99", "observe all");
    for name in ALGORITHMS {
        for trials in [100, 1_000, 10_000, 100_000] {
            measure(&Algorithm::named(name)?, &space, trials);
        }
    }
    Ok(())
}

/// Times asks after a history as a search makes one: half of it drawn at random, half near the best points.
fn measure(algorithm: &Algorithm, space: &Space, trials: u64) {
    let observations = history(space, trials);
    let mut suggester = build(algorithm, space, 1);
    let start = Instant::now();
    observations.iter().for_each(|observation| suggester.observe(observation));
    suggest(suggester.as_mut(), trials);
    let observing = start.elapsed();
    let mut times: Vec<Duration> = (0..200)
        .map(|step| {
            let start = Instant::now();
            let point = suggest(suggester.as_mut(), trials + step);
            let time = start.elapsed();
            suggester.observe(&observation(space, trials + step, point));
            time
        })
        .collect();
    times.sort();
    println!(
        "{:<8} {trials:>7} {:>12.1?} {:>12.1?} {observing:>16.1?}",
        algorithm.name(),
        times[100],
        times[197]
    );
}

fn history(space: &Space, trials: u64) -> Vec<Observation> {
    let near_the_best = Algorithm::Anneal(AnnealSettings { avg_best_idx: 100.0, shrink_coef: 0.001 });
    let mut makers = [build(&Algorithm::Random, space, 2), build(&near_the_best, space, 2)];
    let mut observations = Vec::new();
    for number in 0..trials {
        let point = suggest(makers[usize::from(number % 2 == 1)].as_mut(), number);
        let observation = observation(space, number, point);
        makers[1].observe(&observation);
        observations.push(observation);
    }
    observations
}

/// The loss is the squared distance from the middle of the unit cube.
fn observation(space: &Space, number: u64, point: Point) -> Observation {
    let distance = |parameter: &Parameter| {
        let unit = point.get(&parameter.label).and_then(|value| parameter.to_unit(value));
        unit.map_or(0.0, |unit| (unit - 0.5).powi(2))
    };
    let loss = space.parameters().iter().map(distance).sum();
    Observation::new(number, point, Verdict::Completed { loss })
}

fn suggest(suggester: &mut dyn Suggester, number: u64) -> Point {
    let fixed = Point::default();
    match suggester.suggest(&Ask { number, pending: &[], fixed: &fixed, repeats: false, budget: None }) {
        Proposal::Point(point, _) => point,
        Proposal::Exhausted => fixed,
    }
}
