//! Bad requests to every call of a running server.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::{StreamExt as _, stream};
use tokio::time::timeout;
use tonic::Code;
use tonic::transport::Channel;
use tunewright_proto::v1;

use super::again;
use super::described::{Described, Method};
use super::ground::{Copy, Ground, attach};
use super::random::Random;
use super::requests::{Request, Requests};
use super::state::{Outline, State, must};
use crate::access::bench::{ROOT, call_on, study};
use crate::access::table::calls;

/// So many are refused of each call, in `make test`.
const EACH: usize = 300;
/// So many are refused before it is looked at what changed.
const BETWEEN: usize = 25;
/// At once: each has a server of its own.
const LANES: usize = 4;

/// Calls that change nothing when they are accepted either.
const READS: [&str; 5] = ["Get", "List", "Stream", "Watch", "Heartbeat"];

/// With these the input is refused, and nothing else.
const REFUSALS: [Code; 7] = [
    Code::InvalidArgument,
    Code::NotFound,
    Code::AlreadyExists,
    Code::FailedPrecondition,
    Code::Aborted,
    Code::OutOfRange,
    Code::PermissionDenied,
];

/// A request that was refused, and how.
pub struct Refused {
    pub path: String,
    pub request: Request,
    pub code: Code,
}

/// What came of the requests to one call.
#[derive(Default)]
pub struct Tried {
    pub refused: Vec<Refused>,
    accepted: usize,
    codes: BTreeMap<String, usize>,
}

/// What is said to a call; nothing if it is let in and waits.
pub async fn said(channel: &Channel, path: &str, request: Request) -> Option<Code> {
    let answer = timeout(Duration::from_secs(15), call_on(channel, path, request, Some(ROOT))).await.ok()?;
    Some(answer.map_or_else(|status| status.code(), |_| Code::Ok))
}

/// A server that is being tried.
struct Lane<'a> {
    ground: &'a Ground,
    copy: Copy,
    before: Outline,
    whole: State,
    /// What was refused since it was looked at last.
    unchecked: Vec<(Request, Code)>,
}

impl<'a> Lane<'a> {
    async fn on(ground: &'a Ground) -> Self {
        let copy = ground.copy().await;
        let (before, whole) = (Outline::of(copy.channel()).await, State::of(copy.channel()).await);
        Self { ground, copy, before, whole, unchecked: Vec::new() }
    }

    async fn refused(&mut self, path: &str, request: Request, code: Code) {
        self.unchecked.push((request, code));
        if self.unchecked.len() == BETWEEN {
            self.check(path).await;
        }
    }

    async fn check(&mut self, path: &str) {
        let now = Outline::of(self.copy.channel()).await;
        assert!(now == self.before, "{path} changed something and refused one of {:02x?}", self.unchecked);
        self.unchecked.clear();
    }

    /// Something was accepted. If it changed anything, what was refused before is refused once more on a new copy, on
    /// which it can be seen that it changes nothing.
    async fn accepted(&mut self, path: &str, is_open: bool) {
        let (_, name) = path.split_once('/').expect("a path");
        if READS.iter().any(|read| name.starts_with(read)) {
            // The next look at what changed is for it as well.
            return;
        }
        if !is_open && name != "AttachWorker" && Outline::of(self.copy.channel()).await == self.before {
            self.unchecked.clear();
            return;
        }
        self.copy = self.ground.copy().await;
        if !self.unchecked.is_empty() {
            for (request, code) in &self.unchecked {
                let again = said(self.copy.channel(), path, request.clone()).await;
                assert_eq!(again, Some(*code), "{path} on the same ground: {request:02x?}");
            }
            self.check(path).await;
        }
    }

    /// Nothing has changed, and nothing is stored that was not.
    async fn end(mut self, path: &str) {
        self.check(path).await;
        assert!(State::of(self.copy.channel()).await == self.whole, "{path}: the state changed");
        assert!(self.copy.end().await == self.ground.bytes, "{path}: the store changed");
    }
}

async fn try_call(ground: &Ground, described: &Described, method: &Method, each: usize) -> Tried {
    let words = ground.words();
    let mut requests = Requests::to(method, described, &words);
    let (path, mut tried) = (&method.path, Tried::default());
    let mut lane = Lane::on(ground).await;
    while tried.refused.len() < each {
        let request = requests.next();
        assert!(tried.accepted < 20 * each, "{path}: hardly anything is bad there: {:?}", tried.codes);
        let code = said(lane.copy.channel(), path, request.clone()).await;
        *tried.codes.entry(code.map_or("open".to_owned(), |code| format!("{code:?}"))).or_default() += 1;
        match code {
            None | Some(Code::Ok) => {
                tried.accepted += 1;
                lane.accepted(path, code.is_none()).await;
            }
            Some(code) => {
                assert!(REFUSALS.contains(&code), "{path}: {code:?} to {request:02x?}");
                lane.refused(path, request.clone(), code).await;
                tried.refused.push(Refused { path: path.clone(), request, code });
            }
        }
    }
    lane.end(path).await;
    tried
}

