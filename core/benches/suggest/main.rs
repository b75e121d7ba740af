//! What one suggestion costs, by algorithm, number of trials, number of parameters and number of pending points.
//!
//!     cargo bench -p tunewright-core --bench suggest                  all of it
//!     cargo bench -p tunewright-core --bench suggest -- tpe/2000x20   what has this in its name
//!
//! A name is `algorithm/TRIALSxPARAMETERS/PENDING`. The time is that of a suggestion and of observing what it proposed, so
//! that no model is asked twice; the allocations are those of the suggestion. Where it takes too long it is measured once, or
//! not at all if it took too long after fewer trials.

mod history;
mod search;

use std::alloc::System;
use std::collections::BTreeMap;
use std::time::Duration;

use criterion::{Criterion, SamplingMode};
use search::{Cost, Search};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tunewright_core::suggest::{ALGORITHMS, Algorithm, HyperoptTpeSettings};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const TRIALS: [u64; 5] = [10, 200, 2_000, 20_000, 100_000];
const PARAMETERS: [usize; 3] = [2, 20, 100];
const PENDING: [u64; 3] = [0, 8, 64];

/// Slower suggestions than this are measured once instead of again and again.
const SLOW: Duration = Duration::from_millis(200);

/// After a suggestion that took longer than this, more trials are not tried.
const TOO_SLOW: Duration = Duration::from_secs(1);

fn main() {
    let word = std::env::args().skip(1).find(|word| !word.starts_with('-')).unwrap_or_default();
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(300))
        .without_plots()
        .configure_from_args();
    let mut costs = Vec::new();
    for (name, algorithm) in algorithms() {
        // By the number of parameters: a suggestion that took too long.
        let mut too_slow = BTreeMap::new();
        for (trials, parameters) in TRIALS.iter().flat_map(|trials| PARAMETERS.map(|count| (*trials, count)))
        {
            let cell = |pending: &u64| (*pending, format!("{name}/{trials}x{parameters}/{pending}"));
            let cells: Vec<_> = PENDING.iter().map(cell).filter(|(_, cell)| cell.contains(&word)).collect();
            if cells.is_empty() {
                continue;
            }
            if let Some(time) = too_slow.get(&parameters) {
                println!("{name}/{trials}x{parameters}: left out, with fewer trials it took {time:.1?}");
                continue;
            }
            let mut search = Search::new(&algorithm, trials, parameters);
            for (pending, cell) in cells {
                search.set_pending(pending);
                let cost = measure(&mut criterion, &cell, &mut search);
                if cost.time > TOO_SLOW {
                    too_slow.insert(parameters, cost.time);
                }
                costs.push((cell, cost));
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

fn measure(criterion: &mut Criterion, cell: &str, search: &mut Search<'_>) -> Cost {
    let mut cost = search.probe(HEAP);
    if cost.time > SLOW {
        println!("{cell}: {:.1?} for one suggestion, too long to measure it again", cost.time);
        return cost;
    }
    let mut group = criterion.benchmark_group("suggest");
    group.sampling_mode(SamplingMode::Flat);
    group.bench_function(cell, |bencher| {
        bencher.iter_custom(|count| {
            let time = search.time(count);
            cost.time = time / u32::try_from(count).unwrap_or(u32::MAX);
            time
        });
    });
    group.finish();
    cost
}

fn print(costs: &[(String, Cost)]) {
    println!("\n{:<32} {:>12} {:>12} {:>12}", "", "time", "allocations", "bytes");
    for (cell, cost) in costs {
        println!("{cell:<32} {:>12.1?} {:>12} {:>12}", cost.time, cost.allocations, cost.bytes);
    }
}
