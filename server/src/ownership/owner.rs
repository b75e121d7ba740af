//! Of several servers on one store one owns the studies and serves; the others stand by and take over when it is gone.
//!
//! A server that loses the studies to another one, because it was paused for too long for example, steps down and
//! stands by in its turn. Whoever believes wrongly to be the owner writes nothing: the store sees to that.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::gate::Gate;
use super::standby;
use super::term::{Admission, Term};
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::run_error::RunError;
use crate::storage::{Owned, RETURN, Storage, StorageError, keep};

/// How often a server that stands by looks whether the owner is gone.
const LOOK: Duration = Duration::from_millis(500);
/// A server that is asked to end finishes so long what it was asked for, before it hands the studies to another one.
const DRAIN: Duration = Duration::from_secs(2);

/// Takes over, serves and steps down, in turns.
pub(crate) struct Owner {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) place: String,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) gate: Gate,
    pub(crate) admission: Admission,
    /// Cancelled when the server is asked to end: streams end, and nothing is taken over any more.
    pub(crate) shutdown: CancellationToken,
    /// Cancelled when nobody is served any more, a grace period after that.
    pub(crate) served: CancellationToken,
}

/// Why a term ends.
enum End {
    Served,
    Lost,
}

impl Owner {
    /// Runs until the server ends.
    ///
    /// # Errors
    /// If the store cannot be opened: at the start for whatever reason, later for one that waiting does not mend.
    pub(crate) async fn run(self) -> Result<(), RunError> {
        let mut is_start = true;
        loop {
            let Some(owned) = self.stand_by(&mut is_start).await? else { return Ok(()) };
            let end = match self.serve(&owned).await {
                Ok(end) => end,
                Err(RunError::Storage(error)) if !is_start && may_pass(&error) => {
                    warn!(error = &error as &dyn std::error::Error, "the studies cannot be opened");
                    sleep(LOOK).await;
                    End::Lost
                }
                Err(error) => {
                    hand_over(&owned).await;
                    return Err(error);
                }
            };
            hand_over(&owned).await;
            if matches!(end, End::Served) {
                return Ok(());
            }
            is_start = false;
        }
    }

    /// Waits until the studies are this server's; `None` if it is to end.
    async fn stand_by(&self, is_start: &mut bool) -> Result<Option<Owned>, RunError> {
        let mut not_before = None;
        loop {
            let waits = not_before.is_some_and(|at| Instant::now() < at);
            let answer = if waits {
                self.storage.probe().await.map(|()| None)
            } else {
                Arc::clone(&self.storage).acquire(&self.place).await
            };
            match answer {
                Ok(Some(owned)) => return Ok(Some(owned)),
                Ok(None) if *is_start => info!("another server owns the studies; standing by"),
                Ok(None) => {}
                Err(error) if *is_start => return Err(error.into()),
                Err(error) if may_pass(&error) => {
                    not_before = (!self.storage.comes_first()).then(|| Instant::now() + RETURN);
                }
                Err(error) => return Err(error.into()),
            }
            if *is_start {
                self.open_standby();
            }
            *is_start = false;
            tokio::select! {
                () = self.shutdown.cancelled() => return Ok(None),
                () = sleep(LOOK) => {}
            }
        }
    }

    fn open_standby(&self) {
        let figures = self.admission.is_open().then(|| Arc::clone(&self.metrics));
        self.gate.open(standby::router(Arc::clone(&self.storage), figures));
    }

    async fn serve(&self, owned: &Owned) -> Result<End, RunError> {
        let (storage, metrics) = (Arc::clone(&owned.storage), Arc::clone(&self.metrics));
        let kept = keep(owned.tenure.as_deref());
        tokio::pin!(kept);
        let opened = tokio::select! {
            opened = Term::open(storage, Clock::start(), metrics, &self.admission, &self.shutdown) => Some(opened?),
            () = &mut kept => None,
        };
        let Some((term, routes)) = opened else {
            self.step_aside();
            return Ok(End::Lost);
        };
        self.gate.open(routes);
        info!(durability = self.storage.durability().as_str(), "serving");
        let end = tokio::select! {
            () = self.served.cancelled() => End::Served,
            () = self.has_drained(owned) => End::Served,
            () = kept => End::Lost,
        };
        if matches!(end, End::Lost) {
            self.step_aside();
        } else {
            // Calls that are still open are refused from here on, as by any server that stands by.
            self.open_standby();
        }
        term.close().await;
        Ok(end)
    }

    fn step_aside(&self) {
        warn!("this server owns the studies no longer; standing by");
        self.open_standby();
    }

    /// Where others can take over, the studies are not kept from them for as long as the slowest call takes.
    async fn has_drained(&self, owned: &Owned) {
        if owned.tenure.is_none() {
            return std::future::pending().await;
        }
        self.shutdown.cancelled().await;
        sleep(DRAIN).await;
    }
}

/// Whether waiting may help.
fn may_pass(error: &StorageError) -> bool {
    matches!(error, StorageError::Unavailable { .. } | StorageError::Fenced)
}

async fn hand_over(owned: &Owned) {
    let Some(tenure) = &owned.tenure else { return };
    // Who was succeeded has nothing to give.
    if let Err(error) = tenure.release().await
        && !matches!(error, StorageError::Fenced)
    {
        warn!(error = &error as &dyn std::error::Error, "handing over failed; the next owner waits a little");
    }
}
