//! What one suggestion costs, by algorithm, number of trials, number of parameters and number of pending points.
//!
//!     cargo bench -p tunewright-core --bench suggest                  all of it, about half an hour
//!     cargo bench -p tunewright-core --bench suggest -- tpe/1000x10   what has this in its name
//!
//! A name is `algorithm/TRIALSxPARAMETERS/PENDING`. A suggestion is asked for and what it proposed is observed, so that no
//! model is asked twice; the allocations are those of the asking. Cells in which it takes too long are measured once, or
//! not at all where fewer trials took too long already.

mod cell;
mod history;

use std::alloc::System;
use std::collections::BTreeMap;
use std::time::Duration;

use cell::{Cell, Cost};
use criterion::{Criterion, SamplingMode};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tunewright_core::suggest::{ALGORITHMS, Algorithm, HyperoptTpeSettings};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const TRIALS: [u64; 5] = [10, 100, 1_000, 10_000, 100_000];
const PARAMETERS: [usize; 4] = [2, 10, 50, 100];
const PENDING: [u64; 3] = [0, 8, 64];

/// Slower suggestions than this are measured once instead of again and again.
const SLOW: Duration = Duration::from_millis(200);

/// After a suggestion that took longer than this, more trials are not tried.
const TOO_SLOW: Duration = Duration::from_secs(1);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_wanted =
        |cell: &Cell| words.is_empty() || words.iter().any(|word| cell.to_string().contains(word));
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(300))
        .without_plots()
        .configure_from_args();
    let mut costs = Vec::new();
    for (name, algorithm) in algorithms() {
        // By the number of parameters and of pending points: a suggestion took too long.
        let mut too_slow = BTreeMap::new();
        for trials in TRIALS {
            for parameters in PARAMETERS {
                for pending in PENDING {
                    let cell = Cell {
                        name: name.clone(),
                        algorithm: algorithm.clone(),
                        trials,
                        parameters,
                        pending,
                    };
                    if !is_wanted(&cell) {
                        continue;
                    }
                    if let Some(time) = too_slow.get(&(parameters, pending)) {
                        println!("{cell}: left out, for with fewer trials a suggestion took {time:.1?}");
                        continue;
                    }
                    let cost = measure(&mut criterion, &cell);
                    if cost.time > TOO_SLOW {
                        too_slow.insert((parameters, pending), cost.time);
                    }
                    costs.push((cell, cost));
                }
            }
        }
    }
    criterion.final_summary();
    print(&costs);
}

/// By name, all that propose by themselves.
fn algorithms() -> Vec<(String, Algorithm)> {
    let named = |name: &str| Algorithm::named(name).expect("a name of the list");
    let mut all: Vec<_> = ALGORITHMS.iter().map(|name| ((*name).to_owned(), named(name))).collect();
    all.push(("tpe-hyperopt".to_owned(), Algorithm::HyperoptTpe(HyperoptTpeSettings::default())));
    all
}

fn measure(criterion: &mut Criterion, cell: &Cell) -> Cost {
    let mut cost = cell.probe(HEAP);
    if cost.time > SLOW {
        println!("{cell}: {:.1?} for one suggestion, too long to measure it again", cost.time);
        return cost;
    }
    let mut group = criterion.benchmark_group("suggest");
    group.sampling_mode(SamplingMode::Flat);
    group.bench_function(cell.to_string(), |bencher| {
        bencher.iter_custom(|count| {
            let time = cell.time(count);
            cost.time = time / u32::try_from(count).unwrap_or(u32::MAX);
            time
        });
    });
    group.finish();
    cost
}

fn print(costs: &[(Cell, Cost)]) {
    println!("\n{:<32} {:>12} {:>12} {:>12}", "", "time", "allocations", "bytes");
    for (cell, cost) in costs {
        println!("{:<32} {:>12.1?} {:>12} {:>12}", cell.to_string(), cost.time, cost.allocations, cost.bytes);
    }
}
