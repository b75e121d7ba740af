//! A small server that speaks the protocol and does as each test wants.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Duration, Instant, sleep, timeout};
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};
use tunewright_core::Refusal;
use tunewright_proto::status::to_status;
use tunewright_proto::v1;
use tunewright_proto::v1::attach_worker_request::Message as FromWorker;
use tunewright_proto::v1::attach_worker_response::Message as ToWorker;
use tunewright_proto::v1::trial_service_server::{TrialService, TrialServiceServer};
use tunewright_proto::v1::worker_service_server::{WorkerService, WorkerServiceServer};

use crate::{Shutdown, WorkerConfig, WorkerError, WorkerSummary, run};

const SOON: Duration = Duration::from_secs(15);

type ToStream = mpsc::Sender<Result<v1::AttachWorkerResponse, Status>>;

/// What the worker did, as the server saw it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Seen {
    Attached(v1::WorkerHello),
    Free(u32, u64),
    Heartbeat(Vec<u64>),
    Reported(u64, u64),
    Completed(u64, f64),
    Failed(u64, v1::EndReason, String),
    Released(u64, Option<v1::ResumeHint>),
}

/// A scripted server.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub(super) seen: mpsc::Sender<Seen>,
    pub(super) stream: Arc<Mutex<Option<ToStream>>>,
    /// Answers of the trial service that fail before one succeeds, popped from the end.
    pub(super) failures: Arc<Mutex<Vec<Status>>>,
    /// Whether a hello is refused, and how.
    pub(super) barred: Option<Refusal>,
    /// Whether reports are answered with a stop.
    pub(super) stop: bool,
}

impl Stage {
    fn fail(&self) -> Result<(), Status> {
        self.failures.lock().expect("not poisoned").pop().map_or(Ok(()), Err)
    }

    async fn saw(&self, seen: Seen) {
        self.seen.send(seen).await.expect("the test listens");
    }
}

#[tonic::async_trait]
impl WorkerService for Stage {
    type AttachWorkerStream = ReceiverStream<Result<v1::AttachWorkerResponse, Status>>;

    async fn attach_worker(
        &self,
        request: Request<Streaming<v1::AttachWorkerRequest>>,
    ) -> Result<Response<Self::AttachWorkerStream>, Status> {
        if let Some(refusal) = &self.barred {
            return Err(to_status(refusal));
        }
        let (sender, receiver) = mpsc::channel(16);
        let stage = self.clone();
        tokio::spawn(async move {
            let mut inbound = request.into_inner();
            while let Ok(Some(message)) = inbound.message().await {
                let seen = match message.message.expect("a message") {
                    FromWorker::Hello(hello) => {
                        let welcome =
                            v1::WorkerWelcome { server_version: "test".to_owned(), heartbeat_ms: 200 };
                        let _ = sender.send(Ok(word(ToWorker::Welcome(welcome)))).await;
                        *stage.stream.lock().expect("not poisoned") = Some(sender.clone());
                        Seen::Attached(hello)
                    }
                    FromWorker::FreeSlots(free) => Seen::Free(free.count, free.received),
                    FromWorker::Heartbeat(beat) => {
                        let _ = sender.send(Ok(word(ToWorker::HeartbeatAck(v1::HeartbeatAck {})))).await;
                        Seen::Heartbeat(beat.leases.iter().map(|lease| lease.trial).collect())
                    }
                };
                if stage.seen.send(seen).await.is_err() {
                    return;
                }
            }
        });
        Ok(Response::new(ReceiverStream::new(receiver)))
    }

    async fn list_workers(
        &self,
        _: Request<v1::ListWorkersRequest>,
    ) -> Result<Response<v1::ListWorkersResponse>, Status> {
        Err(Status::unimplemented("not in this test"))
    }

    async fn drain_worker(
        &self,
        _: Request<v1::DrainWorkerRequest>,
    ) -> Result<Response<v1::DrainWorkerResponse>, Status> {
        Err(Status::unimplemented("not in this test"))
    }
}

