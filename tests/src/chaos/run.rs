//! One run: everything is started, hurt on schedule, healed, brought to its end, read and checked.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::crew::Crew;
use super::history::History;
use super::lane::{LEASE, Lane};
use super::nemesis::Nemesis;
use super::schedule::{Step, schedule};
use super::site::Site;
use super::store::StoreKind;
use super::summary::{Broken, Summary};
use super::{checker, ending};

/// Once all is well everything has to end in this time, on the busiest machine.
pub const PATIENCE: Duration = Duration::from_secs(90);
const LANES: usize = 3;
/// The budget of a study whose trials are asked for, and of one that workers evaluate.
const TRIALS: u64 = 300;
const WORKERS_TRIALS: u64 = 60;
const POOL: &str = "chaos";

/// What a run is to be.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The `tunewright` to hurt, built with failpoints.
    pub binary: PathBuf,
    pub store: StoreKind,
    pub seed: u64,
    /// For how long faults are injected; starting, healing and checking come on top.
    pub length: Duration,
    /// Once all is well everything has to end in this time.
    pub patience: Duration,
    /// Whether to print how it goes every few seconds.
    pub is_watched: bool,
}

/// One run.
///
/// # Errors
/// When something that the run itself needs is missing, or the server cannot be read in the end.
///
/// # Panics
/// When a process that has to start does not.
pub async fn run(settings: Settings) -> io::Result<Summary> {
    let Settings { binary, store, seed, length, patience, is_watched } = settings;
    let began = Instant::now();
    let steps = schedule(seed, store, length);
    let mut site = Site::start(&binary, store, POOL).await?;
    for worker in &mut site.workers {
        worker.start()?;
    }
    let lanes: Vec<_> =
        (0..LANES).map(|at| Arc::new(Lane::new(&format!("asked-{at}"), seed, TRIALS, "nobody"))).collect();
    let workers_lane = Arc::new(Lane::new("worked", seed, WORKERS_TRIALS, POOL));
    let history = Arc::new(History::default());
    let crew =
        Crew::start(seed, &lanes, Some(Arc::clone(&workers_lane)), &site.links(), Arc::clone(&history));
    let nemesis = Nemesis {
        site,
        crew,
        injected: Default::default(),
        surprises: Vec::new(),
        history: Arc::clone(&history),
        is_watched,
    };
    let mut nemesis = struck(nemesis, steps).await?;

    let mut studies = Vec::new();
    for (lane, is_workers) in lanes.iter().map(|lane| (lane, false)).chain([(&workers_lane, true)]) {
        lane.enough();
        let last = lane.current().unwrap_or(0);
        studies.extend(lane.studies(last).into_iter().map(|name| (name, is_workers)));
    }
    let healed = Instant::now();
    let stuck = nemesis.crew.end(patience).await;
    let to_end = healed.elapsed();
    if stuck > 0 {
        nemesis.surprises.push(format!("{stuck} clients were not done {to_end:?} after all was healed"));
    }
    // What counts is what is stored, not what is in memory.
    let nemesis = tokio::task::spawn_blocking(move || {
        nemesis.site.server.kill_9();
        nemesis.site.server.start();
        nemesis
    });
    let nemesis = nemesis.await?;
    let found = ending::read(nemesis.site.server.address, &studies).await.map_err(io::Error::other)?;
    let entries = history.entries();
    let violations = checker::check(&entries, &found, LEASE);
    let broken: Vec<Broken> = violations.into_iter().map(|it| Broken::new(it, &entries)).collect();
    let Nemesis { site, crew, mut injected, surprises, .. } = nemesis;
    injected.retain(|_, times| *times > 0);
    drop(crew);
    let mut summary = Summary::new(store, seed, &entries, &found);
    summary.elapsed = began.elapsed();
    summary.to_end = to_end;
    summary.faults = injected;
    summary.kept = (!broken.is_empty() || !surprises.is_empty()).then(|| site.keep());
    summary.broken = broken;
    summary.surprises = surprises;
    Ok(summary)
}

async fn struck(mut nemesis: Nemesis, steps: Vec<Step>) -> io::Result<Nemesis> {
    let striking = tokio::task::spawn_blocking(move || {
        nemesis.strike(&steps);
        nemesis
    });
    Ok(striking.await?)
}
