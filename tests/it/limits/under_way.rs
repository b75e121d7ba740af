//! How many calls are under way at once.

use std::time::Duration;

use bytes::Bytes;
use h2::SendStream;
use h2::client::ResponseFuture;
use tunewright_server::{Config, LoadBounds, Secret};

use super::{Answer, EXHAUSTED, LIST, OK, SOON, Wire, enveloped};
use crate::access::bench::{Bench, ROOT};
use crate::support::in_process::InProcess;

const HEARTBEAT: &str = "tunewright.v1.TrialService/HeartbeatTrials";

/// Begins a call and sends no more than the beginning of its message.
async fn begin(wire: &mut Wire, path: &str, token: Option<&str>) -> (ResponseFuture, SendStream<Bytes>) {
    let (answer, mut sender) = wire.sender.send_request(Wire::head(path, token, &[]), false).expect("sent");
    sender.send_data(Bytes::from_static(&[0, 0]), false).expect("sent");
    // What is sent after it on the same connection is seen after it.
    (answer, sender)
}

async fn ask(wire: &mut Wire, path: &str, token: Option<&str>) -> Answer {
    wire.call(Wire::head(path, token, &[]), enveloped(false, &[])).await.expect("an answer")
}

async fn list(wire: &mut Wire, token: Option<&str>) -> Answer {
    ask(wire, LIST, token).await
}

/// Asks until this is the answer: that a call has begun or ended is seen a moment later.
async fn wait_for(wire: &mut Wire, path: &str, token: Option<&str>, answer: Answer) {
    let asking = async {
        while ask(wire, path, token).await != answer {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(SOON, asking).await.unwrap_or_else(|_| panic!("it is never {answer:?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_so_many_calls_others_are_refused_and_results_are_not() {
    let load = LoadBounds { calls: 3, results: 2, ..LoadBounds::default() };
    let server = InProcess::with(Config { load, ..Config::default() }).await;
    let mut wire = Wire::to(&server).await;
    let first = begin(&mut wire, LIST, None).await;
    let _second = begin(&mut wire, LIST, None).await;
    assert_eq!(list(&mut wire, None).await, OK, "the third");
    let third = begin(&mut wire, LIST, None).await;
    wait_for(&mut wire, LIST, None, EXHAUSTED).await;
    assert_eq!(ask(&mut wire, HEARTBEAT, None).await, OK, "results and heartbeats get through");
    let _one = begin(&mut wire, HEARTBEAT, None).await;
    let _other = begin(&mut wire, HEARTBEAT, None).await;
    wait_for(&mut wire, HEARTBEAT, None, EXHAUSTED).await;
    drop((first, third));
    wait_for(&mut wire, LIST, None, OK).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_token_does_not_take_all() {
    let load = LoadBounds { calls: 4, share_of_one: 50, ..LoadBounds::default() };
    let bench =
        Bench::with(Config { auth: true, admin_token: Secret::parse(ROOT), load, ..Config::default() }).await;
    let greedy = bench.token(&["study:read@*"], 0).await.secret;
    let modest = bench.token(&["study:read@*"], 0).await.secret;
    let mut wire = Wire::to(&bench.server).await;
    let _first = begin(&mut wire, LIST, Some(&greedy)).await;
    let _second = begin(&mut wire, LIST, Some(&greedy)).await;
    wait_for(&mut wire, LIST, Some(&greedy), EXHAUSTED).await;
    assert_eq!(list(&mut wire, Some(&modest)).await, OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_does_not_get_on_is_given_up() {
    let load = LoadBounds { calls: 1, patience: Duration::from_secs(1), ..LoadBounds::default() };
    let server = InProcess::with(Config { load, ..Config::default() }).await;
    let mut wire = Wire::to(&server).await;
    let (answer, _sender) = begin(&mut wire, LIST, None).await;
    wait_for(&mut wire, LIST, None, EXHAUSTED).await;
    let answer = tokio::time::timeout(SOON, answer).await.expect("in time").expect("an answer");
    assert_eq!(super::code(answer.headers()), Some(14), "unavailable");
    assert_eq!(list(&mut wire, None).await, OK, "its place is free");
}
