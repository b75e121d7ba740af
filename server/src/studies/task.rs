//! The task that owns one study: it drains its mailbox, decides, commits once, then answers and acts.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};
use tunewright_core::Refusal;
use tunewright_core::name::{LeaseId, StudyId};
use tunewright_core::study::{Command, Effect, Event, Lessee, Objective, Reply, StudyRef};

use super::batch::Batch;
use super::events::Events;
use super::glance::Glance;
use super::open::{Applied, OpenStudy};
use super::request::{Ask, Asked, Request};
use super::signal::Signal;
use super::state::{RELOAD_FIRST, RELOAD_LAST, State};
use crate::clock::Clock;
use crate::failpoint::Failpoint;
use crate::metrics::Metrics;
use crate::storage::{CommitError, Storage, StorageError};

/// So many requests share one commit at most.
const DRAIN_MAX: usize = 512;

/// A timer that fires this late says that the process itself stood still.
const STALL: Duration = Duration::from_secs(2);

/// How long a study that has ended stays in memory after it was last asked for. Short, as it is loaded again in less time
/// than a person notices; long enough that who looks through its trials page by page loads it once.
const KEPT: Duration = Duration::from_secs(30);

/// The owner of one study.
pub(super) struct Task {
    pub(super) key: StudyRef,
    pub(super) id: StudyId,
    pub(super) storage: Arc<dyn Storage>,
    pub(super) clock: Clock,
    pub(super) metrics: Arc<Metrics>,
    pub(super) mailbox: mpsc::Receiver<Request>,
    pub(super) events: Events,
    pub(super) may_lease: Arc<AtomicBool>,
    pub(super) objective: Arc<Mutex<Option<Arc<Objective>>>>,
    pub(super) at_rest: Arc<Mutex<Option<Arc<Glance>>>>,
    pub(super) signals: mpsc::Sender<Signal>,
    pub(super) closed: CancellationToken,
    pub(super) state: State,
    /// When somebody last wanted something of the study.
    pub(super) asked_at: Instant,
}

