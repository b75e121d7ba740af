//! One worker's stream.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::{Stream, StreamExt as _, stream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{Status, Streaming};
use tracing::{debug, warn};
use tunewright_core::Refusal;
use tunewright_core::access::Need;
use tunewright_core::name::WorkerId;
use tunewright_proto::convert::{StudyLease, WorkerHello};
use tunewright_proto::status::to_status;
use tunewright_proto::v1;
use tunewright_proto::v1::attach_worker_request::Message as FromWorker;
use tunewright_proto::v1::attach_worker_response::Message as Wire;

use super::answer::assignment;
use super::trial_service::renew;
use crate::auth::Caller;
use crate::dispatch::{DispatchHandle, ToWorker};
use crate::studies::Registry;

/// What goes down the stream.
pub(super) type AttachStream = dyn Stream<Item = Result<v1::AttachWorkerResponse, Status>> + Send;

/// Messages that may wait for a slow worker; one that lets more pile up gets no more trials.
const OUTBOX_LEN: usize = 512;

/// How long a new stream may keep its hello back.
const HELLO_DEADLINE: Duration = Duration::from_secs(10);

/// How often a worker without leases says that it lives.
const HEARTBEAT_MS: u64 = 10_000;

/// Tells the streams of one worker apart.
static SESSIONS: AtomicU64 = AtomicU64::new(1);

/// One worker's stream.
pub(super) struct Attachment {
    worker: WorkerId,
    caller: Caller,
    session: u64,
    registry: Registry,
    dispatch: DispatchHandle,
    outbox: mpsc::Sender<Result<v1::AttachWorkerResponse, Status>>,
    /// Ends the stream from our side.
    over: CancellationToken,
}

impl Attachment {
    /// Takes the hello, attaches the worker and starts to serve its stream.
    pub(super) async fn open(
        caller: Caller,
        mut incoming: Streaming<v1::AttachWorkerRequest>,
        registry: Registry,
        dispatch: DispatchHandle,
        over: CancellationToken,
    ) -> Result<Pin<Box<AttachStream>>, Refusal> {
        caller.may_somewhere(Need::Run)?;
        let hello = tokio::time::timeout(HELLO_DEADLINE, incoming.next()).await;
        let hello = match hello {
            Ok(Some(Ok(v1::AttachWorkerRequest { message: Some(FromWorker::Hello(hello)) }))) => hello,
            _ => {
                return Err(Refusal::invalid(
                    "hello",
                    "must be the first message of the stream, and come at once",
                ));
            }
        };
        let hello = WorkerHello::try_from(hello).map_err(|refusal| refusal.within("hello"))?;
        if hello.slots == 0 {
            return Err(Refusal::invalid("hello.slots", "must be at least 1"));
        }
        // Without a list it gets the studies that it may run, and no others.
        hello.studies.iter().try_for_each(|study| caller.authorize(Need::Run, &study.project))?;
        let session = SESSIONS.fetch_add(1, Ordering::Relaxed);
        let (outbox, answers) = mpsc::channel(OUTBOX_LEN);
        let (sender, assigned) = mpsc::channel(OUTBOX_LEN);
        let (worker, over_too) = (hello.id.clone(), over.clone());
        let attachment =
            Self { worker, caller: caller.clone(), session, registry, dispatch, outbox, over: over_too };
        let welcome = Wire::Welcome(v1::WorkerWelcome {
            server_version: env!("CARGO_PKG_VERSION").to_owned(),
            heartbeat_ms: HEARTBEAT_MS,
        });
        attachment.say(welcome).await;
        attachment.dispatch.attach(hello, caller, session, sender).await?;
        let durability = attachment.registry.durability();
        tokio::spawn(attachment.listen(incoming));

        let pushed = ReceiverStream::new(assigned).map(move |message| encode(message, durability));
        let answers = stream::select(ReceiverStream::new(answers), pushed);
        Ok(answers.take_until(over.cancelled_owned()).boxed())
    }

    /// Hears the worker until its stream ends, then detaches it. Its leases live on until they expire: it may come
    /// again.
    async fn listen(self, mut incoming: Streaming<v1::AttachWorkerRequest>) {
        loop {
            let message = tokio::select! {
                message = incoming.next() => message,
                () = self.over.cancelled() => None,
                refusal = self.caller.ended() => Some(Err(to_status(&refusal))),
            };
            let message = match message {
                Some(Ok(message)) => message,
                Some(Err(status)) => {
                    debug!(worker = %self.worker, %status, "the stream broke");
                    // Nobody may be listening any more.
                    let _ = self.outbox.try_send(Err(status));
                    break;
                }
                None => break,
            };
            if let Err(refusal) = self.hear(message).await {
                warn!(worker = %self.worker, %refusal, "the stream is ended");
                // Nobody may be listening any more.
                let _ = self.outbox.try_send(Err(to_status(&refusal)));
                break;
            }
        }
        if let Err(refusal) = self.dispatch.detach(self.worker, self.session).await {
            debug!(%refusal, "not detached");
        }
    }

    async fn hear(&self, message: v1::AttachWorkerRequest) -> Result<(), Refusal> {
        match message.message {
            Some(FromWorker::FreeSlots(free)) => {
                self.dispatch.free(self.worker.clone(), self.session, free.count, free.received).await
            }
            Some(FromWorker::Heartbeat(heartbeat)) => self.heartbeat(heartbeat).await,
            Some(FromWorker::Hello(_)) => Err(Refusal::invalid("hello", "must come only once")),
            None => Err(Refusal::invalid("message", "must be given")),
        }
    }

    async fn heartbeat(&self, heartbeat: v1::WorkerHeartbeat) -> Result<(), Refusal> {
        let leases: Vec<_> =
            heartbeat.leases.into_iter().map(StudyLease::try_from).collect::<Result<_, _>>()?;
        leases.iter().try_for_each(|lease| self.caller.authorize(Need::Run, &lease.study.project))?;
        self.dispatch.heard(self.worker.clone(), self.session, leases.clone()).await?;
        match renew(&self.registry, &self.caller, leases).await {
            Ok(lost) => {
                for lease in lost {
                    self.say(Wire::Revoked(lease)).await;
                }
                self.say(Wire::HeartbeatAck(v1::HeartbeatAck {})).await;
            }
            // Without an answer the worker keeps training and beats again.
            Err(refusal) => debug!(worker = %self.worker, %refusal, "a heartbeat was not taken"),
        }
        Ok(())
    }

    async fn say(&self, message: Wire) {
        // If the stream is gone, `listen` finds out.
        let _ = self.outbox.send(Ok(v1::AttachWorkerResponse { message: Some(message) })).await;
    }
}

fn encode(
    message: ToWorker,
    durability: crate::storage::Durability,
) -> Result<v1::AttachWorkerResponse, Status> {
    let message = match message {
        ToWorker::Assigned { sequence, study, spec, trial, objective } => {
            let assignment = assignment(&study, &spec, *trial, objective, durability)
                .map_err(|refusal| to_status(&refusal))?;
            Wire::Assignment(v1::WorkerAssignment { sequence, assignment: Some(assignment) })
        }
        ToWorker::Revoked(lease) => Wire::Revoked(v1::LostLease {
            lease: Some((&lease).into()),
            code: tunewright_core::Code::LeaseLost.as_str().to_owned(),
            message: "the attempt counts no more".to_owned(),
        }),
        ToWorker::Drain => Wire::Drain(v1::DrainNotice { reason: "asked by a person".to_owned() }),
    };
    Ok(v1::AttachWorkerResponse { message: Some(message) })
}
