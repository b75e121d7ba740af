//! Many attached workers, each busy with one long trial: whether all are heard in time, and what holding them costs.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use hdrhistogram::Histogram;
use serde::Serialize;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use tonic::transport::Channel;
use tunewright::{Client, StudyName, StudyRef, StudySpec, TrialFilter};
use tunewright_proto::v1;
use tunewright_proto::v1::attach_worker_request::Message as Said;
use tunewright_proto::v1::attach_worker_response::Message as Heard;
use tunewright_proto::v1::worker_service_client::WorkerServiceClient;

use super::store::Store;
use super::target::Target;

/// What a worker with the default lease of 30 s does.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// So many connect at a time.
const CONNECTING: usize = 64;
/// All have their trial by then.
const ATTACH_DEADLINE: Duration = Duration::from_secs(120);
/// The longest answer to a heartbeat that is told apart, in microseconds.
const LONGEST_US: u64 = 60_000_000;

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct Fleet {
    pub workers: usize,
    pub duration: Duration,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct FleetRow {
    pub store: &'static str,
    pub workers: usize,
    pub seconds: f64,
    /// Until all were attached and had a trial.
    pub attached_s: f64,
    pub heartbeats: u64,
    /// From a heartbeat to its answer.
    pub p99_us: u64,
    pub max_us: u64,
    /// Leases that were taken away though their worker lived: should be none.
    pub false_losses: u64,
    /// Of the server's memory, at its highest.
    pub server_peak_mib: f64,
    /// Of one core, over the server's whole life.
    pub server_cpu_share: f64,
}

#[derive(Debug)]
struct Tally {
    times: Histogram<u64>,
    lost: u64,
}

impl Fleet {
    /// # Errors
    /// When the server does not start, refuses a call or lets a worker go.
    pub async fn measure(self, store: &Store) -> anyhow::Result<FleetRow> {
        let target = Target::start(&store.url()).await?;
        let client = Client::connect(&target.url).await?;
        let study = StudyRef::from(StudyName::new(format!("bench-{}-fleet", std::process::id()))?);
        let spec: StudySpec =
            serde_json::from_value(json!({ "space": super::suggest::space(), "algorithm": "random" }))?;
        client.create_study(&study, &spec).await?;

        let begun = Instant::now();
        let attached = self.attach(&target.url, &study).await?;
        let attached_s = begun.elapsed().as_secs_f64();
        let tally = self.hold(attached).await?;
        let seconds = begun.elapsed().as_secs_f64();
        // What the workers were told, and what the history says: a loss that no worker heard of counts, too.
        let trials = client.study(study).trials(&TrialFilter::default()).await?;
        let losses: u64 = trials.iter().map(|trial| u64::from(trial.losses)).sum();
        let server_peak_mib = target.peak_memory_mib()?;
        drop(client);
        let cpu = target.end().await?;
        Ok(FleetRow {
            store: store.name(),
            workers: self.workers,
            seconds,
            attached_s,
            heartbeats: tally.times.len(),
            p99_us: tally.times.value_at_quantile(0.99),
            max_us: tally.times.max(),
            false_losses: losses.max(tally.lost),
            server_peak_mib,
            server_cpu_share: cpu.as_secs_f64() / seconds,
        })
    }

    async fn attach(self, url: &str, study: &StudyRef) -> anyhow::Result<Vec<Attached>> {
        let mut attached = Vec::with_capacity(self.workers);
        let mut attaching = JoinSet::new();
        let mut begun = 0;
        while attached.len() < self.workers {
            while begun < self.workers && attaching.len() < CONNECTING {
                attaching.spawn(Attached::attach(url.to_owned(), study.clone(), begun));
                begun += 1;
            }
            let next = tokio::time::timeout(ATTACH_DEADLINE, attaching.join_next()).await;
            attached.push(next.context("a worker gets no trial")?.context("nobody attaches")???);
        }
        Ok(attached)
    }

    async fn hold(self, attached: Vec<Attached>) -> anyhow::Result<Tally> {
        let end = Instant::now() + self.duration;
        let mut holding = JoinSet::new();
        for worker in attached {
            holding.spawn(worker.hold(end));
        }
        let mut all = Tally { times: Histogram::new_with_max(LONGEST_US, 3)?, lost: 0 };
        while let Some(tally) = holding.join_next().await {
            let tally = tally??;
            all.times.add(&tally.times)?;
            all.lost += tally.lost;
        }
        Ok(all)
    }
}

/// One worker with a connection of its own and a trial.
struct Attached {
    number: usize,
    lease: v1::LeaseRef,
    said: mpsc::Sender<v1::AttachWorkerRequest>,
    heard: Streaming<v1::AttachWorkerResponse>,
}

impl Attached {
    async fn attach(url: String, study: StudyRef, number: usize) -> anyhow::Result<Self> {
        let channel = Channel::from_shared(url)?.tcp_nodelay(true).connect().await?;
        let (said, saying) = mpsc::channel(4);
        let hello = v1::WorkerHello {
            worker_id: format!("bench-{number}"),
            host: "bench".to_owned(),
            studies: vec![(&study).into()],
            slots: 1,
            ..Default::default()
        };
        for message in [Said::Hello(hello), Said::FreeSlots(v1::FreeSlots { count: 1, received: 0 })] {
            said.send(v1::AttachWorkerRequest { message: Some(message) }).await?;
        }
        let stream = WorkerServiceClient::new(channel).attach_worker(ReceiverStream::new(saying)).await?;
        let mut heard = stream.into_inner();
        loop {
            let message = heard.message().await?.context("the server lets a worker go")?.message;
            if let Some(Heard::Assignment(assignment)) = message {
                let lease = assignment.assignment.and_then(|assignment| assignment.lease);
                let lease = lease.context("an assignment without a lease")?;
                return Ok(Self { number, lease, said, heard });
            }
        }
    }

    /// Heartbeats until `end`, at times of its own.
    async fn hold(mut self, end: Instant) -> anyhow::Result<Tally> {
        let mut tally = Tally { times: Histogram::new_with_max(LONGEST_US, 3)?, lost: 0 };
        let spread = u32::try_from(self.number % 1_000)?;
        let mut next = Instant::now() + HEARTBEAT * spread / 1_000;
        while next < end {
            tokio::time::sleep_until(next.into()).await;
            next += HEARTBEAT;
            let sent = Instant::now();
            let heartbeat = v1::WorkerHeartbeat { leases: vec![self.lease.clone()] };
            self.said.send(v1::AttachWorkerRequest { message: Some(Said::Heartbeat(heartbeat)) }).await?;
            loop {
                match self.heard.message().await?.context("the server lets a worker go")?.message {
                    Some(Heard::HeartbeatAck(_)) => break,
                    Some(Heard::Revoked(_)) => tally.lost += 1,
                    _ => {}
                }
            }
            let micros = u64::try_from(sent.elapsed().as_micros()).unwrap_or(u64::MAX);
            tally.times.saturating_record(micros);
        }
        tokio::time::sleep_until(end.into()).await;
        Ok(tally)
    }
}
