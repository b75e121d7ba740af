//! The attached workers: who they are, what is free, what is on its way.

use std::collections::BTreeMap;

use tokio::sync::mpsc;
use tunewright_core::Timestamp;
use tunewright_core::access::Need;
use tunewright_core::name::{LeaseId, WorkerId};
use tunewright_core::study::{CannotRun, Objective, StudyRef, can_run};
use tunewright_proto::convert::{StudyLease, WorkerHello, WorkerInfo};

use super::assign::FreeWorker;
use super::handle::ToWorker;
use crate::auth::Caller;

/// The attached workers.
#[derive(Debug, Default)]
pub(super) struct Roster {
    workers: BTreeMap<WorkerId, Attached>,
}

/// One attached worker.
#[derive(Debug)]
pub(super) struct Attached {
    hello: WorkerHello,
    caller: Caller,
    /// Tells streams of one worker apart: a new one replaces the old.
    session: u64,
    sender: mpsc::Sender<ToWorker>,
    draining: bool,
    attached_at: Timestamp,
    last_heard: Timestamp,
    /// Free slots as the worker last said, as of the assignments it had received then.
    said_free: u32,
    said_received: u64,
    /// Assignments sent on this stream.
    sent: u64,
    /// Slots that a study's task is being asked to fill.
    reserved: u32,
    /// What it holds, as far as known here; the studies' leases are the truth.
    leases: BTreeMap<LeaseId, StudyLease>,
}

impl Attached {
    fn free(&self) -> u32 {
        let on_its_way = u32::try_from(self.sent.saturating_sub(self.said_received)).unwrap_or(u32::MAX);
        if self.draining {
            0
        } else {
            self.said_free.saturating_sub(on_its_way).saturating_sub(self.reserved)
        }
    }
}

impl Roster {
    pub(super) fn attach(
        &mut self,
        hello: WorkerHello,
        caller: Caller,
        session: u64,
        sender: mpsc::Sender<ToWorker>,
        now: Timestamp,
    ) {
        let attached = Attached {
            caller,
            session,
            sender,
            draining: false,
            attached_at: now,
            last_heard: now,
            said_free: 0,
            said_received: 0,
            sent: 0,
            reserved: 0,
            leases: BTreeMap::new(),
            hello,
        };
        self.workers.insert(attached.hello.id.clone(), attached);
    }

    /// Forgets a worker whose stream ended, unless it has attached anew meanwhile.
    pub(super) fn detach(&mut self, worker: &WorkerId, session: u64) {
        if self.workers.get(worker).is_some_and(|attached| attached.session == session) {
            self.workers.remove(worker);
        }
    }

    pub(super) fn said_free(
        &mut self,
        worker: &WorkerId,
        session: u64,
        free: u32,
        received: u64,
        now: Timestamp,
    ) {
        if let Some(attached) = self.current(worker, session) {
            attached.said_free = free.min(attached.hello.slots);
            attached.said_received = received;
            attached.last_heard = now;
        }
    }

    /// Notes which leases the worker holds, by its own heartbeat.
    pub(super) fn heard(&mut self, worker: &WorkerId, session: u64, leases: Vec<StudyLease>, now: Timestamp) {
        if let Some(attached) = self.current(worker, session) {
            attached.last_heard = now;
            attached.leases = leases.into_iter().map(|lease| (lease.lease.clone(), lease)).collect();
        }
    }

    pub(super) fn reserve(&mut self, worker: &WorkerId, slots: u32) -> Option<u64> {
        let attached = self.workers.get_mut(worker)?;
        attached.reserved += slots;
        Some(attached.session)
    }

    pub(super) fn unreserve(&mut self, worker: &WorkerId, session: u64, slots: u32) {
        if let Some(attached) = self.current(worker, session) {
            attached.reserved = attached.reserved.saturating_sub(slots);
        }
    }

