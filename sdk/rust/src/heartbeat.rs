//! The thread that renews leases.
//!
//! It has a runtime and connections of its own, because an objective may keep all of the program's threads busy
//! for minutes and must not lose its trial by it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};
use tunewright_core::{Code, Refusal};
use tunewright_proto::v1;

use crate::backoff::unit;
use crate::call::{Patience, call, trials};
use crate::pulse::Pulse;
use crate::transport::Transport;
use crate::{ConnectOptions, Error};

/// So many leases go into one call.
const BATCH: usize = 1_000;

/// How long the thread still tries to give trials back once the client is gone.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Renews the leases of one client. The thread starts with the first lease and ends with the client.
#[derive(Debug)]
pub(crate) struct Heart {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    options: ConnectOptions,
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct State {
    started: bool,
    closed: bool,
    /// One for each living lease of this process.
    beats: Vec<Beat>,
    /// Trials that were dropped and are to be given back.
    releases: Vec<v1::LeaseRef>,
}

#[derive(Debug)]
struct Beat {
    pulse: Arc<Pulse>,
    due: Instant,
}

impl Heart {
    pub(crate) fn new(options: ConnectOptions) -> Self {
        let shared = Shared { options, state: Mutex::default(), wake: Notify::new() };
        Self { shared: Arc::new(shared) }
    }

    /// Renews this lease from now on.
    pub(crate) fn add(&self, pulse: Arc<Pulse>) -> Result<(), Error> {
        let mut state = self.shared.lock();
        if !state.started {
            let shared = Arc::clone(&self.shared);
            let thread = std::thread::Builder::new().name("tunewright-heart".to_owned());
            thread
                .spawn(move || keep_beating(&shared))
                .map_err(|error| Error::Local(format!("cannot start the thread of heartbeats: {error}")))?;
            state.started = true;
        }
        let due = Instant::now() + period(pulse.ttl);
        state.beats.push(Beat { pulse, due });
        drop(state);
        self.shared.wake.notify_one();
        Ok(())
    }

    /// Renews it no more: its trial has ended.
    pub(crate) fn remove(&self, pulse: &Arc<Pulse>) {
        self.shared.lock().beats.retain(|beat| !Arc::ptr_eq(&beat.pulse, pulse));
    }

    /// Renews it no more, and gives its trial back as soon as possible.
    pub(crate) fn release(&self, pulse: &Arc<Pulse>) {
        self.remove(pulse);
        self.shared.lock().releases.push(pulse.lease.clone());
        self.shared.wake.notify_one();
    }
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock; and if it did, every single change leaves the state whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The leases to renew now, each put off by its period, and when the next one is due.
    fn take_due(&self) -> (Vec<Arc<Pulse>>, Option<Instant>) {
        let now = Instant::now();
        let mut state = self.lock();
        state.beats.retain(|beat| !beat.pulse.lost.is_cancelled());
        let mut due = Vec::new();
        for beat in &mut state.beats {
            // Those that are nearly due come along: one call instead of many.
            if beat.due <= now + beat.pulse.ttl / 12 {
                due.push(Arc::clone(&beat.pulse));
                beat.due = now + period(beat.pulse.ttl);
            }
        }
        (due, state.beats.iter().map(|beat| beat.due).min())
    }
}

/// A third of the lease's life, less up to an eighth of that at random.
fn period(ttl: Duration) -> Duration {
    (ttl / 3).mul_f64(1.0 - unit() / 8.0)
}

fn keep_beating(shared: &Shared) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(beat_until_closed(shared)),
        Err(error) => {
            tracing::error!(%error, "no runtime for heartbeats: every lease is given up");
            let refusal = Refusal::internal(format!("heartbeats cannot be sent: {error}"));
            let beats = std::mem::take(&mut shared.lock().beats);
            beats.iter().for_each(|beat| beat.pulse.lose(refusal.clone()));
        }
    }
}

async fn beat_until_closed(shared: &Shared) {
    let transport = match Transport::lazy(&shared.options) {
        Ok(transport) => transport,
        Err(error) => {
            tracing::error!(%error, "heartbeats cannot be sent");
            return;
        }
    };
    loop {
        let releases = std::mem::take(&mut shared.lock().releases);
        if shared.lock().closed {
            if timeout(LAST_WORDS, give_back(shared, &transport, releases)).await.is_err() {
                tracing::warn!("dropped trials could not be given back: their leases will expire");
            }
            return;
        }
        give_back(shared, &transport, releases).await;
        let (due, next) = shared.take_due();
        for batch in due.chunks(BATCH) {
            renew(shared, &transport, batch).await;
        }
        let next = next.unwrap_or_else(|| Instant::now() + Duration::from_secs(3_600));
        tokio::select! {
            () = shared.wake.notified() => {}
            () = sleep_until(next) => {}
        }
    }
}

async fn renew(shared: &Shared, transport: &Transport, batch: &[Arc<Pulse>]) {
    let leases = batch.iter().map(|pulse| pulse.lease.clone()).collect();
    let request = v1::HeartbeatTrialsRequest { leases };
    // Beyond its period a heartbeat is overtaken by the next one.
    let shortest = batch.iter().map(|pulse| pulse.ttl / 3).min().unwrap_or_default();
    let patience = Patience {
        attempt: shared.options.call_timeout.min(shortest),
        total: shortest,
        outlast_exhaustion: true,
    };
    let answer = call(transport, patience, &request, |channel, request| async move {
        trials(channel).heartbeat_trials(request).await
    });
    match answer.await {
        Ok(answer) => {
            for lost in answer.lost {
                let pulse = batch.iter().find(|pulse| Some(&pulse.lease) == lost.lease.as_ref());
                let code = Code::from_name(&lost.code).unwrap_or(Code::LeaseLost);
                if let Some(pulse) = pulse {
                    pulse.lose(Refusal::new(code, lost.message));
                }
            }
        }
        // The server ends no lease while it is away, so neither does its silence.
        Err(error) => tracing::warn!(%error, leases = batch.len(), "leases could not be renewed"),
    }
}

async fn give_back(shared: &Shared, transport: &Transport, releases: Vec<v1::LeaseRef>) {
    for lease in releases {
        let request = v1::ReleaseTrialRequest { lease: Some(lease), resume: None };
        let patience = Patience {
            attempt: shared.options.call_timeout.min(LAST_WORDS),
            total: LAST_WORDS,
            outlast_exhaustion: true,
        };
        let answer = call(transport, patience, &request, |channel, request| async move {
            trials(channel).release_trial(request).await
        });
        if let Err(error) = answer.await {
            tracing::debug!(%error, "a dropped trial was not given back");
        }
    }
}
