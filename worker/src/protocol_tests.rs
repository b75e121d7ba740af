//! The worker against a small server that speaks the protocol and does as each test wants: broken streams, revoked
//! leases, drains, refused and lost answers.

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
use tunewright_core::{Code, Refusal};
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
enum Seen {
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
struct Stage {
    seen: mpsc::Sender<Seen>,
    stream: Arc<Mutex<Option<ToStream>>>,
    /// Answers of the trial service that fail before one succeeds, popped from the end.
    failures: Arc<Mutex<Vec<Status>>>,
    /// Whether a hello is refused, and how.
    barred: Option<Refusal>,
    /// Whether reports are answered with a stop.
    stop: bool,
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
struct Play {
    stage: Stage,
    seen: mpsc::Receiver<Seen>,
    address: SocketAddr,
    server: (thread::JoinHandle<()>, CancellationToken),
    shutdown: Shutdown,
    worker: JoinHandle<Result<WorkerSummary, WorkerError>>,
}

impl Play {
    async fn begin(script: &str, set: impl FnOnce(&mut Stage, &mut WorkerConfig)) -> Self {
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
    async fn see<T>(&mut self, mut interest: impl FnMut(&Seen) -> Option<T>) -> T {
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

    async fn see_exactly(&mut self, expected: Seen) {
        self.see(|seen| (*seen == expected).then_some(())).await;
    }

    async fn send(&self, message: ToWorker) {
        let stream = self.stage.stream.lock().expect("not poisoned").clone().expect("attached");
        stream.send(Ok(word(message))).await.expect("sent");
    }

    async fn assign(&self, sequence: u64, number: u64) {
        let assignment = v1::Assignment {
            lease: Some(lease(number)),
            point: Some(v1::Point { values: BTreeMap::new() }),
            config: Some(v1::Value { kind: Some(v1::value::Kind::MapValue(v1::ValueMap::default())) }),
            lease_ttl_ms: 3_000,
            trial_timeout_ms: None,
            resume: None,
            durability: "memory".to_owned(),
        };
        self.send(ToWorker::Assignment(v1::WorkerAssignment { sequence, assignment: Some(assignment) }))
            .await;
    }

    async fn ended(self) -> Result<WorkerSummary, WorkerError> {
        let ended = timeout(SOON, self.worker).await.expect("ended in time").expect("no panic");
        self.server.1.cancel();
        ended
    }
}

fn lease(trial: u64) -> v1::LeaseRef {
    let study = v1::StudyRef { project: "default".to_owned(), name: "s".to_owned() };
    v1::LeaseRef { study: Some(study), trial, attempt: 1, lease_id: format!("lease-{trial}") }
}

/// A server with a runtime of its own, so that its end takes all its connections with it, as a kill does.
fn serve(stage: Stage, listener: std::net::TcpListener) -> (thread::JoinHandle<()>, CancellationToken) {
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

fn listen(address: SocketAddr) -> std::net::TcpListener {
    let listener = std::net::TcpListener::bind(address).expect("bound");
    listener.set_nonblocking(true).expect("set");
    listener
}

async fn appears(file: &Path) {
    let until = Instant::now() + SOON;
    while !file.exists() {
        assert!(Instant::now() < until, "{} never came", file.display());
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_trial_is_run_and_told_and_its_slot_is_free_again() {
    let script = r#"echo '{"step": 1, "loss": 2}' >> $TUNEWRIGHT_RESULT; echo $TUNEWRIGHT_TRIAL.5"#;
    let mut play = Play::begin(script, |_, config| config.slots = 2).await;
    let hello = play
        .see(|seen| match seen {
            Seen::Attached(hello) => Some(hello.clone()),
            _ => None,
        })
        .await;
    assert_eq!((hello.slots, hello.pools.len()), (2, 0));
    play.see_exactly(Seen::Free(2, 0)).await;
    play.assign(1, 7).await;
    play.see_exactly(Seen::Free(1, 1)).await;
    play.see_exactly(Seen::Reported(7, 1)).await;
    play.see_exactly(Seen::Completed(7, 7.5)).await;
    play.see_exactly(Seen::Free(2, 1)).await;
    play.shutdown.drain.cancel();
    assert_eq!(play.ended().await, Ok(WorkerSummary { completed: 1, ..WorkerSummary::default() }));
}

#[tokio::test]
async fn more_assignments_than_slots_are_given_back_and_repeated_ones_ignored() {
    let directory = tempfile::tempdir().expect("a directory");
    let go = directory.path().join("go");
    let script = format!("while [ ! -e {} ]; do sleep 0.05; done; echo 1", go.display());
    let mut play = Play::begin(&script, |_, _| {}).await;
    play.see_exactly(Seen::Free(1, 0)).await;
    play.assign(1, 1).await;
    play.assign(2, 1).await;
    play.assign(3, 2).await;
    play.see_exactly(Seen::Released(2, None)).await;
    play.see_exactly(Seen::Heartbeat(vec![1])).await;
    std::fs::write(&go, "").expect("written");
    play.see_exactly(Seen::Completed(1, 1.0)).await;
    play.see_exactly(Seen::Free(1, 3)).await;
    play.shutdown.drain.cancel();
    let expected = WorkerSummary { completed: 1, released: 1, ..WorkerSummary::default() };
    assert_eq!(play.ended().await, Ok(expected));
}

#[tokio::test]
async fn a_result_is_told_until_the_server_takes_it() {
    let mut play = Play::begin("echo 1", |stage, config| {
        config.max_trials = Some(2);
        let unavailable = to_status(&Refusal::unavailable("the store is away", 50));
        *stage.failures.lock().expect("not poisoned") =
            vec![unavailable.clone(), Status::unknown("transport error"), unavailable];
    })
    .await;
    play.see_exactly(Seen::Free(1, 0)).await;
    play.assign(1, 1).await;
    play.see_exactly(Seen::Completed(1, 1.0)).await;
    play.see_exactly(Seen::Free(1, 1)).await;
    let lost = to_status(&Refusal::lease_lost("leased to another"));
    play.stage.failures.lock().expect("not poisoned").push(lost);
    play.assign(2, 2).await;
    let expected = WorkerSummary { completed: 1, lost: 1, ..WorkerSummary::default() };
    assert_eq!(play.ended().await, Ok(expected));
}

#[tokio::test]
async fn a_server_that_was_killed_finds_the_trials_still_running() {
    let directory = tempfile::tempdir().expect("a directory");
    let go = directory.path().join("go");
    let script = format!("while [ ! -e {} ]; do sleep 0.05; done; echo 1", go.display());
    let mut play = Play::begin(&script, |_, config| config.slots = 2).await;
    play.see_exactly(Seen::Free(2, 0)).await;
    play.assign(1, 4).await;
    play.see_exactly(Seen::Free(1, 1)).await;
    play.server.1.cancel();
    while !play.server.0.is_finished() {
        sleep(Duration::from_millis(10)).await;
    }
    std::fs::write(&go, "").expect("written");
    sleep(Duration::from_millis(700)).await;
    play.server = serve(play.stage.clone(), listen(play.address));
    // The result and the new stream come in either order.
    let (mut attached, mut completed) = (0, 0);
    play.see(|seen| {
        attached += u32::from(matches!(seen, Seen::Attached(_)));
        completed += u32::from(*seen == Seen::Completed(4, 1.0));
        (attached == 1 && completed == 1).then_some(())
    })
    .await;
    play.shutdown.drain.cancel();
    assert_eq!(play.ended().await.expect("ended").completed, 1);
}

#[tokio::test]
async fn a_broken_stream_is_opened_again_with_the_live_leases() {
    let mut play = Play::begin("sleep 60", |_, config| config.slots = 2).await;
    play.see_exactly(Seen::Free(2, 0)).await;
    play.assign(1, 4).await;
    play.see_exactly(Seen::Free(1, 1)).await;
    let stream = play.stage.stream.lock().expect("not poisoned").take().expect("attached");
    stream.send(Err(Status::unavailable("going away"))).await.expect("sent");
    drop(stream);
    play.see(|seen| matches!(seen, Seen::Attached(_)).then_some(())).await;
    let next = play.see(|seen| Some(seen.clone())).await;
    assert_eq!(next, Seen::Heartbeat(vec![4]));
    // Sequences begin anew on a new stream.
    assert_eq!(play.see(|seen| Some(seen.clone())).await, Seen::Free(1, 0));
    play.shutdown.abort.cancel();
    assert_eq!(play.ended().await.expect("ended").lost, 1);
}

#[tokio::test]
async fn a_revoked_trial_is_killed_and_forgotten() {
    let directory = tempfile::tempdir().expect("a directory");
    let begun = directory.path().join("begun");
    let mut play =
        Play::begin(&format!("touch {}; trap '' TERM; sleep 60", begun.display()), |_, _| {}).await;
    play.see_exactly(Seen::Free(1, 0)).await;
    play.assign(1, 3).await;
    appears(&begun).await;
    let lost =
        v1::LostLease { lease: Some(lease(3)), code: "closed".to_owned(), message: "cancelled".to_owned() };
    play.send(ToWorker::Revoked(lost)).await;
    play.see_exactly(Seen::Free(1, 1)).await;
    play.shutdown.drain.cancel();
    assert_eq!(play.ended().await, Ok(WorkerSummary { lost: 1, ..WorkerSummary::default() }));
}

#[tokio::test]
async fn a_drain_waits_and_then_releases_with_the_last_checkpoint() {
    let script = r#"echo '{"step": 5, "checkpoint": "c5"}' >> $TUNEWRIGHT_RESULT; sleep 60"#;
    let mut play = Play::begin(script, |_, config| config.drain_grace = Duration::from_millis(500)).await;
    play.see_exactly(Seen::Free(1, 0)).await;
    play.assign(1, 3).await;
    play.see_exactly(Seen::Reported(3, 5)).await;
    let begun = Instant::now();
    play.send(ToWorker::Drain(v1::DrainNotice { reason: "a test".to_owned() })).await;
    let resume = v1::ResumeHint { step: 5, checkpoint_uri: "c5".to_owned() };
    play.see_exactly(Seen::Released(3, Some(resume))).await;
    assert!(begun.elapsed() >= Duration::from_millis(500));
    assert_eq!(play.ended().await, Ok(WorkerSummary { released: 1, ..WorkerSummary::default() }));
}

#[tokio::test]
async fn a_drained_worker_lets_its_trials_finish_in_their_grace() {
    let mut play = Play::begin("sleep 0.7; echo 2", |_, _| {}).await;
    play.see_exactly(Seen::Free(1, 0)).await;
    play.assign(1, 3).await;
    play.see_exactly(Seen::Heartbeat(vec![3])).await;
    play.shutdown.drain.cancel();
    play.see_exactly(Seen::Completed(3, 2.0)).await;
    assert_eq!(play.ended().await, Ok(WorkerSummary { completed: 1, ..WorkerSummary::default() }));
}

#[tokio::test]
async fn a_report_of_a_lost_attempt_ends_the_trial() {
    let script = r#"echo '{"step": 1}' >> $TUNEWRIGHT_RESULT; sleep 60"#;
    let closed = |stage: &mut Stage, _: &mut WorkerConfig| {
        stage.failures.lock().expect("not poisoned").push(to_status(&Refusal::closed("cancelled")));
    };
    let mut play = Play::begin(script, closed).await;
    play.see_exactly(Seen::Free(1, 0)).await;
    play.assign(1, 3).await;
    play.see_exactly(Seen::Free(0, 1)).await;
    play.see_exactly(Seen::Free(1, 1)).await;
    play.shutdown.drain.cancel();
    assert_eq!(play.ended().await, Ok(WorkerSummary { lost: 1, ..WorkerSummary::default() }));
}

#[tokio::test]
async fn a_result_that_the_server_calls_invalid_fails_the_trial() {
    let invalid = |stage: &mut Stage, config: &mut WorkerConfig| {
        config.max_trials = Some(1);
        let refusal = Refusal::invalid("metrics", "must be at most 1000");
        stage.failures.lock().expect("not poisoned").push(to_status(&refusal));
    };
    let mut play = Play::begin("echo 1", invalid).await;
    play.see_exactly(Seen::Free(1, 0)).await;
    play.assign(1, 3).await;
    let message = "the server refused the result: metrics: must be at most 1000".to_owned();
    play.see_exactly(Seen::Failed(3, v1::EndReason::ObjectiveError, message)).await;
    assert_eq!(play.ended().await, Ok(WorkerSummary { failed: 1, ..WorkerSummary::default() }));
}

#[tokio::test]
async fn a_worker_that_is_not_let_in_says_so_and_an_idle_one_ends() {
    let barred = Refusal::new(Code::Unauthenticated, "a token is needed");
    let play = Play::begin("echo 1", |stage, _| stage.barred = Some(barred.clone())).await;
    assert_eq!(play.ended().await, Err(WorkerError::Refused(barred)));
    let play =
        Play::begin("echo 1", |_, config| config.exit_when_idle = Some(Duration::from_millis(300))).await;
    assert_eq!(play.ended().await, Ok(WorkerSummary::default()));
    let config = WorkerConfig::new(vec!["127.0.0.1:1".to_owned()], vec![]);
    let refused = run(config, Shutdown::default()).await.expect_err("no command");
    assert_eq!(refused.to_string(), "command: must not be empty");
}
