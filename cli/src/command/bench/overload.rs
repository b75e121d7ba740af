//! Twenty times the clients that a server is busy with already: how much it still gets done, and how soon it is itself again.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::json;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tunewright::{Client, StudyName, StudyRef, StudySpec};

use super::asker::Asker;
use super::cell::as_f64;
use super::store::Store;
use super::target::Target;

const CLIENTS: usize = 64;
const TIMES: usize = 20;
/// Before the peak is measured.
const WARM_UP: Duration = Duration::from_millis(500);
/// How long the peak is measured, and the longest time to recover that is told apart.
const AROUND: Duration = Duration::from_secs(10);
/// What counts as recovered: so much of the peak, over one step.
const RECOVERED: f64 = 0.8;
const STEP: Duration = Duration::from_millis(500);

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct Overload {
    pub duration: Duration,
}

/// What was measured. Rates are round trips a second.
#[derive(Clone, Debug, Serialize)]
pub struct OverloadRow {
    pub store: &'static str,
    pub clients: usize,
    /// With `clients`.
    pub peak: f64,
    pub overload_clients: usize,
    pub seconds: f64,
    /// With `overload_clients`.
    pub goodput: f64,
    pub goodput_share: f64,
    /// Of the peak, over the slowest half second.
    pub slowest_share: f64,
    /// Calls that were refused as `exhausted` meanwhile.
    pub refused: u64,
    /// After the others had left, until `clients` had 80% of the peak again; none if they had not within 10 s.
    pub recovered_s: Option<f64>,
    pub server_peak_mib: f64,
}

impl Overload {
    /// # Errors
    /// When the server does not start or refuses a call for another reason than being busy.
    pub async fn measure(self, store: &Store) -> anyhow::Result<OverloadRow> {
        let target = Target::start(&store.url()).await?;
        let client = Client::connect(&target.url).await?;
        let study = StudyRef::from(StudyName::new(format!("bench-{}-overload", std::process::id()))?);
        let spec: StudySpec = serde_json::from_value(
            json!({ "space": super::suggest::space(), "algorithm": "random", "seed": 1 }),
        )?;
        client.create_study(&study, &spec).await?;

        let done = Arc::default();
        let steady = Crowd::gather(&target.url, &study, 0..CLIENTS, &done).await?;
        tokio::time::sleep(WARM_UP).await;
        let peak = rate_over(AROUND, &done).await;
        let more = Crowd::gather(&target.url, &study, CLIENTS..CLIENTS * TIMES, &done).await?;
        let (begun, at_begin) = (Instant::now(), done.load(Ordering::Relaxed));
        let mut slowest = f64::INFINITY;
        while begun.elapsed() < self.duration {
            slowest = slowest.min(rate_over(STEP, &done).await);
        }
        let seconds = begun.elapsed().as_secs_f64();
        let goodput = as_f64(done.load(Ordering::Relaxed) - at_begin) / seconds;
        let left = Instant::now();
        more.stop.cancel();
        let mut recovered_s = None;
        while recovered_s.is_none() && left.elapsed() < AROUND {
            let is_recovered = rate_over(STEP, &done).await >= peak * RECOVERED;
            recovered_s = is_recovered.then(|| left.elapsed().as_secs_f64());
        }
        let refused = more.leave().await? + steady.leave().await?;
        let server_peak_mib = target.peak_memory_mib()?;
        drop(client);
        target.end().await?;
        Ok(OverloadRow {
            store: store.name(),
            clients: CLIENTS,
            peak,
            overload_clients: CLIENTS * TIMES,
            seconds,
            goodput,
            goodput_share: goodput / peak,
            slowest_share: slowest / peak,
            refused,
            recovered_s,
            server_peak_mib,
        })
    }
}

/// Round trips a second, from now on.
async fn rate_over(duration: Duration, done: &AtomicU64) -> f64 {
    let (begun, before) = (Instant::now(), done.load(Ordering::Relaxed));
    tokio::time::sleep(duration).await;
    as_f64(done.load(Ordering::Relaxed) - before) / begun.elapsed().as_secs_f64()
}

/// Clients that ask and complete until they are stopped.
#[derive(Debug)]
struct Crowd {
    working: JoinSet<anyhow::Result<u64>>,
    stop: CancellationToken,
}

impl Crowd {
    async fn gather(
        url: &str,
        study: &StudyRef,
        numbers: Range<usize>,
        done: &Arc<AtomicU64>,
    ) -> anyhow::Result<Self> {
        let mut crowd = Self { working: JoinSet::new(), stop: CancellationToken::new() };
        for number in numbers {
            let asker = Asker::connect(url, study, number).await?;
            crowd.working.spawn(work(asker, Arc::clone(done), crowd.stop.clone()));
        }
        Ok(crowd)
    }

    /// How many calls of theirs were refused.
    async fn leave(mut self) -> anyhow::Result<u64> {
        self.stop.cancel();
        let mut refused = 0;
        while let Some(gone) = self.working.join_next().await {
            refused += gone??;
        }
        Ok(refused)
    }
}

async fn work(mut asker: Asker, done: Arc<AtomicU64>, stop: CancellationToken) -> anyhow::Result<u64> {
    while !stop.is_cancelled() {
        asker.round_trip().await?;
        done.fetch_add(1, Ordering::Relaxed);
    }
    Ok(asker.refused)
}
