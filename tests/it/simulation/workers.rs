//! The attached workers of a simulated world: what real ones say on the wire, with made-up trials. Each is on a host of its
//! own, where it can die.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Status, Streaming};
use tunewright_core::Code;
use tunewright_proto::v1;
use tunewright_proto::v1::attach_worker_request::Message as ToServer;
use tunewright_proto::v1::attach_worker_response::Message as FromServer;
use tunewright_proto::v1::worker_service_client::WorkerServiceClient;
use tunewright_tests::chaos::caller::{Caller, until_known};
use tunewright_tests::chaos::crew::follow;
use tunewright_tests::chaos::dice::Dice;
use tunewright_tests::chaos::history::{Held, History, Outcome, Verdict};
use tunewright_tests::chaos::lane::Lane;
use turmoil::Sim;

use super::network;

/// The pool in which they work.
pub const POOL: &str = "simulated";
/// How the names of their hosts begin.
pub const WORKER: &str = "worker";
const SLOTS_MAX: u64 = 4;
/// How long the server may take to answer the hello, and how long until a worker tries again.
const WELCOME: Duration = Duration::from_secs(5);
const AGAIN_MS: (u64, u64) = (200, 3_000);
const HEARTBEAT_MOST: Duration = Duration::from_secs(10);
const UNANSWERED_MAX: u32 = 3;
/// How often somebody looks whether the study has ended.
const LOOK: Duration = Duration::from_secs(5);

/// All workers of a world.
pub struct Workers {
    pub seed: u64,
    pub count: u64,
    pub lane: Arc<Lane>,
    pub history: Arc<History>,
    /// Makes every loss one of its own, so that it says who told it.
    pub losses: Arc<AtomicU64>,
    /// Counts whoever follows the studies until the last one has ended.
    pub working: Arc<AtomicUsize>,
}

impl Workers {
    pub fn names(&self) -> Vec<String> {
        (0..self.count).map(|number| format!("{WORKER}-{number}")).collect()
    }

    /// Lets each begin, and somebody who begins their studies. Whoever dies begins again, as another one.
    pub fn start(&self, sim: &mut Sim<'_>) {
        self.follow(sim);
        for name in self.names() {
            let lives = AtomicU64::new(0);
            let (seed, lane) = (self.seed, Arc::clone(&self.lane));
            let (history, losses) = (Arc::clone(&self.history), Arc::clone(&self.losses));
            sim.host(name.clone(), move || {
                let id = format!("{name}-{}", lives.fetch_add(1, Ordering::SeqCst));
                let channel = network::channel();
                let worker = Worker {
                    caller: Caller::over(channel.clone(), id.clone(), Arc::clone(&history)),
                    channel,
                    lease: lane.lease(),
                    dice: Dice::of(seed, &id),
                    losses: Arc::clone(&losses),
                    id,
                    slots: 0,
                    received: 0,
                    live: BTreeMap::new(),
                    trials: JoinSet::new(),
                };
                async move {
                    worker.run().await;
                    Ok(())
                }
            });
        }
    }

    fn follow(&self, sim: &mut Sim<'_>) {
        let (lane, history) = (Arc::clone(&self.lane), Arc::clone(&self.history));
        let working = Arc::clone(&self.working);
        working.fetch_add(1, Ordering::SeqCst);
        sim.host("follower", move || {
            let caller = Caller::over(network::channel(), "follower".to_owned(), Arc::clone(&history));
            let (lane, working) = (Arc::clone(&lane), Arc::clone(&working));
            async move {
                follow(lane, caller, LOOK).await;
                working.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            }
        });
    }
}

/// One worker, from its start to its death.
struct Worker {
    id: String,
    channel: Channel,
    caller: Caller,
    lease: Duration,
    dice: Dice,
    losses: Arc<AtomicU64>,
    slots: u64,
    /// The last assignment that came down this stream.
    received: u64,
    /// What runs in its slots, by lease.
    live: BTreeMap<String, Live>,
    /// Each ends with its lease.
    trials: JoinSet<String>,
}

/// What runs in a slot.
struct Live {
    lease: v1::LeaseRef,
    is_renewed: bool,
    running: AbortHandle,
}

/// How a stream ends.
enum Broken {
    Lost,
    /// The worker is preempted: it gives back what it has.
    Preempted,
}

impl From<Status> for Broken {
    fn from(_: Status) -> Self {
        Self::Lost
    }
}

impl Worker {
    /// Attaches again and again; once preempted, comes back as another worker.
    async fn run(mut self) {
        let name = self.id.clone();
        for life in 0.. {
            self.id = format!("{name}-{life}");
            self.slots = self.dice.between(1, SLOTS_MAX);
            while let Err(Broken::Lost) = self.attach().await {
                sleep(self.length(AGAIN_MS)).await;
            }
            self.give_back().await;
        }
    }

    /// One stream, until it breaks.
    async fn attach(&mut self) -> Result<Infallible, Broken> {
        let (out, sent) = mpsc::channel(64);
        let hello = v1::WorkerHello {
            worker_id: self.id.clone(),
            pools: vec![POOL.to_owned()],
            slots: u32::try_from(self.slots).expect("few"),
            ..Default::default()
        };
        say(&out, ToServer::Hello(hello))?;
        let mut workers = WorkerServiceClient::new(self.channel.clone());
        let attaching = async {
            let mut inbound = workers.attach_worker(ReceiverStream::new(sent)).await?.into_inner();
            let first = inbound.message().await?.and_then(|first| first.message);
            assert!(matches!(first, None | Some(FromServer::Welcome(_))), "{first:?} in place of a welcome");
            Ok::<_, Status>(inbound)
        };
        let inbound = timeout(WELCOME, attaching).await.map_err(|_| Broken::Lost)??;
        self.received = 0;
        self.exchange(&out, inbound).await
    }

