//! How good the suggesters' points are, on problems of our own.
//!
//!     cargo run --release -p tunewright-core --example search_quality -- --algorithms gp,tpe --budget 100
//!
//! A problem is drawn from a family by its number, so that constants are tuned on some numbers (`--first 0`) and
//! judged on others (`--first 1000`). Everything but the seconds is determined by the options. Regret is 0 at the
//! least loss that is known, which a run may lower, and 1 at the median of random points.

mod chance;
mod families;
mod landscape;
mod options;
mod problem;
mod report;
mod run;
mod terrain;

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use options::{Options, USAGE};
use problem::Problem;
use report::Report;
use run::Run;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--help" || word == "-h") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match Options::read(words.into_iter()) {
        Ok(options) => {
            measure(&options);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options) {
    let numbers = options.first..options.first + options.problems;
    let wanted: Vec<(&'static str, u64)> = options
        .families
        .iter()
        .flat_map(|family| numbers.clone().map(move |number| (*family, number)))
        .collect();
    let problems = in_parallel(options.jobs, wanted.len(), |index| {
        let (family, number) = wanted[index];
        Problem::draw(family, number)
    });
    let (algorithms, seeds) = (options.algorithms.len(), options.seeds as usize);
    let runs = in_parallel(options.jobs, problems.len() * seeds * algorithms, |index| {
        let algorithm = &options.algorithms[index % algorithms].1;
        let seed = (index / algorithms % seeds) as u64;
        Run::of(&problems[index / algorithms / seeds], algorithm, seed, options.budget, options.parallel)
    });
    let report = Report::new(options, &problems, runs);
    if options.json { report.print_json() } else { report.print_tables() }
}

/// The answers to tasks `0..count`, in their order.
fn in_parallel<T: Send>(jobs: usize, count: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(count));
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        return;
                    }
                    let answer = task(index);
                    done.lock().expect("no holder panics").push((index, answer));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no holder panics");
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, answer)| answer).collect()
}
