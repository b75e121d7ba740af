//! The one task that pairs free slots with studies.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};
use tunewright_core::Refusal;
use tunewright_core::name::WorkerId;
use tunewright_core::study::{
    Command, LeaseRef, Lessee, Objective, ReleaseTrial, StudyRef, StudySpec, Trial,
};
use tunewright_proto::convert::StudyLease;

use super::assign::{Assigned, Offer, assign};
use super::handle::{DispatchHandle, MAILBOX_LEN, Message, ToWorker};
use super::roster::Roster;
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::studies::{Ask, Asked, Handle, Registry, Signal};

/// How often all studies are offered again, whatever was signalled: a lost signal costs this long at most.
const SWEEP: Duration = Duration::from_secs(1);

/// The most trials one question to a study may ask for.
const ASK_MAX: u32 = 256;

/// The one task that pairs free slots with studies.
pub(crate) struct Dispatcher {
    registry: Registry,
    clock: Clock,
    metrics: Arc<Metrics>,
    mailbox: mpsc::Receiver<Message>,
    sender: mpsc::Sender<Message>,
    signals: mpsc::Receiver<Signal>,
    roster: Roster,
    /// Studies that may have something to lease.
    offers: BTreeMap<StudyRef, OnOffer>,
}

/// What is known of a study on offer.
#[derive(Debug, Default)]
struct OnOffer {
    /// Slots it is being asked to fill right now.
    asking: u32,
    /// It had nothing; not to be asked before this, unless it signals.
    not_before: Option<Instant>,
    /// How often it has signalled. That it had nothing counts only if it has not signalled since it was asked.
    signals: u64,
}

