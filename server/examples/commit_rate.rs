//! How many commits a store takes, and how fast a big study is loaded from it.
//!
//! ```text
//! cargo run --release --example commit_rate -- memory: redb:/tmp/rate redis://127.0.0.1:6379/9
//! ```
//! Use an empty directory and an empty Redis database: studies named `rate-...` are left in the store.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde::Deserialize;
use tunewright_core::name::{StudyId, StudyName};
use tunewright_core::study::{Header, Trial, TrialNumber, Version};
use tunewright_server::storage::{OpenOptions, Storage, StudyWrite, open};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const WRITERS: [usize; 3] = [1, 8, 64];
const SPAN: Duration = Duration::from_secs(3);
const BIG: u64 = 100_000;

#[derive(Deserialize)]
struct Golden<T> {
    doc: T,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    for url in std::env::args().skip(1) {
        let store = open(&url, OpenOptions { allow_unsafe: true }).await?;
        let owned = store.acquire("commit_rate").await?.ok_or("a server owns this store")?;
        let store = owned.storage;
        println!("{url}: {}", store.durability().as_str());
        for writers in WRITERS {
            rate(&store, writers).await?;
        }
        let study = fill(&*store).await?;
        load(&*store, &study, "loaded").await?;
        if let Some(directory) = url.strip_prefix("redb:") {
            after_unclean_stop(Path::new(directory), &study).await?;
        }
    }
    Ok(())
}

fn study(name: &str) -> Outcome<Header> {
    let golden: Golden<Header> = serde_json::from_str(include_str!("../src/storage/golden/v1/header.json"))?;
    let process = std::process::id();
    let id = StudyId::new(format!("rate-{process}-{name}"))?;
    Ok(Header { name: StudyName::new(id.as_str())?, id, ..golden.doc })
}

fn trial() -> Outcome<Trial> {
    let golden: Golden<Trial> =
        serde_json::from_str(include_str!("../src/storage/golden/v1/trial-completed.json"))?;
    Ok(golden.doc)
}

fn write(study: &StudyId, expected: Version, trials: Vec<Trial>) -> StudyWrite {
    StudyWrite {
        study: study.clone(),
        expected,
        header: None,
        trials,
        reports: Vec::new(),
        outputs: Vec::new(),
    }
}

/// Each writer has a study of its own and commits one trial at a time, as fast as it is answered.
async fn rate(store: &Arc<dyn Storage>, writers: usize) -> Outcome<()> {
    let trial = trial()?;
    let started = Instant::now();
    let tasks = (0..writers).map(|n| {
        let (store, trial) = (Arc::clone(store), trial.clone());
        tokio::spawn(async move {
            let study = study(&format!("{writers}-{n}"))?;
            store.create(&study).await?;
            let (mut version, mut waits) = (Version(0), Vec::new());
            while started.elapsed() < SPAN {
                let asked = Instant::now();
                let trial = Trial { number: TrialNumber(version.0), ..trial.clone() };
                version = store.commit(write(&study.id, version, vec![trial])).await?;
                waits.push(asked.elapsed());
            }
            Outcome::Ok(waits)
        })
    });
    let mut waits = Vec::new();
    for task in join_all(tasks).await {
        waits.extend(task??);
    }
    let seconds = started.elapsed().as_secs_f64();
    waits.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = waits.len() as f64 / seconds;
    let (half, most) = (waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
    println!("  {writers:>3} writers: {rate:>7.0} commits/s, p50 {half:.1?}, p99 {most:.1?}");
    Ok(())
}

async fn fill(store: &dyn Storage) -> Outcome<StudyId> {
    const STEP: u64 = 1_000;
    let (study, trial) = (study("big")?, trial()?);
    store.create(&study).await?;
    let started = Instant::now();
    let mut version = Version(0);
    for from in (0..BIG).step_by(usize::try_from(STEP)?) {
        let trials = (from..from + STEP).map(|n| Trial { number: TrialNumber(n), ..trial.clone() }).collect();
        version = store.commit(write(&study.id, version, trials)).await?;
    }
    println!("  {BIG} trials written {STEP} at a time in {:.2?}", started.elapsed());
    Ok(study.id)
}

async fn load(store: &dyn Storage, study: &StudyId, how: &str) -> Outcome<()> {
    let started = Instant::now();
    let trials = store.load(study).await?.map_or(0, |study| study.trials.len());
    println!("  {trials} trials {how} in {:.2?}", started.elapsed());
    Ok(())
}

/// A copy of the open file is what a kill leaves.
async fn after_unclean_stop(directory: &Path, study: &StudyId) -> Outcome<()> {
    let copy = directory.join("copy");
    std::fs::create_dir_all(&copy)?;
    std::fs::copy(directory.join("tunewright.redb"), copy.join("tunewright.redb"))?;
    let started = Instant::now();
    let store = open(&copy.to_string_lossy(), OpenOptions::default()).await?;
    println!("  opened after an unclean stop in {:.2?}", started.elapsed());
    load(&*store, study, "loaded then").await?;
    drop(store);
    std::fs::remove_dir_all(&copy)?;
    Ok(())
}
