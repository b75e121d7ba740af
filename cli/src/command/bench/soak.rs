//! A server at full speed for long: whether it goes on answering in time, and whether its memory stays flat.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::Serialize;
use serde_json::json;
use tokio::task::JoinSet;
use tunewright::{Client, StudyName, StudyRef, StudySpec};

use super::asker::Asker;
use super::cell::as_f64;
use super::store::Store;
use super::target::Target;

const CLIENTS: usize = 64;
/// Of one study. A study's history is in memory while it runs, so an endless one would grow for ever, rightly.
const TRIALS_PER_STUDY: u64 = 20_000;
/// Between two looks at the server's memory.
const LOOK: Duration = Duration::from_millis(500);
/// The longest round trip that is told apart, in microseconds.
const LONGEST_US: u64 = 60_000_000;

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct Soak {
    pub duration: Duration,
}

/// What was measured. Memory is the highest of the server's resident size in each fifth of the time, in MiB.
#[derive(Clone, Debug, Serialize)]
pub struct SoakRow {
    pub store: &'static str,
    pub clients: usize,
    pub seconds: f64,
    pub studies: u64,
    pub round_trips: u64,
    pub per_second: f64,
    pub p50_us: u64,
    pub p99_us: u64,
    pub max_us: u64,
    pub memory_mib: [f64; 5],
}

impl Soak {
    /// # Errors
    /// When the server does not start or refuses a call.
    pub async fn measure(self, store: &Store) -> anyhow::Result<SoakRow> {
        let target = Target::start(&store.url()).await?;
        let client = Client::connect(&target.url).await?;
        let studies = Studies { client, current: Arc::default() };
        studies.create(0).await?;

        let begun = Instant::now();
        let end = begun + self.duration;
        let mut working = JoinSet::new();
        for number in 0..CLIENTS {
            let asker = Asker::connect(&target.url, &Studies::name(0)?, number).await?;
            working.spawn(work(asker, studies.clone(), end));
        }
        let memory_mib = self.watch_memory(&target, begun).await?;
        let mut times = Histogram::new_with_max(LONGEST_US, 3)?;
        while let Some(done) = working.join_next().await {
            times.add(&done??)?;
        }
        let seconds = begun.elapsed().as_secs_f64();
        let row = SoakRow {
            store: store.name(),
            clients: CLIENTS,
            seconds,
            studies: studies.current.load(Ordering::Relaxed) + 1,
            round_trips: times.len(),
            per_second: as_f64(times.len()) / seconds,
            p50_us: times.value_at_quantile(0.5),
            p99_us: times.value_at_quantile(0.99),
            max_us: times.max(),
            memory_mib,
        };
        drop(studies);
        target.end().await?;
        Ok(row)
    }

    async fn watch_memory(self, target: &Target, begun: Instant) -> anyhow::Result<[f64; 5]> {
        let mut highest = [0.0_f64; 5];
        for (fifth, highest) in (1..).zip(&mut highest) {
            while begun.elapsed() < self.duration * fifth / 5 {
                *highest = highest.max(target.held_memory_mib()?);
                tokio::time::sleep(LOOK).await;
            }
        }
        Ok(highest)
    }
}

async fn work(mut asker: Asker, studies: Studies, end: Instant) -> anyhow::Result<Histogram<u64>> {
    let mut times = Histogram::new_with_max(LONGEST_US, 3)?;
    let mut number = 0;
    loop {
        let started = Instant::now();
        if started >= end {
            return Ok(times);
        }
        if asker.round_trip().await? {
            let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
            times.saturating_record(micros);
        } else {
            number = studies.after(number).await?;
            asker.turn_to(&Studies::name(number)?);
        }
    }
}

/// One study after the other.
#[derive(Clone)]
struct Studies {
    client: Client,
    current: Arc<AtomicU64>,
}

impl Studies {
    fn name(number: u64) -> anyhow::Result<StudyRef> {
        Ok(StudyName::new(format!("bench-soak-{}-{number}", std::process::id()))?.into())
    }

    /// Creating the same study again changes nothing, so that all clients may.
    async fn create(&self, number: u64) -> anyhow::Result<()> {
        let spec: StudySpec = serde_json::from_value(json!({
            "space": super::suggest::space(),
            "algorithm": "random",
            "seed": 1,
            "budget": { "max_trials": TRIALS_PER_STUDY },
        }))?;
        self.client.create_study(&Self::name(number)?, &spec).await?;
        Ok(())
    }

    async fn after(&self, number: u64) -> anyhow::Result<u64> {
        let next = number + 1;
        self.create(next).await?;
        self.current.fetch_max(next, Ordering::Relaxed);
        Ok(next)
    }
}
