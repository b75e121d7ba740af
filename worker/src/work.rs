//! The one task of a worker that knows which slot runs what.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Duration, Instant, sleep_until};
use tracing::{debug, error, info, warn};
use tunewright_core::Refusal;
use tunewright_proto::convert::Assignment;
use tunewright_proto::v1;

use crate::attach::{Announcement, Word};
use crate::shutdown::Shutdown;
use crate::slots::Slots;
use crate::summary::{TrialEnd, WorkerSummary};
use crate::trial::{Reins, Shared, SlotTrial, release};

/// How long releases may take once the trials' processes have been ended.
const RELEASE: Duration = Duration::from_secs(10);

/// When a worker ends by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub drain_grace: Duration,
    pub exit_when_idle: Option<Duration>,
    pub max_trials: Option<u64>,
}

/// The worker's own state.
#[derive(Debug)]
pub(crate) struct Work {
    pub shared: Arc<Shared>,
    pub limits: Limits,
    pub slots: Slots,
    pub announce: watch::Sender<Announcement>,
    running: BTreeMap<Id, Running>,
    tasks: JoinSet<TrialEnd>,
    received: (u64, u64),
    taken: u64,
    idle_since: Instant,
    ending: Ending,
    summary: WorkerSummary,
}

/// A trial under way.
#[derive(Debug)]
struct Running {
    /// `None` for a lease that no slot was free for, and that is being given back.
    slot: Option<usize>,
    lease: v1::LeaseRef,
    ttl: Duration,
    reins: Reins,
}

/// How far the worker's end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    No,
    /// No new trials; the running ones may finish without a limit.
    Finishing,
    /// They may finish until then.
    Draining(Instant),
    /// They are being ended and released until then.
    Releasing(Instant),
    /// Everything has been killed.
    Aborted,
}

impl Work {
    pub(crate) fn new(
        shared: Arc<Shared>,
        limits: Limits,
        slots: Slots,
        announce: watch::Sender<Announcement>,
    ) -> Self {
        let work = Self {
            shared,
            limits,
            slots,
            announce,
            running: BTreeMap::new(),
            tasks: JoinSet::new(),
            received: (0, 0),
            taken: 0,
            idle_since: Instant::now(),
            ending: Ending::No,
            summary: WorkerSummary::default(),
        };
        work.announce();
        work
    }

    /// Works until the worker is asked to end, or one of its limits is met.
    ///
    /// # Errors
    /// The refusal of a server that never lets this worker in.
    pub(crate) async fn run(
        mut self,
        mut words: mpsc::Receiver<Word>,
        shutdown: &Shutdown,
        studies_end: impl Future<Output = ()>,
    ) -> Result<WorkerSummary, Refusal> {
        tokio::pin!(studies_end);
        let mut studies_ended = false;
        while !self.is_done() {
            let deadline = self.deadline();
            tokio::select! {
                () = shutdown.abort.cancelled(), if self.ending != Ending::Aborted => self.abort(),
                () = shutdown.drain.cancelled(), if matches!(self.ending, Ending::No | Ending::Finishing) => {
                    self.drain();
                }
                Some(word) = words.recv() => self.hear(word)?,
                Some(joined) = self.tasks.join_next_with_id() => self.joined(joined),
                () = &mut studies_end, if !studies_ended => {
                    studies_ended = true;
                    self.finish("the studies have ended");
                }
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => self.due(),
            }
            self.announce();
        }
        Ok(self.summary)
    }

    fn is_done(&self) -> bool {
        self.ending != Ending::No && self.running.is_empty()
    }

    fn hear(&mut self, word: Word) -> Result<(), Refusal> {
        match word {
            Word::Assigned(stream, assigned) => {
                self.received = (stream, assigned.sequence);
                match assigned.assignment {
                    Some(assignment) => self.take(assignment),
                    None => warn!("an assignment without a trial"),
                }
            }
            Word::Revoked(lost) => self.revoke(&lost),
            Word::Drain(reason) => {
                info!(reason, "the server asks for a drain");
                if matches!(self.ending, Ending::No | Ending::Finishing) {
                    self.drain();
                }
            }
            Word::Refused(refusal) => return Err(refusal),
        }
        Ok(())
    }

