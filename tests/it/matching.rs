//! Workers and studies that go together: over real streams, who gets whose trials.

use std::process::Command;
use std::time::Duration;

use futures::channel::mpsc::{UnboundedSender, unbounded};
use serde_json::Value;
use tokio::time::{Instant, timeout};
use tonic::Streaming;
use tonic::transport::Channel;
use tunewright_proto::status::from_status;
use tunewright_proto::v1::attach_worker_request::Message as FromWorker;
use tunewright_proto::v1::attach_worker_response::Message as ToWorker;
use tunewright_proto::v1::study_service_client::StudyServiceClient;
use tunewright_proto::v1::worker_service_client::WorkerServiceClient;
use tunewright_proto::v1::{self, objective, space_node, space_parameter};

use crate::support::binary::binary;
use crate::support::in_process::InProcess;

/// Far more than an assignment takes.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longer than the dispatcher takes to look at everything again.
const SWEEP: Duration = Duration::from_millis(1_500);

/// One worker's open stream.
struct Attached {
    say: UnboundedSender<v1::AttachWorkerRequest>,
    hear: Streaming<v1::AttachWorkerResponse>,
}

impl Attached {
    async fn open(
        channel: &Channel,
        id: &str,
        runtime: Option<v1::WorkerRuntime>,
    ) -> Result<Self, tonic::Status> {
        let (say, requests) = unbounded();
        let hello = v1::WorkerHello { worker_id: id.to_owned(), slots: 8, runtime, ..Default::default() };
        let hello = v1::AttachWorkerRequest { message: Some(FromWorker::Hello(hello)) };
        say.unbounded_send(hello).expect("it is open");
        let hear = WorkerServiceClient::new(channel.clone()).attach_worker(requests).await?.into_inner();
        Ok(Self { say, hear })
    }

    /// Offers so many slots, as of so many assignments.
    fn offer(&self, count: u32, received: u64) {
        let free = FromWorker::FreeSlots(v1::FreeSlots { count, received });
        self.say.unbounded_send(v1::AttachWorkerRequest { message: Some(free) }).expect("it is open");
    }

    /// The next assignment, if one comes in time.
    async fn assigned(&mut self, within: Duration) -> Option<v1::Assignment> {
        let deadline = Instant::now() + within;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let message = timeout(left, self.hear.message()).await.ok()?;
            let message = message.expect("the stream goes on").expect("the stream is open");
            if let Some(ToWorker::Assignment(assigned)) = message.message {
                return Some(assigned.assignment.expect("an assignment"));
            }
        }
    }

    /// The studies of the next so many assignments, and the objectives they came with.
    async fn gets(&mut self, count: usize) -> Vec<(String, Option<v1::Objective>)> {
        let mut studies = Vec::new();
        for _ in 0..count {
            let assigned = self.assigned(PATIENCE).await.expect("a trial in time");
            let study = assigned.lease.and_then(|lease| lease.study).expect("a lease");
            studies.push((study.name, assigned.objective));
        }
        studies.sort_by(|a, b| a.0.cmp(&b.0));
        studies
    }
}

fn python(pickled: bool, version: &str) -> Option<v1::WorkerRuntime> {
    let (python_version, cloudpickle_version) = (version.to_owned(), "3.1.2".to_owned());
    Some(v1::WorkerRuntime { pickled, python_version, cloudpickle_version })
}

fn function() -> Option<v1::Objective> {
    Some(v1::Objective { kind: Some(objective::Kind::Function("training:objective".to_owned())) })
}

fn pickled_by(version: &str) -> Option<v1::Objective> {
    let pickled = v1::PickledFunction {
        sha256: "0123456789abcdef".repeat(4),
        size: 1_000,
        python_version: version.to_owned(),
        cloudpickle_version: "3.0.0".to_owned(),
    };
    Some(v1::Objective { kind: Some(objective::Kind::Pickled(pickled)) })
}

fn study(name: &str) -> Option<v1::StudyRef> {
    Some(v1::StudyRef { project: String::new(), name: name.to_owned() })
}

async fn create(channel: &Channel, name: &str, objective: Option<v1::Objective>) {
    let range = v1::RealRange { low: 0.0, high: 1.0, ..Default::default() };
    let distribution = Some(space_parameter::Distribution::Uniform(range));
    let parameter = v1::SpaceParameter { label: "x".to_owned(), distribution };
    let space = v1::SpaceNode { kind: Some(space_node::Kind::Parameter(parameter)) };
    let spec = v1::StudySpec { space: Some(space), ..Default::default() };
    let create = v1::CreateStudyRequest { study: study(name), spec: Some(spec), objective };
    StudyServiceClient::new(channel.clone()).create_study(create).await.expect("created");
}