    async fn exchange(
        &mut self,
        out: &mpsc::Sender<v1::AttachWorkerRequest>,
        mut inbound: Streaming<v1::AttachWorkerResponse>,
    ) -> Result<Infallible, Broken> {
        let mut unanswered = 1;
        let mut said = None;
        self.beat(out)?;
        let mut next = Instant::now() + self.period();
        loop {
            let free = self.slots - self.live.len() as u64;
            let count = u32::try_from(free).expect("few");
            let free = v1::FreeSlots { count, received: self.received };
            if said != Some(free) {
                say(out, ToServer::FreeSlots(free))?;
                said = Some(free);
            }
            tokio::select! {
                biased;
                message = inbound.message() => {
                    match message?.and_then(|it| it.message).ok_or(Broken::Lost)? {
                        FromServer::Assignment(assigned) => self.take(assigned)?,
                        FromServer::Revoked(lost) => self.revoke(lost),
                        FromServer::HeartbeatAck(_) => unanswered = 0,
                        other => panic!("nobody asked for {other:?}"),
                    }
                }
                Some(ended) = self.trials.join_next() => {
                    // One that was revoked meanwhile has gone already.
                    if let Ok(lease) = ended {
                        self.live.remove(&lease);
                    }
                }
                () = sleep_until(next) => {
                    if unanswered >= UNANSWERED_MAX {
                        return Err(Broken::Lost);
                    }
                    unanswered += 1;
                    self.beat(out)?;
                    next = Instant::now() + self.period();
                }
            }
        }
    }

    fn beat(&self, out: &mpsc::Sender<v1::AttachWorkerRequest>) -> Result<(), Broken> {
        let renewed = self.live.values().filter(|live| live.is_renewed);
        let leases = renewed.map(|live| live.lease.clone()).collect();
        say(out, ToServer::Heartbeat(v1::WorkerHeartbeat { leases }))
    }

    fn period(&mut self) -> Duration {
        let percent = self.dice.between(80, 100);
        (self.lease / 3).min(HEARTBEAT_MOST) * u32::try_from(percent).expect("a hundred at most") / 100
    }

    /// Begins a trial, whose fate is decided by the dice.
    fn take(&mut self, assigned: v1::WorkerAssignment) -> Result<(), Broken> {
        assert_eq!(assigned.sequence, self.received + 1, "assignments are counted on each stream");
        self.received = assigned.sequence;
        let lease = assigned.assignment.and_then(|it| it.lease).expect("a lease");
        assert!((self.live.len() as u64) < self.slots, "{}: {lease:?} is more than it has slots", self.id);
        let key = lease.lease_id.clone();
        assert!(!self.live.contains_key(&key), "{}: {lease:?} came twice", self.id);
        if self.dice.percent(2) {
            return Err(Broken::Preempted);
        }
        let lease_ms = u64::try_from(self.lease.as_millis()).expect("short");
        // Some are longer than a lease, which has to be renewed meanwhile.
        let most = if self.dice.percent(20) { lease_ms * 3 } else { lease_ms / 2 };
        let long = self.length((500, most));
        let loss = f64::from(u32::try_from(self.losses.fetch_add(1, Ordering::SeqCst)).expect("few")) / 8.0;
        let (is_renewed, long, verdict) = match self.dice.between(0, 99) {
            // It hangs: nobody hears of it in time, and then too late.
            0..=1 => (false, long + self.lease, Verdict::Complete(loss)),
            2..=5 => (true, long, Verdict::Fail),
            6..=8 => (true, long, Verdict::Prune(loss)),
            _ => (true, long, Verdict::Complete(loss)),
        };
        let (caller, told) = (self.caller.clone(), lease.clone());
        let running = self.trials.spawn(async move {
            sleep(long).await;
            tell(&caller, &told, verdict).await;
            told.lease_id
        });
        self.live.insert(key, Live { lease, is_renewed, running });
        Ok(())
    }

    fn revoke(&mut self, lost: v1::LostLease) {
        let revoked = lost.lease.and_then(|lease| self.live.remove(&lease.lease_id));
        if let Some(live) = revoked {
            live.running.abort();
        }
    }

    /// Ends all trials and releases them.
    async fn give_back(&mut self) {
        self.trials.abort_all();
        while self.trials.join_next().await.is_some() {}
        for live in std::mem::take(&mut self.live).into_values() {
            tell(&self.caller, &live.lease, Verdict::Release).await;
        }
    }

    fn length(&mut self, (least, most): (u64, u64)) -> Duration {
        Duration::from_millis(self.dice.between(least, most))
    }
}

fn say(out: &mpsc::Sender<v1::AttachWorkerRequest>, message: ToServer) -> Result<(), Broken> {
    // A stream that takes no more is dead.
    out.try_send(v1::AttachWorkerRequest { message: Some(message) }).map_err(|_| Broken::Lost)
}

/// Tells how an attempt ended, for as long as it takes.
async fn tell(caller: &Caller, lease: &v1::LeaseRef, verdict: Verdict) {
    let study = lease.study.as_ref().expect("a study").name.clone();
    let held = Held { trial: lease.trial, attempt: lease.attempt, lease: lease.lease_id.clone() };
    let is_known = |outcome| !matches!(outcome, Outcome::Unknown | Outcome::Refused(Code::Exhausted));
    while !is_known(until_known(|| caller.tell(&study, &held, verdict)).await) {}
}