impl Task {
    #[tracing::instrument(name = "study", skip_all, fields(study = %self.key))]
    pub(super) async fn run(mut self) {
        let closed = self.closed.clone();
        loop {
            let wake = self.next_wake();
            let sleep = async {
                match wake {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = closed.cancelled() => break,
                () = sleep => self.wake().await,
                request = self.mailbox.recv() => match request {
                    Some(request) => self.drain(request).await,
                    None => break,
                },
            }
        }
        self.enter(State::Asleep);
        debug!("closed");
    }

    fn next_wake(&self) -> Option<Instant> {
        match &self.state {
            State::Asleep => None,
            State::Open(open) if open.has_ended() => Some(self.asked_at + KEPT),
            State::Open(open) => open.study.next_timer().map(|at| self.clock.instant_of(at)),
            State::Away { retry_at, .. } => Some(*retry_at),
        }
    }

    /// A timer fired: expire leases, try again to load, or go to sleep.
    async fn wake(&mut self) {
        match &self.state {
            State::Open(open) if open.has_ended() => return self.rest(),
            State::Open(_) => {}
            _ => return self.load().await,
        }
        let mut batch = Batch::default();
        self.forgive_stall();
        // What came before the timer fired counts before it: a heartbeat that waited here is not a late one.
        self.take_waiting(&mut batch);
        if let Err(refusal) = self.decide(&Command::Tick, &mut batch) {
            warn!(%refusal, "a tick was refused");
        }
        self.commit(batch).await;
    }

    /// Leaves memory, and leaves behind what is to be seen of it.
    fn rest(&mut self) {
        if let State::Open(open) = &self.state {
            let glance = Glance::of(&open.study, self.clock.now()).at_rest();
            self.show_at_rest(Some(Arc::new(glance)));
        }
        self.enter(State::Asleep);
    }

    fn show_at_rest(&self, glance: Option<Arc<Glance>>) {
        *self.at_rest.lock().unwrap_or_else(PoisonError::into_inner) = glance;
    }

    /// A process that was stopped or starved could not hear its workers: as after a restart, every lease gets one
    /// fresh full period.
    fn forgive_stall(&mut self) {
        let now = self.clock.now();
        let State::Open(open) = &mut self.state else { return };
        let late = open.study.next_timer().map_or(Duration::ZERO, |due| now.since(due));
        if late > STALL {
            warn!(late_ms = late.as_millis(), "this process stood still; all leases are renewed");
            open.study.renew_all(now);
        }
    }

    async fn load(&mut self) {
        let wait = match &self.state {
            State::Away { wait, .. } => *wait,
            _ => RELOAD_FIRST,
        };
        let started = Instant::now();
        let problem = match self.storage.load(&self.id).await {
            Ok(Some(stored)) => {
                let trials = stored.trials.len();
                let now = self.clock.now();
                self.show_at_rest(None);
                self.enter(State::Open(Box::new(OpenStudy::load(stored, now))));
                info!(trials, elapsed_ms = started.elapsed().as_millis(), "loaded");
                self.signal(Signal::WorkOffered(self.key.clone()));
                return;
            }
            Ok(None) => Refusal::not_found(format!("there is no study `{}`", self.key.name)),
            Err(error) => {
                warn!(error = &error as &dyn std::error::Error, "loading failed");
                refusal_of(&error)
            }
        };
        let next = (wait * 2).min(RELOAD_LAST);
        self.enter(State::Away { why: problem, retry_at: Instant::now() + wait, wait: next });
    }

    fn enter(&mut self, state: State) {
        let was_loaded = matches!(self.state, State::Open(_));
        self.state = state;
        match (was_loaded, matches!(self.state, State::Open(_))) {
            (false, true) => self.metrics.study_loaded(),
            (true, false) => self.metrics.study_unloaded(),
            _ => {}
        }
    }

    /// Takes in all that waits, stores it in one commit, then answers.
    async fn drain(&mut self, first: Request) {
        self.asked_at = Instant::now();
        if self.state.is_to_be_loaded() {
            self.load().await;
        }
        let mut batch = Batch::default();
        self.take(first, &mut batch);
        self.take_waiting(&mut batch);
        self.commit(batch).await;
    }

    fn take_waiting(&mut self, batch: &mut Batch) {
        for _ in 1..DRAIN_MAX {
            match self.mailbox.try_recv() {
                Ok(request) => self.take(request, batch),
                Err(_) => break,
            }
        }
    }

    fn take(&mut self, request: Request, batch: &mut Batch) {
        match request {
            Request::Read(read) => batch.reads.push(read),
            Request::Command { command, answer } => {
                let decided = self.decide(&command, batch);
                batch.sayings.push(Box::new(move |stored| {
                    // A caller that no longer waits has no use for the answer; it will ask again.
                    let _ = answer.send(stored.map_err(Clone::clone).and(decided));
                }));
            }
            Request::Ask { ask, answer } => {
                let asked = self.ask(&ask, batch);
                batch.sayings.push(Box::new(move |stored| {
                    let _ = answer.send(stored.map_err(Clone::clone).and(asked));
                }));
            }
            Request::TellAndAsk { command, ask, answer } => {
                let told = self.decide(&command, batch);
                let both = told.map(|reply| (reply, self.ask(&ask, batch)));
                batch.sayings.push(Box::new(move |stored| {
                    let _ = answer.send(stored.map_err(Clone::clone).and(both));
                }));
            }
        }
    }

    fn ask(&mut self, ask: &Ask, batch: &mut Batch) -> Result<Asked, Refusal> {
        let now = self.clock.now();
        match &mut self.state {
            State::Open(open) => {
                let mut applied = Applied::default();
                let asked = open.ask(ask, new_lease_id, now, &mut applied);
                batch.take(applied);
                asked
            }
            State::Away { why, .. } => Err(why.clone()),
            State::Asleep => Err(asleep()),
        }
    }

    fn decide(&mut self, command: &Command, batch: &mut Batch) -> Result<Reply, Refusal> {
        let now = self.clock.now();
        match &mut self.state {
            State::Open(open) => {
                let mut applied = Applied::default();
                let reply = open.carry_out(command, now, &mut applied);
                batch.take(applied);
                if let Ok(Reply::Reported { kept: false, .. }) = &reply {
                    self.metrics.observe_report_left_out();
                }
                reply
            }
            State::Away { why, .. } => Err(why.clone()),
            State::Asleep => Err(asleep()),
        }
    }

    /// Stores the batch; then, and only then, answers and acts. If the store refuses, what was decided in memory is
    /// forgotten, everybody is told so, and the study is loaded again.
    async fn commit(&mut self, mut batch: Batch) {
        let mut stored = Ok(());
        let mut wrote = false;
        if let State::Open(open) = &mut self.state
            && let Some(write) = batch.take_write(&self.id, open.study.version())
        {
            let started = Instant::now();
            Failpoint::BeforeCommit.pass();
            match self.storage.commit(write).await {
                Ok(version) => {
                    wrote = true;
                    Failpoint::BeforeReply.pass();
                    open.study.committed(version);
                    let stored = open.study.header().objective.as_ref();
                    let mut shown = self.objective.lock().unwrap_or_else(PoisonError::into_inner);
                    if shown.as_deref() != stored {
                        *shown = stored.cloned().map(Arc::new);
                    }
                }
                Err(error) => stored = Err(self.forget(&error)),
            }
            self.metrics.observe_commit(started.elapsed(), stored.is_ok());
        }
        for saying in batch.sayings {
            saying(stored.as_ref().copied());
        }
        if wrote {
            Failpoint::AfterReply.pass();
        }
        if stored.is_ok() {
            self.act(batch.effects);
        }
        for read in batch.reads {
            read(match &self.state {
                State::Open(open) => Ok(&open.study),
                State::Away { why, .. } => Err(why.clone()),
                State::Asleep => Err(asleep()),
            });
        }
    }

    fn forget(&mut self, error: &CommitError) -> Refusal {
        warn!(error = error as &dyn std::error::Error, "a commit failed; the study is loaded again");
        let why = match error {
            CommitError::Storage(error) => refusal_of(error),
            CommitError::Conflict { .. } => {
                Refusal::unavailable("another server wrote this study; it is loaded again", 500)
            }
            CommitError::Missing => Refusal::not_found(format!("study `{}` was deleted", self.key.name)),
        };
        self.enter(State::Away { why: why.clone(), retry_at: Instant::now(), wait: RELOAD_FIRST });
        why
    }

    fn act(&self, effects: Vec<Effect>) {
        let mut offered = false;
        for effect in effects {
            match effect {
                Effect::Publish(event) => {
                    if let Event::Study { status, closing, .. } = &event {
                        self.may_lease.store(!status.is_terminal() && closing.is_none(), Ordering::Relaxed);
                    }
                    self.metrics.observe_event(&event);
                    self.events.publish(event);
                }
                Effect::Revoke { lessee: Lessee::Worker(worker), lease } => {
                    self.signal(Signal::Revoked { study: self.key.clone(), worker, lease });
                }
                // Training code that asks by itself is told with its next heartbeat.
                Effect::Revoke { lessee: Lessee::Client(_), .. } | Effect::Observe(_) | Effect::TakeOver => {}
                Effect::OfferWork => offered = true,
            }
        }
        if offered {
            self.signal(Signal::WorkOffered(self.key.clone()));
        }
    }

    fn signal(&self, signal: Signal) {
        if self.signals.try_send(signal).is_err() {
            debug!("a signal to the dispatcher was dropped; its sweep will find the work");
        }
    }
}

fn asleep() -> Refusal {
    Refusal::unavailable("the study is not loaded yet", 200)
}

pub(super) fn refusal_of(error: &StorageError) -> Refusal {
    match error {
        StorageError::Unavailable { .. } => Refusal::unavailable("the store does not answer", 1_000)
            .with_hint("nothing is lost: the request can be sent again once the store is back"),
        StorageError::Corrupt { .. } => {
            Refusal::internal("the study's records cannot be read; the server's log says more")
        }
        StorageError::Setup(refusal) => refusal.clone(),
        StorageError::Fenced => Refusal::unavailable("another server has taken over the studies", 500)
            .with_hint("nothing was changed: send it to the server that owns the studies now"),
        StorageError::Unsafe(_) => {
            Refusal::unavailable("the store is set up in a way that can lose results", 5_000)
        }
    }
}

fn new_lease_id() -> LeaseId {
    LeaseId::new(uuid::Uuid::now_v7().simple().to_string()).expect("32 hexadecimal digits are a legal name")
}