async fn connect(server: &InProcess) -> Channel {
    Channel::from_shared(server.url.clone()).expect("a url").connect().await.expect("connected")
}

fn of(name: &str, objective: Option<v1::Objective>) -> (String, Option<v1::Objective>) {
    (name.to_owned(), objective)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_gets_what_it_can_run() {
    let server = InProcess::start().await;
    let channel = connect(&server).await;
    create(&channel, "command", None).await;
    create(&channel, "function", function()).await;
    create(&channel, "pickle", pickled_by("3.11")).await;
    let open = async |id, runtime| Attached::open(&channel, id, runtime).await.expect("attached");
    let mut command = open("command", None).await;
    let mut careful = open("careful", python(false, "3.11")).await;
    let mut py311 = open("py311", python(true, "3.11.4")).await;
    let mut py312 = open("py312", python(true, "3.12")).await;
    for worker in [&command, &careful, &py311, &py312] {
        worker.offer(4, 0);
    }
    assert_eq!(command.gets(4).await, vec![of("command", None); 4]);
    assert_eq!(careful.gets(4).await, vec![of("function", function()); 4]);
    assert_eq!(py312.gets(4).await, vec![of("function", function()); 4]);
    let got = py311.gets(4).await;
    assert!(got.contains(&of("pickle", pickled_by("3.11"))), "only it can: {got:?}");
    assert!(got.iter().all(|it| *it != of("command", None)), "{got:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_whose_objective_changes_moves_to_other_workers() {
    let server = InProcess::start().await;
    let channel = connect(&server).await;
    let mut command = Attached::open(&channel, "command", None).await.expect("attached");
    let mut py312 = Attached::open(&channel, "py312", python(true, "3.12")).await.expect("attached");
    create(&channel, "moving", pickled_by("3.11")).await;
    command.offer(1, 0);
    py312.offer(1, 0);
    assert_eq!(command.assigned(SWEEP).await, None, "nobody can run it");
    assert_eq!(py312.assigned(SWEEP).await, None, "nobody can run it");

    let said = tunewright(&server, &["study", "show", "moving"]).await;
    let whom = "waits for workers that can run it: pool `default` has only 1 worker (it runs a command, and the \
                study's objective is a function), 1 worker (it has Python 3.12, and the objective was pickled by 3.11)";
    assert!(said.contains(whom), "{said}");

    let mut studies = StudyServiceClient::new(channel.clone());
    let update = v1::UpdateStudyRequest {
        study: study("moving"),
        objective: pickled_by("3.12"),
        ..Default::default()
    };
    studies.update_study(update).await.expect("updated");
    assert_eq!(py312.gets(1).await, [of("moving", pickled_by("3.12"))]);
    assert!(!tunewright(&server, &["study", "show", "moving"]).await.contains("waits for"));
    assert_eq!(command.assigned(SWEEP).await, None, "not yet its turn");

    let clear = vec!["objective".to_owned()];
    let update = v1::UpdateStudyRequest { study: study("moving"), clear, ..Default::default() };
    studies.update_study(update).await.expect("updated");
    assert_eq!(command.gets(1).await, [of("moving", None)]);
    py312.offer(1, 1);
    assert_eq!(py312.assigned(SWEEP).await, None, "it runs functions only");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_workers_run_is_listed_and_checked() {
    let server = InProcess::start().await;
    let channel = connect(&server).await;
    let _command = Attached::open(&channel, "a-command", None).await.expect("attached");
    let _python = Attached::open(&channel, "b-python", python(true, "3.11")).await.expect("attached");
    let listed = tunewright(&server, &["workers", "list"]).await;
    assert!(listed.contains("a command"), "{listed}");
    assert!(listed.contains("functions and pickles, Python 3.11, cloudpickle 3.1.2"), "{listed}");
    let listed: Value =
        serde_json::from_str(&tunewright(&server, &["--json", "workers", "list"]).await).expect("JSON");
    assert_eq!((&listed[0]["id"], &listed[0]["runtime"]), (&"a-command".into(), &Value::Null));
    assert_eq!(listed[1]["runtime"]["python_version"], "3.11");

    for (runtime, field) in [
        (python(true, ""), "hello.runtime.python_version"),
        (python(false, &"3".repeat(33)), "hello.runtime.python_version"),
    ] {
        let status = Attached::open(&channel, "odd", runtime).await.err().expect("refused");
        assert_eq!(from_status(&status).field.as_deref(), Some(field), "{status}");
    }
}

/// What the command line says.
async fn tunewright(server: &InProcess, arguments: &[&str]) -> String {
    let mut command = Command::new(binary());
    command.args(["--server", &server.url]).args(arguments);
    let output =
        tokio::task::spawn_blocking(move || command.output().expect("it starts")).await.expect("no panic");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}