impl Dispatcher {
    pub(crate) fn new(
        registry: Registry,
        clock: Clock,
        metrics: Arc<Metrics>,
        signals: mpsc::Receiver<Signal>,
    ) -> (Self, DispatchHandle) {
        let (sender, mailbox) = mpsc::channel(MAILBOX_LEN);
        let handle = DispatchHandle { mailbox: sender.clone() };
        let dispatcher = Self {
            registry,
            clock,
            metrics,
            mailbox,
            sender,
            signals,
            roster: Roster::default(),
            offers: BTreeMap::new(),
        };
        (dispatcher, handle)
    }

    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        let mut sweep = interval(SWEEP);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let mut may_pair = true;
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                _ = sweep.tick() => self.offer_all(),
                Some(signal) = self.signals.recv() => self.signalled(signal),
                Some(message) = self.mailbox.recv() => {
                    may_pair = message.may_pair();
                    self.handle(message);
                }
            }
            // Take in what else is there, so that one round of pairing serves it all.
            while let Ok(signal) = self.signals.try_recv() {
                may_pair = true;
                self.signalled(signal);
            }
            while let Ok(message) = self.mailbox.try_recv() {
                may_pair |= message.may_pair();
                self.handle(message);
            }
            if may_pair {
                self.pair();
                let (workers, slots, free) = self.roster.slots();
                self.metrics.set_workers(workers, slots, free);
            }
        }
    }

    fn signalled(&mut self, signal: Signal) {
        match signal {
            Signal::WorkOffered(study) => {
                let on = self.offers.entry(study).or_default();
                on.not_before = None;
                on.signals += 1;
            }
            Signal::Revoked { study, worker, lease } => {
                self.roster.revoke(&worker, StudyLease::new(study, lease));
            }
        }
    }

    /// Offers every study that may lease, and forgets those that may no more or were deleted.
    fn offer_all(&mut self) {
        let may_lease = |study: &StudyRef| self.registry.get(study).is_ok_and(|handle| handle.may_lease());
        self.offers.retain(|study, on| on.asking > 0 || may_lease(study));
        for handle in self.registry.list(None).iter().filter(|handle| handle.may_lease()) {
            self.offers.entry(handle.key().clone()).or_default();
        }
    }

    fn handle(&mut self, message: Message) {
        let now = self.clock.now();
        match message {
            Message::Attach { hello, caller, session, sender } => {
                info!(worker = %hello.id, host = hello.host, slots = hello.slots, "attached");
                self.roster.attach(hello, caller, session, sender, now);
            }
            Message::Detach { worker, session } => {
                info!(%worker, "detached");
                self.roster.detach(&worker, session);
            }
            Message::Free { worker, session, count, received } => {
                self.roster.said_free(&worker, session, count, received, now);
            }
            Message::Heard { worker, session, leases } => self.roster.heard(&worker, session, leases, now),
            Message::Drain { worker, found } => {
                let _ = found.send(self.roster.drain(&worker));
            }
            Message::List { caller, answer } => {
                let _ = answer.send(self.roster.view(&caller));
            }
            Message::Leased { worker, session, study, slots, signals, asked } => {
                self.roster.unreserve(&worker, session, slots);
                let on = self.offers.entry(study.clone()).or_default();
                on.asking = on.asking.saturating_sub(slots);
                self.leased(&worker, session, &study, signals, asked);
            }
        }
    }

    /// Pairs free slots with studies on offer and asks those studies' tasks.
    fn pair(&mut self) {
        let now = Instant::now();
        let is_ready = |on: &OnOffer| on.not_before.is_none_or(|at| at <= now);
        if !self.offers.values().any(is_ready) {
            return;
        }
        let workers = self.roster.free();
        if workers.is_empty() {
            return;
        }
        let served = self.roster.served();
        let mut handles = BTreeMap::new();
        let mut offers = Vec::new();
        for (study, on) in self.offers.iter().filter(|(_, on)| is_ready(on)) {
            let Ok(handle) = self.registry.get(study) else { continue };
            offers.push(Offer {
                study: study.clone(),
                pool: handle.spec().pool.clone(),
                objective: handle.objective(),
                served: served.get(study).copied().unwrap_or(0) + on.asking,
            });
            handles.insert(study.clone(), handle);
        }
        for assigned in assign(&workers, &offers) {
            if let Some(handle) = handles.get(&assigned.study) {
                self.ask(assigned, handle.clone());
            }
        }
    }

    /// Asks a study for trials, off this task; the answer comes back as a message.
    fn ask(&mut self, assigned: Assigned, handle: Handle) {
        let slots = assigned.slots.min(ASK_MAX);
        let Some(session) = self.roster.reserve(&assigned.worker, slots) else { return };
        let on = self.offers.entry(assigned.study.clone()).or_default();
        on.asking += slots;
        let signals = on.signals;
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let ask = Ask {
                lessee: Lessee::Worker(assigned.worker.clone()),
                request_id: None,
                count: slots,
                reclaim: false,
            };
            let asked = handle.ask(ask).await.map(|asked| (asked, Arc::clone(handle.spec())));
            let Assigned { worker, study, .. } = assigned;
            let message = Message::Leased { worker, session, study, slots, signals, asked };
            // At shutdown nobody is there to hear it; the leases then wait for their worker or expire.
            let _ = sender.send(message).await;
        });
    }

    fn leased(
        &mut self,
        worker: &WorkerId,
        session: u64,
        study: &StudyRef,
        signals: u64,
        asked: Result<(Asked, Arc<StudySpec>), Refusal>,
    ) {
        let on = self.offers.entry(study.clone()).or_default();
        let (asked, spec) = match asked {
            Ok(answered) => answered,
            Err(refusal) => {
                debug!(%study, %refusal, "asking failed");
                on.not_before = Some(Instant::now() + SWEEP);
                return;
            }
        };
        if asked.ended.is_some() {
            self.offers.remove(study);
        } else if let Some((why, until)) = asked.waiting {
            debug!(%study, ?why, "nothing to lease");
            if on.signals == signals {
                let sweep = Instant::now() + SWEEP;
                on.not_before = Some(until.map_or(sweep, |until| self.clock.instant_of(until).min(sweep)));
            }
        }
        for trial in asked.trials {
            self.deliver(worker, session, study, &spec, trial, asked.objective.clone());
        }
    }

    fn deliver(
        &mut self,
        worker: &WorkerId,
        session: u64,
        study: &StudyRef,
        spec: &Arc<StudySpec>,
        trial: Trial,
        objective: Option<Objective>,
    ) {
        let Some(lease) = trial.lease.as_ref() else { return };
        let lease = LeaseRef { trial: trial.number, attempt: trial.attempt, lease: lease.id.clone() };
        if let Err(why) = self.roster.can_run(worker, session, objective.as_ref()) {
            info!(%study, trial = %lease.trial, %worker, %why, "the objective was changed meanwhile; releasing the trial");
            self.release(study, lease);
            return;
        }
        let message = |sequence| ToWorker::Assigned {
            sequence,
            study: study.clone(),
            spec: Arc::clone(spec),
            trial: Box::new(trial),
            objective,
        };
        if self.roster.send(worker, session, StudyLease::new(study.clone(), lease.clone()), message).is_err()
        {
            warn!(%study, trial = %lease.trial, %worker, "the worker went away before its trial came; releasing it");
            self.release(study, lease);
        }
    }

    fn release(&self, study: &StudyRef, lease: LeaseRef) {
        let Ok(handle) = self.registry.get(study) else { return };
        tokio::spawn(async move {
            let release = Command::Release(ReleaseTrial { lease, hint: None });
            if let Err(refusal) = handle.command(release).await {
                // Its lease expires by itself then.
                debug!(%refusal, "releasing failed");
            }
        });
    }
}
