//! Bad input over the real wire: one clear refusal that names the field, and nothing has changed.

use std::fmt::Debug;

use bytes::BufMut as _;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tunewright_proto::status::from_status;
use tunewright_proto::v1::study_service_client::StudyServiceClient;
use tunewright_proto::v1::trial_service_client::TrialServiceClient;
use tunewright_proto::v1::{self, space_node, space_parameter, value};

use crate::support::in_process::InProcess;

const STUDY: &str = "sound";

/// A server with one sound study, trial 0 of which is leased.
struct Bench {
    studies: StudyServiceClient<Channel>,
    trials: TrialServiceClient<Channel>,
    channel: Channel,
    lease: v1::LeaseRef,
    _server: InProcess,
}

impl Bench {
    async fn new() -> Self {
        let server = InProcess::start().await;
        let channel =
            Channel::from_shared(server.url.clone()).expect("a url").connect().await.expect("connected");
        let mut studies = StudyServiceClient::new(channel.clone());
        let mut trials = TrialServiceClient::new(channel.clone());
        studies.create_study(create(STUDY, uniform(0.0, 1.0))).await.expect("a sound study");
        let ask =
            v1::AskTrialsRequest { study: study(STUDY), client_id: "me".to_owned(), ..Default::default() };
        let asked = trials.ask_trials(ask).await.expect("a trial").into_inner();
        let lease = asked.assignments[0].lease.clone().expect("a lease");
        Self { studies, trials, channel, lease, _server: server }
    }

    /// All that can be seen of the server's state.
    async fn state(&mut self) -> (v1::ListStudiesResponse, v1::ListTrialsResponse) {
        let studies = self.studies.list_studies(v1::ListStudiesRequest::default()).await.expect("studies");
        let list = v1::ListTrialsRequest { study: study(STUDY), ..Default::default() };
        let trials = self.trials.list_trials(list).await.expect("trials");
        (studies.into_inner(), trials.into_inner())
    }

    /// Creates a study whose name is these bytes, whatever they are.
    async fn create_with_name(&mut self, name: &[u8]) -> Result<(), Status> {
        let study = [&[0x12, u8::try_from(name.len()).expect("short")], name].concat();
        let request = [&[0x0a, u8::try_from(study.len()).expect("short")], &study[..]].concat();
        let path = "/tunewright.v1.StudyService/CreateStudy".parse().expect("a path");
        let mut grpc = tonic::client::Grpc::new(self.channel.clone());
        grpc.ready().await.expect("connected");
        grpc.unary(Request::new(request), path, Bytes).await.map(|_| ())
    }

    /// Creating a study over this space is refused with these words.
    async fn refuses_space(&mut self, space: v1::SpaceNode, says: &str) {
        let before = self.state().await;
        let refused = self.studies.create_study(create("bad", space)).await;
        assert_invalid(refused, says);
        assert_eq!(self.state().await, before, "after {says}");
    }

    async fn refuses_spec(&mut self, change: impl FnOnce(&mut v1::StudySpec), says: &str) {
        let before = self.state().await;
        let mut request = create("bad", uniform(0.0, 1.0));
        change(request.spec.as_mut().expect("a spec"));
        assert_invalid(self.studies.create_study(request).await, says);
        assert_eq!(self.state().await, before, "after {says}");
    }

    async fn refuses_completion(&mut self, change: impl FnOnce(&mut v1::CompleteTrialRequest), says: &str) {
        let before = self.state().await;
        let mut request =
            v1::CompleteTrialRequest { lease: Some(self.lease.clone()), loss: 0.5, ..Default::default() };
        change(&mut request);
        assert_invalid(self.trials.complete_trial(request).await, says);
        assert_eq!(self.state().await, before, "after {says}");
    }

    async fn refuses_point(&mut self, label: &str, value: v1::param_value::Kind, says: &str) {
        let before = self.state().await;
        let point = v1::Point { values: [(label.to_owned(), v1::ParamValue { kind: Some(value) })].into() };
        let request =
            v1::EnqueueTrialRequest { study: study(STUDY), point: Some(point), ..Default::default() };
        assert_invalid(self.trials.enqueue_trial(request).await, says);
        assert_eq!(self.state().await, before, "after {says}");
    }
}

/// Sends bytes as they are, and looks at no answer.
struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = ();
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = ();
    type Error = Status;

    fn decode(&mut self, _: &mut DecodeBuf<'_>) -> Result<Option<()>, Status> {
        Ok(Some(()))
    }
}

fn study(name: &str) -> Option<v1::StudyRef> {
    Some(v1::StudyRef { project: String::new(), name: name.to_owned() })
}

fn create(name: &str, space: v1::SpaceNode) -> v1::CreateStudyRequest {
    let spec = v1::StudySpec { space: Some(space), ..Default::default() };
    v1::CreateStudyRequest { study: study(name), spec: Some(spec), objective: None }
}

fn parameter(label: &str, distribution: space_parameter::Distribution) -> v1::SpaceNode {
    let parameter = v1::SpaceParameter { label: label.to_owned(), distribution: Some(distribution) };
    v1::SpaceNode { kind: Some(space_node::Kind::Parameter(parameter)) }
}

fn uniform(low: f64, high: f64) -> v1::SpaceNode {
    let range = v1::RealRange { low, high, ..Default::default() };
    parameter("x", space_parameter::Distribution::Uniform(range))
}