/// `TUNEWRIGHT_FUZZ_EACH` of each call, else the usual number.
pub fn each() -> usize {
    let told = std::env::var("TUNEWRIGHT_FUZZ_EACH").ok();
    told.map_or(EACH, |each| each.parse().expect("TUNEWRIGHT_FUZZ_EACH is a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_breaks_the_server_and_refused_ones_change_nothing() {
    println!("TUNEWRIGHT_FUZZ_SEED={}", Random::seed());
    let (ground, described, each) = (Ground::new().await, Described::new(), each());
    let tries = described.methods.iter().map(|method| {
        let (ground, described) = (&ground, &described);
        async move { (&method.path, try_call(ground, described, method, each).await) }
    });
    let mut all: Vec<(&String, Tried)> = stream::iter(tries).buffer_unordered(LANES).collect().await;
    all.sort_by_key(|(path, _)| *path);
    let (mut refused, mut accepted) = (Vec::new(), 0);
    for (path, tried) in all {
        println!("{path}: {} refused, {} accepted, {:?}", tried.refused.len(), tried.accepted, tried.codes);
        accepted += tried.accepted;
        refused.extend(tried.refused);
    }
    println!(
        "{} requests to {} calls: {} refused, {accepted} accepted",
        refused.len() + accepted,
        calls().len(),
        refused.len()
    );
    assert!(refused.len() >= 10_000.min(each * calls().len()), "only {} were bad", refused.len());
    again::refuses_all_again(&ground, refused).await;
}

#[test]
fn every_call_is_tried() {
    let described = Described::new();
    let tried: std::collections::BTreeSet<_> =
        described.methods.iter().map(|method| method.path.clone()).collect();
    assert_eq!(tried, calls());
}

#[tokio::test]
#[should_panic(expected = "the table of calls has no row for tunewright.v1.StudyService/Invented")]
async fn a_new_call_without_anything_to_send_fails() {
    let (described, ground) = (Described::new(), Ground::new().await);
    let method = Method {
        path: "tunewright.v1.StudyService/Invented".to_owned(),
        input: ".tunewright.v1.GetStudyRequest".to_owned(),
        takes_many: false,
    };
    let words = ground.words();
    Requests::to(&method, &described, &words);
}

/// Each thing that can change is seen to have changed: else that nothing changed would say nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_changed_thing_is_noticed() {
    let ground = Ground::new().await;
    let copy = ground.copy().await;
    let channel = copy.channel();
    let mut seen = vec![(Outline::of(channel).await, State::of(channel).await)];
    let digits = study("vision", "digits");
    let lease = Some(ground.lease.clone());
    for turn in 0..6 {
        match turn {
            0 => {
                let report = v1::ReportTrialRequest { lease: lease.clone(), step: 4, ..Default::default() };
                let _: v1::ReportTrialResponse = must(channel, "TrialService/ReportTrial", &report).await;
            }
            1 => {
                let complete = v1::CompleteTrialRequest { lease: lease.clone(), ..Default::default() };
                let _: v1::CompleteTrialResponse =
                    must(channel, "TrialService/CompleteTrial", &complete).await;
            }
            2 => {
                let update = v1::UpdateStudyRequest {
                    study: digits.clone(),
                    note: Some("n".to_owned()),
                    ..Default::default()
                };
                let _: v1::UpdateStudyResponse = must(channel, "StudyService/UpdateStudy", &update).await;
            }
            3 => {
                let key =
                    v1::AttachmentRef { study: digits.clone(), trial: Some(1), name: "more".to_owned() };
                attach(channel, key).await;
            }
            4 => drop(copy.bench.token(&["study:read@text"], 0).await),
            _ => {
                let delete = v1::DeleteStudyRequest { study: study("text", "words") };
                let _: v1::DeleteStudyResponse = must(channel, "StudyService/DeleteStudy", &delete).await;
            }
        }
        let now = (Outline::of(channel).await, State::of(channel).await);
        assert!(!seen.iter().any(|before| before.0 == now.0 || before.1 == now.1), "turn {turn} is not seen");
        seen.push(now);
    }
    assert!(copy.end().await != ground.bytes);
}
