//! The handle of one study: typed methods over its mailbox.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{broadcast, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tunewright_core::name::StudyId;
use tunewright_core::study::{Command, Event, Objective, Reply, Study, StudyRef, StudySpec};
use tunewright_core::{Refusal, Timestamp};

use super::events::Events;
use super::glance::Glance;
use super::request::{Ask, Asked, Request, StudyView};

/// Requests that may wait for a study's task; more are refused as `exhausted`.
pub(super) const MAILBOX_LEN: usize = 4096;

/// How long a caller waits for its answer. Longer than any commit should take, shorter than a client's patience.
const ANSWER_DEADLINE: Duration = Duration::from_secs(20);

/// The handle of one study. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    pub(super) key: StudyRef,
    pub(super) id: StudyId,
    /// As it was when the study was opened. Updates change budgets, parallelism, algorithm, note and tags only.
    pub(super) spec: Arc<StudySpec>,
    /// Whether the study may ever lease again, as far as stored; kept by its task.
    pub(super) may_lease: Arc<AtomicBool>,
    /// What evaluates attempts leased from here on, as far as stored; kept by its task.
    pub(super) objective: Arc<Mutex<Option<Arc<Objective>>>>,
    /// What is to be seen of it while it is not in memory, once it has been; kept by its task.
    pub(super) at_rest: Arc<Mutex<Option<Arc<Glance>>>>,
    pub(super) mailbox: mpsc::Sender<Request>,
    pub(super) events: Events,
    pub(super) closed: CancellationToken,
}

impl Handle {
    pub(crate) fn key(&self) -> &StudyRef {
        &self.key
    }

    pub(crate) fn id(&self) -> &StudyId {
        &self.id
    }

    /// The space, pool, lease time and timeout: what never changes in a study.
    pub(crate) fn spec(&self) -> &Arc<StudySpec> {
        &self.spec
    }

    /// False once the study is closing or has ended.
    pub(crate) fn may_lease(&self) -> bool {
        self.may_lease.load(Ordering::Relaxed)
    }

    /// What evaluates attempts leased from here on, as far as stored.
    pub(crate) fn objective(&self) -> Option<Arc<Objective>> {
        self.objective.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Carries a command out; the answer comes once its changes are stored.
    pub(crate) async fn command(&self, command: Command) -> Result<Reply, Refusal> {
        let (answer, wait) = oneshot::channel();
        self.send(Request::Command { command, answer })?;
        self.answered(wait).await
    }

    /// Leases trials.
    pub(crate) async fn ask(&self, ask: Ask) -> Result<Asked, Refusal> {
        let (answer, wait) = oneshot::channel();
        self.send(Request::Ask { ask, answer })?;
        self.answered(wait).await
    }

    /// Carries a command out, then leases trials, in one commit; leases nothing if the command is refused.
    pub(crate) async fn tell_and_ask(
        &self,
        command: Command,
        ask: Ask,
    ) -> Result<(Reply, Result<Asked, Refusal>), Refusal> {
        let (answer, wait) = oneshot::channel();
        self.send(Request::TellAndAsk { command, ask, answer })?;
        self.answered(wait).await
    }

    /// Looks at the stored state.
    pub(crate) async fn read<T, F>(&self, look: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&Study) -> T + Send + 'static,
    {
        let (answer, wait) = oneshot::channel();
        self.send(Request::Read(Box::new(move |study| {
            // A caller that no longer waits has no use for the answer.
            let _ = answer.send(study.map(look));
        })))?;
        self.answered(wait).await
    }

    /// The study without its trials.
    pub(crate) async fn view(&self) -> Result<StudyView, Refusal> {
        self.read(StudyView::of).await
    }

    /// The study at a glance. One that has ended is not loaded for it again.
    pub(crate) async fn glance(&self, now: Timestamp) -> Result<Arc<Glance>, Refusal> {
        match self.glance_at_rest() {
            Some(glance) => Ok(glance),
            None => self.read(move |study| Arc::new(Glance::of(study, now))).await,
        }
    }

    /// The same, if the study has ended and is not in memory.
    pub(super) fn glance_at_rest(&self) -> Option<Arc<Glance>> {
        self.at_rest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All events from now on. A reader that is too slow misses the oldest and is told how many.
    pub(crate) fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Ends when the study is deleted or the server shuts down.
    pub(crate) async fn closed(&self) {
        self.closed.cancelled().await;
    }

    fn send(&self, request: Request) -> Result<(), Refusal> {
        self.mailbox.try_send(request).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => {
                Refusal::exhausted(format!("study `{}` has too many requests waiting", self.key.name), 200)
            }
            mpsc::error::TrySendError::Closed(_) => self.gone(),
        })
    }

    async fn answered<T>(&self, wait: oneshot::Receiver<Result<T, Refusal>>) -> Result<T, Refusal> {
        match tokio::time::timeout(ANSWER_DEADLINE, wait).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(self.gone()),
            Err(_) => Err(Refusal::unavailable(
                format!(
                    "study `{}` did not answer in time; whether the request was carried out is unknown",
                    self.key.name
                ),
                1_000,
            )
            .with_hint("send it again: requests with a request id or a lease are carried out once")),
        }
    }

    fn gone(&self) -> Refusal {
        Refusal::unavailable(format!("study `{}` is being closed", self.key.name), 1_000)
    }
}
