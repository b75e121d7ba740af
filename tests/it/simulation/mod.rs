//! Simulated worlds: the real server's studies, dispatch and gRPC, over a network and a time that are made up.
//!
//! The clients and the checker are those of the fault suite. What is made up costs nothing, so that an hour takes a second.

mod askers;
mod ending;
mod nemesis;
mod network;
mod seeds;
mod trace;
mod workers;
mod world;

use seeds::live_through;
use trace::trace;
use world::live;

const SEEDS: u64 = 200;

/// Every seed is a world of its own.
#[test]
fn no_world_breaks_a_promise() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().expect("a number"));
    let first = number("TUNEWRIGHT_TEST_SEED").unwrap_or(1);
    let count = number("TUNEWRIGHT_TEST_SEEDS").unwrap_or(SEEDS);
    let tally = live_through(first..first + count);
    println!("{tally}");
    assert!(tally.failed.is_empty(), "{} worlds with a broken promise, see above", tally.failed.len());
    // Else too little has happened for that to say anything.
    let is_much = tally.trials as u64 >= 10 * count && tally.injected() as u64 >= 5 * count;
    assert!(is_much || count < 100, "{tally}");
}

#[test]
fn the_same_seed_is_the_same_world_and_another_one_is_not() {
    let lived = |seed| trace(&live(seed).expect("a sound world").entries);
    let mut traces = Vec::new();
    for seed in 7..12 {
        let (one, again) = (lived(seed), lived(seed));
        assert!(!one.is_empty());
        for (line, (first, second)) in one.iter().zip(&again).enumerate() {
            assert_eq!(first, second, "line {line} of seed {seed}");
        }
        assert_eq!(one.len(), again.len(), "seed {seed}");
        assert!(!traces.contains(&one), "seed {seed} is like another");
        traces.push(one);
    }
}