fn constant(kind: value::Kind) -> v1::SpaceNode {
    v1::SpaceNode { kind: Some(space_node::Kind::Constant(v1::Value { kind: Some(kind) })) }
}

fn choice(count: usize) -> v1::SpaceNode {
    let option = |at| v1::SpaceOption {
        name: format!("o{at}"),
        node: Some(constant(value::Kind::IntValue(at))),
        ..Default::default()
    };
    let options = (0..i64::try_from(count).expect("small")).map(option).collect();
    let choice = v1::SpaceChoice { label: "c".to_owned(), options, ..Default::default() };
    v1::SpaceNode { kind: Some(space_node::Kind::Choice(choice)) }
}

fn nested(depth: usize) -> v1::SpaceNode {
    (0..depth).fold(uniform(0.0, 1.0), |node, _| v1::SpaceNode {
        kind: Some(space_node::Kind::List(v1::SpaceNodeList { items: vec![node] })),
    })
}

#[track_caller]
fn assert_invalid<T: Debug>(answer: Result<T, Status>, says: &str) {
    let status = answer.expect_err(says);
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let refusal = from_status(&status);
    let text = refusal.to_string();
    assert!(text.contains(says), "it says `{text}`, not `{says}`");
    assert!(refusal.field.is_some(), "no field is named: {text}");
    assert!(text.len() < 400, "too long: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn spaces() {
    let mut bench = Bench::new().await;
    bench.refuses_space(uniform(f64::NAN, 1.0), "low must be finite").await;
    bench.refuses_space(uniform(0.0, f64::INFINITY), "high must be finite").await;
    bench.refuses_space(uniform(1.0, 1.0), "low must be < high").await;
    bench.refuses_space(v1::SpaceNode::default(), "space").await;
    bench.refuses_space(constant(value::Kind::IntValue(3)), "space").await;
    bench.refuses_space(choice(0), "option").await;
    bench.refuses_space(choice(20_000), "at most 10000 options").await;
    bench.refuses_space(nested(30), "level").await;
    let step = v1::IntRange { low: 0, high: 9, step: -1, log: false };
    bench.refuses_space(parameter("k", space_parameter::Distribution::Int(step)), "step").await;
    let label = "x".repeat(5_000);
    let range = v1::RealRange { low: 0.0, high: 1.0, ..Default::default() };
    bench
        .refuses_space(parameter(&label, space_parameter::Distribution::Uniform(range)), "at most 256 bytes")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn specs() {
    let mut bench = Bench::new().await;
    bench.refuses_spec(|spec| spec.space = None, "spec.space: must be given").await;
    bench.refuses_spec(|spec| spec.lease_ttl_ms = Some(1), "lease_ttl_ms").await;
    bench.refuses_spec(|spec| spec.parallelism = Some(0), "parallelism: must be at least 1").await;
    bench.refuses_spec(|spec| spec.pool = "a pool".to_owned(), "pool").await;
    let none = v1::Budget { max_trials: Some(0), ..Default::default() };
    bench.refuses_spec(|spec| spec.budget = Some(none), "budget.max_trials: must be at least 1").await;
    let nan = v1::Budget { loss_threshold: Some(f64::NAN), ..Default::default() };
    bench.refuses_spec(|spec| spec.budget = Some(nan), "loss_threshold: must be a finite number").await;
    let magic = v1::Algorithm { name: "magic".to_owned(), ..Default::default() };
    bench.refuses_spec(|spec| spec.algorithm = Some(magic), "magic").await;
    bench.refuses_spec(|spec| spec.note = "n".repeat(70_000), "note").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn results() {
    let mut bench = Bench::new().await;
    bench.refuses_completion(|it| it.loss = f64::NAN, "loss: must be a finite number").await;
    bench.refuses_completion(|it| it.loss = f64::NEG_INFINITY, "loss: must be a finite number").await;
    bench.refuses_completion(|it| it.metrics = [("m".to_owned(), f64::NAN)].into(), "metrics").await;
    bench
        .refuses_completion(
            |it| it.metrics = (0..1_001).map(|at| (format!("m{at}"), 0.0)).collect(),
            "metrics",
        )
        .await;
    bench.refuses_completion(|it| it.lease = None, "lease: must be given").await;
    bench.refuses_completion(|it| it.lease.as_mut().expect("one").lease_id = String::new(), "lease_id").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn points() {
    use v1::param_value::Kind;
    let mut bench = Bench::new().await;
    bench.refuses_point("y", Kind::DoubleValue(0.5), "y").await;
    bench.refuses_point("x", Kind::DoubleValue(1.5), "x").await;
    bench.refuses_point("x", Kind::DoubleValue(f64::NAN), "x").await;
    bench.refuses_point("x", Kind::Option("red".to_owned()), "x").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_are_too_large_or_not_text() {
    let mut bench = Bench::new().await;
    let before = bench.state().await;
    assert_invalid(bench.create_with_name(&[0xff, 0xfe]).await, "study.name: must be text in UTF-8");
    let huge = create("bad", constant(value::Kind::StringValue("x".repeat(5 << 20))));
    let status = bench.studies.create_study(huge).await.expect_err("too large");
    assert_eq!(status.code(), Code::OutOfRange, "{status:?}");
    // A million options are more than one message may hold.
    let status = bench.studies.create_study(create("bad", choice(1_000_000))).await.expect_err("too large");
    assert_eq!(status.code(), Code::OutOfRange, "{status:?}");
    assert_eq!(bench.state().await, before);
}
