//! How many calls are under way at once.

use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt as _;
use h2::SendStream;
use h2::client::ResponseFuture;
use tunewright_server::{Config, LoadBounds, Secret};

use super::{Answer, EXHAUSTED, LIST, OK, SOON, Wire, enveloped};
use crate::access::bench::{Bench, ROOT};
use crate::support::in_process::InProcess;

const HEARTBEAT: &str = "tunewright.v1.TrialService/HeartbeatTrials";

/// A call that was begun and is not refused: it holds a place for as long as it is kept.
struct Held {
    answer: ResponseFuture,
    _message: SendStream<Bytes>,
}

impl Held {
    /// Begins a call and sends no more than the beginning of its message.
    fn begin(wire: &mut Wire, path: &str, token: Option<&str>) -> Self {
        let (answer, mut sender) =
            wire.sender.send_request(Wire::head(path, token, &[]), false).expect("sent");
        // One that is refused may be closed by now: its answer tells.
        let _ = sender.send_data(Bytes::from_static(&[0, 0]), false);
        Self { answer, _message: sender }
    }

    fn is_answered(&mut self) -> bool {
        (&mut self.answer).now_or_never().is_some()
    }
}

/// Begins calls until one more is refused, which has to be when exactly so many are under way.
///
/// The server takes calls on in any order: one that is asked may come before another that was begun earlier, which is then
/// the one that is refused.
async fn fill(wire: &mut Wire, path: &str, token: Option<&str>, max: usize) -> Vec<Held> {
    let filling = async {
        let mut held = Vec::new();
        while ask(wire, path, token).await != EXHAUSTED {
            held.push(Held::begin(wire, path, token));
        }
        // Those that are too many are told so, some of them a moment later.
        while held.len() > max {
            tokio::time::sleep(Duration::from_millis(10)).await;
            held.retain_mut(|call| !call.is_answered());
        }
        held
    };
    let held = tokio::time::timeout(SOON, filling).await.expect("one more is refused in the end");
    assert_eq!(held.len(), max, "calls under way when one more was refused");
    held
}

async fn ask(wire: &mut Wire, path: &str, token: Option<&str>) -> Answer {
    wire.call(Wire::head(path, token, &[]), enveloped(false, &[])).await.expect("an answer")
}

async fn list(wire: &mut Wire, token: Option<&str>) -> Answer {
    ask(wire, LIST, token).await
}

/// Asks until it is let through: that a call has ended is seen a moment later.
async fn wait_for_a_place(wire: &mut Wire, path: &str, token: Option<&str>) {
    let asking = async {
        while ask(wire, path, token).await != OK {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(SOON, asking).await.expect("its place is free");
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_so_many_calls_others_are_refused_and_results_are_not() {
    let load = LoadBounds { calls: 3, results: 2, ..LoadBounds::default() };
    let server = InProcess::with(Config { load, ..Config::default() }).await;
    let mut wire = Wire::to(&server).await;
    let mut calls = fill(&mut wire, LIST, None, 3).await;
    assert_eq!(ask(&mut wire, HEARTBEAT, None).await, OK, "results and heartbeats get through");
    let _results = fill(&mut wire, HEARTBEAT, None, 2).await;
    assert_eq!(list(&mut wire, None).await, EXHAUSTED, "still");
    calls.pop();
    wait_for_a_place(&mut wire, LIST, None).await;
    assert_eq!(ask(&mut wire, HEARTBEAT, None).await, EXHAUSTED, "its places are its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_token_does_not_take_all() {
    let load = LoadBounds { calls: 4, share_of_one: 50, ..LoadBounds::default() };
    let bench =
        Bench::with(Config { auth: true, admin_token: Secret::parse(ROOT), load, ..Config::default() }).await;
    let greedy = bench.token(&["study:read@*"], 0).await.secret;
    let modest = bench.token(&["study:read@*"], 0).await.secret;
    let mut wire = Wire::to(&bench.server).await;
    let _its_share = fill(&mut wire, LIST, Some(&greedy), 2).await;
    assert_eq!(list(&mut wire, Some(&modest)).await, OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_does_not_get_on_is_given_up() {
    let load = LoadBounds { calls: 1, patience: Duration::from_secs(1), ..LoadBounds::default() };
    let server = InProcess::with(Config { load, ..Config::default() }).await;
    let mut wire = Wire::to(&server).await;
    let held = fill(&mut wire, LIST, None, 1).await.pop().expect("one is held");
    let answer = tokio::time::timeout(SOON, held.answer).await.expect("in time").expect("an answer");
    assert_eq!(super::code(answer.headers()), Some(14), "unavailable");
    assert_eq!(list(&mut wire, None).await, OK, "its place is free");
}
