//! A long run of the fault suite, for `make chaos`: `chaos BINARY MINUTES SEED [STORE]`, a third of the time on redb and a third on
//! Redis with each of its ways to keep a file, unless a store is named. Exits with 1 if a promise was broken.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use tunewright_tests::chaos::{PATIENCE, Settings, StoreKind, run};

const USAGE: &str = "chaos BINARY MINUTES SEED [redb|redis|redis-everysec]";

#[tokio::main]
async fn main() -> ExitCode {
    let runs = match runs(std::env::args().skip(1)) {
        Ok(runs) => runs,
        Err(problem) => {
            eprintln!("{problem}; usage: {USAGE}");
            return ExitCode::from(2);
        }
    };
    let (mut is_clean, mut faults, mut trials, mut losses, mut broken) = (true, 0, 0, 0, 0);
    for settings in runs {
        println!("{}: faults for {:?}, seed {}", settings.store.as_str(), settings.length, settings.seed);
        match run(settings).await {
            Ok(summary) => {
                println!("{summary}\n");
                is_clean &= summary.is_clean();
                faults += summary.injected();
                trials += summary.trials;
                losses += summary.losses();
                broken += summary.broken.len();
            }
            Err(error) => {
                eprintln!("the run itself failed: {error}");
                is_clean = false;
            }
        }
    }
    println!("in all {faults} faults, {trials} trials, {losses} losses, {broken} broken promises");
    if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn runs(mut words: impl Iterator<Item = String>) -> Result<Vec<Settings>, String> {
    let mut word = |name: &str| words.next().ok_or_else(|| format!("{name} is missing"));
    let binary = PathBuf::from(word("BINARY")?);
    let minutes: f64 = word("MINUTES")?.parse().map_err(|_| "MINUTES must be a number".to_owned())?;
    let length = Duration::try_from_secs_f64(minutes * 60.0).map_err(|error| format!("MINUTES: {error}"))?;
    let seed = word("SEED")?.parse().map_err(|_| "SEED must be a whole number".to_owned())?;
    let stores = match words.next() {
        Some(store) => vec![(store.parse()?, length)],
        None => vec![
            (StoreKind::Redb, length / 3),
            (StoreKind::Redis, length / 3),
            (StoreKind::RedisEverySecond, length / 3),
        ],
    };
    let settings = |(store, length)| {
        let binary = binary.clone();
        Settings { binary, store, seed, length, patience: PATIENCE, is_watched: true }
    };
    Ok(stores.into_iter().map(settings).collect())
}