macro_rules! unused {
    ($($name:ident($request:ident) -> $response:ident;)*) => { $(
        fn $name<'a: 'b, 'b>(
            &'a self,
            _: Request<v1::$request>,
        ) -> std::pin::Pin<Box<dyn Future<Output = Result<Response<v1::$response>, Status>> + Send + 'b>>
        where
            Self: 'b,
        {
            Box::pin(async { Err(Status::unimplemented("not in this test")) })
        }
    )* };
}

fn trial(lease: Option<v1::LeaseRef>) -> u64 {
    lease.expect("a lease").trial
}

#[tonic::async_trait]
impl TrialService for Stage {
    async fn report_trial(
        &self,
        request: Request<v1::ReportTrialRequest>,
    ) -> Result<Response<v1::ReportTrialResponse>, Status> {
        self.fail()?;
        let request = request.into_inner();
        self.saw(Seen::Reported(trial(request.lease), request.step)).await;
        Ok(Response::new(v1::ReportTrialResponse { stop: self.stop }))
    }

    async fn complete_trial(
        &self,
        request: Request<v1::CompleteTrialRequest>,
    ) -> Result<Response<v1::CompleteTrialResponse>, Status> {
        self.fail()?;
        let request = request.into_inner();
        self.saw(Seen::Completed(trial(request.lease), request.loss)).await;
        Ok(Response::new(v1::CompleteTrialResponse::default()))
    }

    async fn fail_trial(
        &self,
        request: Request<v1::FailTrialRequest>,
    ) -> Result<Response<v1::FailTrialResponse>, Status> {
        self.fail()?;
        let request = request.into_inner();
        let reason = request.reason();
        self.saw(Seen::Failed(trial(request.lease), reason, request.message)).await;
        Ok(Response::new(v1::FailTrialResponse::default()))
    }

    async fn release_trial(
        &self,
        request: Request<v1::ReleaseTrialRequest>,
    ) -> Result<Response<v1::ReleaseTrialResponse>, Status> {
        self.fail()?;
        let request = request.into_inner();
        self.saw(Seen::Released(trial(request.lease), request.resume)).await;
        Ok(Response::new(v1::ReleaseTrialResponse::default()))
    }

    unused! {
        ask_trials(AskTrialsRequest) -> AskTrialsResponse;
        heartbeat_trials(HeartbeatTrialsRequest) -> HeartbeatTrialsResponse;
        prune_trial(PruneTrialRequest) -> PruneTrialResponse;
        enqueue_trial(EnqueueTrialRequest) -> EnqueueTrialResponse;
        add_trial(AddTrialRequest) -> AddTrialResponse;
        cancel_trial(CancelTrialRequest) -> CancelTrialResponse;
        retry_trial(RetryTrialRequest) -> RetryTrialResponse;
        get_trial(GetTrialRequest) -> GetTrialResponse;
        list_trials(ListTrialsRequest) -> ListTrialsResponse;
        get_best_trial(GetBestTrialRequest) -> GetBestTrialResponse;
    }

    type StreamTrialsStream = ReceiverStream<Result<v1::StreamTrialsResponse, Status>>;

    async fn stream_trials(
        &self,
        _: Request<v1::StreamTrialsRequest>,
    ) -> Result<Response<Self::StreamTrialsStream>, Status> {
        Err(Status::unimplemented("not in this test"))
    }
}

fn word(message: ToWorker) -> v1::AttachWorkerResponse {
    v1::AttachWorkerResponse { message: Some(message) }
}

/// A server and a worker that runs `script` for each trial.
pub(super) struct Play {
    pub(super) stage: Stage,
    pub(super) seen: mpsc::Receiver<Seen>,
    pub(super) address: SocketAddr,
    pub(super) server: (thread::JoinHandle<()>, CancellationToken),
    pub(super) shutdown: Shutdown,
    pub(super) worker: JoinHandle<Result<WorkerSummary, WorkerError>>,
}