    /// Sends an assignment down the worker's stream.
    ///
    /// # Errors
    /// Gives it back if the stream is gone or does not take it: the trial has to be released.
    pub(super) fn send(
        &mut self,
        worker: &WorkerId,
        session: u64,
        lease: StudyLease,
        message: impl FnOnce(u64) -> ToWorker,
    ) -> Result<(), ()> {
        let attached = self.current(worker, session).ok_or(())?;
        attached.sender.try_send(message(attached.sent + 1)).map_err(drop)?;
        attached.sent += 1;
        attached.leases.insert(lease.lease.clone(), lease);
        Ok(())
    }

    /// Tells a worker that an attempt counts no more. If that does not reach it, its next heartbeat will.
    pub(super) fn revoke(&mut self, worker: &WorkerId, lease: StudyLease) {
        if let Some(attached) = self.workers.get_mut(worker) {
            attached.leases.remove(&lease.lease);
            let _ = attached.sender.try_send(ToWorker::Revoked(lease));
        }
    }

    /// Whether there is such a worker.
    pub(super) fn drain(&mut self, worker: &WorkerId) -> bool {
        let Some(attached) = self.workers.get_mut(worker) else { return false };
        attached.draining = true;
        attached.sender.try_send(ToWorker::Drain).is_ok()
    }

    /// Whether this stream's worker can run the objective.
    pub(super) fn can_run(
        &self,
        worker: &WorkerId,
        session: u64,
        objective: Option<&Objective>,
    ) -> Result<(), CannotRun> {
        let attached = self.workers.get(worker).filter(|attached| attached.session == session);
        attached.map_or(Ok(()), |attached| can_run(attached.hello.runtime.as_ref(), objective))
    }

    /// The workers with free slots. Looks at all, copies only these: most are busy most of the time.
    pub(super) fn free(&self) -> Vec<FreeWorker> {
        let idle = self.workers.iter().map(|(id, attached)| (id, attached, attached.free()));
        let welcome = idle.filter(|(_, attached, free)| *free > 0 && attached.caller.check().is_ok());
        let free = welcome.map(|(id, attached, free)| FreeWorker {
            id: id.clone(),
            caller: attached.caller.clone(),
            pools: attached.hello.pools.clone(),
            studies: attached.hello.studies.clone(),
            runtime: attached.hello.runtime.clone(),
            free,
            busy: attached.hello.slots.saturating_sub(free),
        });
        free.collect()
    }

    /// How many slots run each study, as far as known here.
    pub(super) fn served(&self) -> BTreeMap<StudyRef, u32> {
        let mut served = BTreeMap::new();
        for lease in self.workers.values().flat_map(|attached| attached.leases.values()) {
            *served.entry(lease.study.clone()).or_default() += 1;
        }
        served
    }

    /// The workers that the caller may see, and of their leases those of projects that the caller may read.
    pub(super) fn view(&self, caller: &Caller) -> Vec<WorkerInfo> {
        let readable = |lease: &&StudyLease| caller.may(Need::Read, &lease.study.project);
        let view = |attached: &Attached| WorkerInfo {
            id: attached.hello.id.clone(),
            host: attached.hello.host.clone(),
            version: attached.hello.version.clone(),
            pools: attached.hello.pools.clone(),
            slots: attached.hello.slots,
            busy: attached.hello.slots.saturating_sub(attached.said_free),
            draining: attached.draining,
            attached_at: attached.attached_at,
            last_heard: attached.last_heard,
            leases: attached.leases.values().filter(readable).cloned().collect(),
            runtime: attached.hello.runtime.clone(),
        };
        self.workers.values().filter(|attached| caller.may_see(&attached.caller)).map(view).collect()
    }

    /// How many workers are attached, how many slots they have, and how many of those are free.
    pub(super) fn slots(&self) -> (usize, u64, u64) {
        let slots = self.workers.values().map(|attached| u64::from(attached.hello.slots)).sum();
        let free = self.workers.values().map(|attached| u64::from(attached.free())).sum();
        (self.workers.len(), slots, free)
    }

    fn current(&mut self, worker: &WorkerId, session: u64) -> Option<&mut Attached> {
        self.workers.get_mut(worker).filter(|attached| attached.session == session)
    }
}
