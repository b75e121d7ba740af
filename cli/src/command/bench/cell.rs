//! One row of round trips: a store, an algorithm, so many clients.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::Serialize;
use serde_json::json;
use tokio::task::JoinSet;
use tunewright::{Client, StudyName, StudyRef, StudySpec};

use super::asker::Asker;
use super::machine::own_cpu;
use super::store::Store;
use super::target::Target;

/// How many clients there are, row by row.
pub const CELL_CLIENTS: [usize; 3] = [1, 8, 64];
/// Before measuring: connections are made, and the first pages are warm.
const WARM_UP: Duration = Duration::from_millis(500);
/// The longest round trip that is told apart, in microseconds.
const LONGEST_US: u64 = 60_000_000;

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    pub algorithm: &'static str,
    pub clients: usize,
    pub duration: Duration,
}

/// What was measured. Times are in microseconds.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub store: &'static str,
    pub algorithm: &'static str,
    pub clients: usize,
    /// Round trips that ended while it was measured.
    pub round_trips: u64,
    pub per_second: f64,
    pub p50_us: u64,
    pub p99_us: u64,
    pub max_us: u64,
    /// Over the server's whole life, its start and the warm-up included.
    pub server_cpu_us_per_trial: f64,
    pub client_cpu_us_per_trial: f64,
}

/// What one client or all of them did.
struct Tally {
    times: Histogram<u64>,
    /// With the warm-up.
    trials: u64,
}

impl Cell {
    /// # Errors
    /// When the server does not start or refuses a call.
    pub async fn measure(self, store: &Store) -> anyhow::Result<Row> {
        let target = Target::start(&store.url()).await?;
        let client = Client::connect(&target.url).await?;
        let study = StudyRef::from(StudyName::new(format!("bench-{}-{}", std::process::id(), self.clients))?);
        client.create_study(&study, &self.spec()?).await?;

        let own_before = own_cpu()?;
        let tally = self.drive(&target.url, &study).await?;
        let own = own_cpu()?.saturating_sub(own_before);

        client.study(study).delete().await?;
        drop(client);
        let served = target.end().await?;
        let per_trial = |cpu: Duration| cpu.as_secs_f64() * 1e6 / as_f64(tally.trials.max(1));
        Ok(Row {
            store: store.name(),
            algorithm: self.algorithm,
            clients: self.clients,
            round_trips: tally.times.len(),
            per_second: as_f64(tally.times.len()) / self.duration.as_secs_f64(),
            p50_us: tally.times.value_at_quantile(0.5),
            p99_us: tally.times.value_at_quantile(0.99),
            max_us: tally.times.max(),
            server_cpu_us_per_trial: per_trial(served),
            client_cpu_us_per_trial: per_trial(own),
        })
    }

    fn spec(self) -> anyhow::Result<StudySpec> {
        Ok(serde_json::from_value(
            json!({ "space": super::suggest::space(), "algorithm": self.algorithm, "seed": 1 }),
        )?)
    }

    async fn drive(self, url: &str, study: &StudyRef) -> anyhow::Result<Tally> {
        let begin = Instant::now() + WARM_UP;
        let mut clients = JoinSet::new();
        for number in 0..self.clients {
            let asker = Asker::connect(url, study, number).await?;
            clients.spawn(work(asker, begin, begin + self.duration));
        }
        let mut all = Tally { times: Histogram::new_with_max(LONGEST_US, 3)?, trials: 0 };
        while let Some(tally) = clients.join_next().await {
            let tally = tally??;
            all.times.add(&tally.times)?;
            all.trials += tally.trials;
        }
        Ok(all)
    }
}

async fn work(mut asker: Asker, begin: Instant, end: Instant) -> anyhow::Result<Tally> {
    let mut tally = Tally { times: Histogram::new_with_max(LONGEST_US, 3)?, trials: 0 };
    loop {
        let started = Instant::now();
        if started >= end {
            return Ok(tally);
        }
        asker.round_trip().await?;
        tally.trials += 1;
        let ended = Instant::now();
        // By when they end: counting by when they begin would leave out the slowest.
        if begin <= ended && ended <= end {
            let micros = u64::try_from((ended - started).as_micros()).unwrap_or(u64::MAX);
            tally.times.saturating_record(micros);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of seconds of work stay far below 2^53")]
pub(super) const fn as_f64(count: u64) -> f64 {
    count as f64
}