impl Play {
    pub(super) async fn begin(script: &str, set: impl FnOnce(&mut Stage, &mut WorkerConfig)) -> Self {
        let listener = listen(([127, 0, 0, 1], 0).into());
        let address = listener.local_addr().expect("an address");
        let script = script.replace('{', "{{").replace('}', "}}");
        let command = ["/bin/sh".to_owned(), "-c".to_owned(), script].to_vec();
        let mut config = WorkerConfig::new(vec![address.to_string()], command);
        let (sender, seen) = mpsc::channel(1_000);
        let (stream, failures) = (Arc::default(), Arc::default());
        let mut stage = Stage { seen: sender, stream, failures, barred: None, stop: false };
        set(&mut stage, &mut config);
        let server = serve(stage.clone(), listener);
        let shutdown = Shutdown::default();
        let worker = tokio::spawn(run(config, shutdown.clone()));
        Self { stage, seen, address, server, shutdown, worker }
    }

    /// The next event that is of interest, skipping others.
    pub(super) async fn see<T>(&mut self, mut interest: impl FnMut(&Seen) -> Option<T>) -> T {
        let until = Instant::now() + SOON;
        let mut skipped = Vec::new();
        while let Ok(Some(seen)) =
            timeout(until.saturating_duration_since(Instant::now()), self.seen.recv()).await
        {
            match interest(&seen) {
                Some(found) => return found,
                None => skipped.push(seen),
            }
        }
        panic!("never came; instead {skipped:?}");
    }

    pub(super) async fn see_exactly(&mut self, expected: Seen) {
        self.see(|seen| (*seen == expected).then_some(())).await;
    }

    pub(super) async fn send(&self, message: ToWorker) {
        let stream = self.stage.stream.lock().expect("not poisoned").clone().expect("attached");
        stream.send(Ok(word(message))).await.expect("sent");
    }

    pub(super) async fn assign(&self, sequence: u64, number: u64) {
        let assignment = v1::Assignment {
            lease: Some(lease(number)),
            point: Some(v1::Point { values: BTreeMap::new() }),
            config: Some(v1::Value { kind: Some(v1::value::Kind::MapValue(v1::ValueMap::default())) }),
            lease_ttl_ms: 3_000,
            trial_timeout_ms: None,
            resume: None,
            durability: "memory".to_owned(),
            objective: None,
        };
        self.send(ToWorker::Assignment(v1::WorkerAssignment { sequence, assignment: Some(assignment) }))
            .await;
    }

    pub(super) async fn ended(self) -> Result<WorkerSummary, WorkerError> {
        let ended = timeout(SOON, self.worker).await.expect("ended in time").expect("no panic");
        self.server.1.cancel();
        ended
    }
}

pub(super) fn lease(trial: u64) -> v1::LeaseRef {
    let study = v1::StudyRef { project: "default".to_owned(), name: "s".to_owned() };
    v1::LeaseRef { study: Some(study), trial, attempt: 1, lease_id: format!("lease-{trial}") }
}

/// A server with a runtime of its own, so that its end takes all its connections with it, as a kill does.
pub(super) fn serve(
    stage: Stage,
    listener: std::net::TcpListener,
) -> (thread::JoinHandle<()>, CancellationToken) {
    let end = CancellationToken::new();
    let ended = end.clone();
    let serving = async move {
        let listener = TcpListener::from_std(listener).expect("a listener");
        let serving = Server::builder()
            .add_service(WorkerServiceServer::new(stage.clone()))
            .add_service(TrialServiceServer::new(stage))
            .serve_with_incoming(TcpListenerStream::new(listener));
        tokio::select! {
            served = serving => served.expect("served"),
            () = ended.cancelled() => {}
        }
    };
    let server = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(serving);
    });
    (server, end)
}

pub(super) fn listen(address: SocketAddr) -> std::net::TcpListener {
    let listener = std::net::TcpListener::bind(address).expect("bound");
    listener.set_nonblocking(true).expect("set");
    listener
}

pub(super) async fn appears(file: &Path) {
    let until = Instant::now() + SOON;
    while !file.exists() {
        assert!(Instant::now() < until, "{} never came", file.display());
        sleep(Duration::from_millis(20)).await;
    }
}