    fn take(&mut self, wire: v1::Assignment) {
        let Some(lease) = wire.lease.clone() else {
            warn!("an assignment without a lease");
            return;
        };
        if self.running.values().any(|running| running.lease == lease) {
            debug!(trial = lease.trial, "an assignment that came before");
            return;
        }
        let reins = Reins::default();
        let assignment = match Assignment::try_from(wire) {
            Ok(assignment) => assignment,
            Err(refusal) => {
                error!(%refusal, trial = lease.trial, "an assignment that is not understood; giving it back");
                return self.give_back(lease, reins);
            }
        };
        let slot = if self.free() > 0 { self.slots.take() } else { None };
        let Some((slot, gpus)) = slot else {
            debug!(trial = lease.trial, "an assignment that no slot is free for; giving it back");
            return self.give_back(lease, reins);
        };
        self.taken += 1;
        info!(study = %assignment.lease.study, trial = lease.trial, attempt = lease.attempt, slot, "trial begins");
        let ttl = Duration::from_millis(assignment.lease_ttl_ms);
        let (shared, reins) = (Arc::clone(&self.shared), reins);
        let trial = SlotTrial { shared, lease: lease.clone(), assignment, slot, gpus, reins: reins.clone() };
        let id = self.tasks.spawn(trial.run()).id();
        self.running.insert(id, Running { slot: Some(slot), lease, ttl, reins });
        if self.limits.max_trials.is_some_and(|most| self.taken >= most) {
            self.finish("the most trials have been taken");
        }
    }

    fn give_back(&mut self, lease: v1::LeaseRef, reins: Reins) {
        let (shared, given) = (Arc::clone(&self.shared), lease.clone());
        let task = self.tasks.spawn(async move { release(&shared, given, None).await });
        self.running.insert(task.id(), Running { slot: None, lease, ttl: Duration::MAX, reins });
    }

    fn revoke(&mut self, lost: &v1::LostLease) {
        for running in self.running.values().filter(|running| Some(&running.lease) == lost.lease.as_ref()) {
            info!(trial = running.lease.trial, lost.message, "the attempt counts no more; ending it");
            running.reins.kill.cancel();
        }
    }

    fn joined(&mut self, joined: Result<(Id, TrialEnd), JoinError>) {
        let (id, end) = match joined {
            Ok(joined) => joined,
            Err(error) => {
                error!(%error, "a trial's task failed");
                (error.id(), TrialEnd::Lost)
            }
        };
        self.summary.count(end);
        if let Some(slot) = self.running.remove(&id).and_then(|running| running.slot) {
            self.slots.give_back(slot);
        }
        if self.running.is_empty() {
            self.idle_since = Instant::now();
        }
    }

    fn free(&self) -> u64 {
        let left = self.limits.max_trials.map_or(u64::MAX, |most| most.saturating_sub(self.taken));
        if self.ending == Ending::No { left.min(self.slots.free() as u64) } else { 0 }
    }

    fn announce(&self) {
        let leases = self.running.values().map(|running| (running.lease.clone(), running.ttl)).collect();
        let free = u32::try_from(self.free()).unwrap_or(u32::MAX);
        self.announce.send_replace(Announcement { free, received: self.received, leases });
    }

    fn finish(&mut self, why: &str) {
        if self.ending == Ending::No {
            info!("{why}; ending with the running trials");
            self.ending = Ending::Finishing;
        }
    }

    fn drain(&mut self) {
        let running = self.running.len();
        info!(running, grace = ?self.limits.drain_grace, "draining");
        self.ending = Ending::Draining(Instant::now() + self.limits.drain_grace);
    }

    fn abort(&mut self) {
        self.ending = Ending::Aborted;
        for running in self.running.values() {
            running.reins.kill.cancel();
        }
        self.shared.give_up.cancel();
    }

    fn deadline(&self) -> Option<Instant> {
        match self.ending {
            Ending::Draining(until) | Ending::Releasing(until) => Some(until),
            Ending::No if self.running.is_empty() => {
                self.limits.exit_when_idle.and_then(|idle| self.idle_since.checked_add(idle))
            }
            Ending::No | Ending::Finishing | Ending::Aborted => None,
        }
    }

    fn due(&mut self) {
        match self.ending {
            Ending::No => self.finish("idle for long enough"),
            Ending::Draining(_) => {
                for running in self.running.values() {
                    running.reins.end.cancel();
                }
                self.ending = Ending::Releasing(Instant::now() + self.shared.graces.terminate + RELEASE);
            }
            Ending::Releasing(_) => {
                warn!(running = self.running.len(), "the server does not take the running trials back");
                self.abort();
            }
            Ending::Finishing | Ending::Aborted => {}
        }
    }
}
