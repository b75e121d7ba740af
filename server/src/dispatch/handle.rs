//! How the workers' streams speak with the dispatcher.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tunewright_core::Refusal;
use tunewright_core::name::WorkerId;
use tunewright_core::study::{Objective, StudyRef, StudySpec, Trial};
use tunewright_proto::convert::{StudyLease, WorkerHello, WorkerInfo};

use crate::auth::Caller;
use crate::studies::Asked;

/// Messages that may wait for the dispatcher.
pub(super) const MAILBOX_LEN: usize = 8192;

/// What goes down a worker's stream.
#[derive(Clone, Debug)]
pub(crate) enum ToWorker {
    Assigned {
        sequence: u64,
        study: StudyRef,
        spec: Arc<StudySpec>,
        trial: Box<Trial>,
        objective: Option<Objective>,
    },
    Revoked(StudyLease),
    Drain,
}

/// What the dispatcher's mailbox takes.
pub(super) enum Message {
    Attach {
        hello: WorkerHello,
        caller: Caller,
        session: u64,
        sender: mpsc::Sender<ToWorker>,
    },
    Detach {
        worker: WorkerId,
        session: u64,
    },
    Free {
        worker: WorkerId,
        session: u64,
        count: u32,
        received: u64,
    },
    Heard {
        worker: WorkerId,
        session: u64,
        leases: Vec<StudyLease>,
    },
    Drain {
        worker: WorkerId,
        found: oneshot::Sender<bool>,
    },
    List {
        caller: Caller,
        answer: oneshot::Sender<Vec<WorkerInfo>>,
    },
    /// A study's task has answered for reserved slots.
    Leased {
        worker: WorkerId,
        session: u64,
        study: StudyRef,
        slots: u32,
        /// How often the study had signalled when it was asked.
        signals: u64,
        asked: Result<(Asked, Arc<StudySpec>), Refusal>,
    },
}

impl Message {
    /// Whether there may be more to pair after it. Heartbeats are the most of what thousands of workers say, and
    /// free no slot.
    pub(super) const fn may_pair(&self) -> bool {
        !matches!(self, Self::Heard { .. } | Self::List { .. })
    }
}

/// The dispatcher's address. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct DispatchHandle {
    pub(super) mailbox: mpsc::Sender<Message>,
}

impl DispatchHandle {
    /// A worker's stream is open. `sender` takes what goes down the stream.
    pub(crate) async fn attach(
        &self,
        hello: WorkerHello,
        caller: Caller,
        session: u64,
        sender: mpsc::Sender<ToWorker>,
    ) -> Result<(), Refusal> {
        self.send(Message::Attach { hello, caller, session, sender }).await
    }

    pub(crate) async fn detach(&self, worker: WorkerId, session: u64) -> Result<(), Refusal> {
        self.send(Message::Detach { worker, session }).await
    }

    /// So many slots are free, as of the assignment numbered `received`.
    pub(crate) async fn free(
        &self,
        worker: WorkerId,
        session: u64,
        count: u32,
        received: u64,
    ) -> Result<(), Refusal> {
        self.send(Message::Free { worker, session, count, received }).await
    }

    pub(crate) async fn heard(
        &self,
        worker: WorkerId,
        session: u64,
        leases: Vec<StudyLease>,
    ) -> Result<(), Refusal> {
        self.send(Message::Heard { worker, session, leases }).await
    }

    /// The workers that the caller may see.
    pub(crate) async fn list(&self, caller: Caller) -> Result<Vec<WorkerInfo>, Refusal> {
        let (answer, wait) = oneshot::channel();
        self.send(Message::List { caller, answer }).await?;
        wait.await.map_err(|_| gone())
    }

    /// Asks a worker to drain.
    ///
    /// # Errors
    /// `not_found` if it is not attached.
    pub(crate) async fn drain(&self, worker: WorkerId) -> Result<(), Refusal> {
        let (found, wait) = oneshot::channel();
        self.send(Message::Drain { worker: worker.clone(), found }).await?;
        if wait.await.map_err(|_| gone())? {
            Ok(())
        } else {
            Err(Refusal::not_found(format!("there is no worker `{worker}`"))
                .with_hint("`tunewright workers list` shows the attached ones"))
        }
    }

    async fn send(&self, message: Message) -> Result<(), Refusal> {
        // Bounded and awaited: a flood of streams waits here, in their own tasks.
        self.mailbox.send(message).await.map_err(|_| gone())
    }
}

fn gone() -> Refusal {
    Refusal::unavailable("the server is shutting down", 1_000)
}
