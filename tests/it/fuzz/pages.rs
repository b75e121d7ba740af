//! Bad requests to every call of the HTTP API of a running server.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::ground::Ground;
use super::random::Random;
use super::rpc::each;
use super::state::Outline;
use crate::access::bench::ROOT;
use crate::support::api::Api;

/// Streams have no end to wait for, and take the same query as `edf`.
const WITHOUT: [&str; 1] = ["GET /api/v1/events"];

/// Parts of addresses, queries and bodies: what means something, what nearly does, and what does not.
const TEXTS: [&str; 28] = [
    "vision",
    "digits",
    "text",
    "words",
    "model",
    "x",
    "y",
    "loss",
    "number",
    "state",
    "p.x",
    "m.accuracy",
    "0",
    "1",
    "3",
    "-1",
    "99999999999999999999",
    "1e308",
    "NaN",
    "null",
    "top5%25",
    "state:running",
    "x:%3C0.5",
    "x:",
    "%00",
    "..",
    "%F0%9F%90%88",
    "%FF",
];
const QUERIES: [&str; 20] = [
    "q",
    "state",
    "project",
    "cursor",
    "limit",
    "offset",
    "filter",
    "sort",
    "cols",
    "since_rev",
    "id",
    "x",
    "y",
    "buckets",
    "parameter",
    "target",
    "objectives",
    "maximize",
    "also",
    "top",
];
const FIELDS: [&str; 11] = [
    "params",
    "cancel_running",
    "note",
    "tags",
    "max_trials",
    "parallelism",
    "timeout_ms",
    "loss_threshold",
    "max_failed",
    "x",
    "nothing",
];

fn value(random: &mut Random, depth: usize) -> Value {
    match random.below(if depth == 0 { 7 } else { 9 }) {
        0 => Value::Null,
        1 => json!(random.happens(50)),
        2 => json!(random.below(5)),
        3 => json!(-1),
        4 => json!(0.5),
        5 => json!(1e300),
        6 => json!(String::from_utf8_lossy(&random.bytes(12))),
        7 => (0..random.below(3)).map(|_| value(random, depth - 1)).collect(),
        _ => {
            let entry =
                |random: &mut Random| ((*random.one_of(&FIELDS)).to_owned(), value(random, depth - 1));
            (0..random.below(4)).map(|_| entry(random)).collect::<serde_json::Map<_, _>>().into()
        }
    }
}

/// An address of this form: mostly of what is there, sometimes of anything.
fn address(random: &mut Random, path: &str) -> String {
    let mut address = String::new();
    for part in path.split('/').skip(1) {
        let there = match part {
            "{project}" => "vision",
            "{study}" => "digits",
            "{trial}" => "1",
            other => other,
        };
        let is_named = part.starts_with('{');
        let part = if is_named && random.happens(25) { *random.one_of(&TEXTS) } else { there };
        address.push('/');
        address.push_str(part.trim_start_matches('{').trim_end_matches('}'));
    }
    for index in 0..random.below(4) {
        address.push(if index == 0 { '?' } else { '&' });
        address += *random.one_of(&QUERIES);
        address.push('=');
        address += *random.one_of(&TEXTS);
    }
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_over_http_breaks_the_server_and_refused_ones_change_nothing() {
    println!("TUNEWRIGHT_FUZZ_SEED={}", Random::seed());
    let ground = Ground::new().await;
    let (mut tried, mut refused) = (0, BTreeMap::<u16, usize>::new());
    for call in tunewright_server::http_paths() {
        if WITHOUT.contains(&&*call) {
            continue;
        }
        let (method, path) = call.split_once(' ').expect("a method and a path");
        let mut random = Random::of(&call);
        let mut copy = ground.copy().await;
        let mut before = Outline::of(copy.channel()).await;
        for _ in 0..each() / 5 {
            let api = Api::new(&copy.bench.server.url).with_token(Some(ROOT));
            let address = address(&mut random, path);
            let body = (method != "GET" || random.happens(5)).then(|| value(&mut random, 3));
            let answer = api.send(method, &address, body.clone()).await;
            tried += 1;
            assert!(answer.status < 500, "{}: {method} {address} {body:?}: {}", answer.status, answer.text());
            let is_refused = answer.status >= 400;
            if is_refused {
                *refused.entry(answer.status).or_default() += 1;
                if answer.status != 405 {
                    let problem = answer.json(answer.status);
                    assert!(problem["code"].is_string(), "{method} {address}: {problem}");
                }
            }
            if method == "GET" {
                continue;
            }
            if is_refused {
                assert!(
                    Outline::of(copy.channel()).await == before,
                    "{method} {address} {body:?} changed something"
                );
            } else {
                copy = ground.copy().await;
                before = Outline::of(copy.channel()).await;
            }
        }
        if method == "GET" {
            assert!(copy.end().await == ground.bytes, "{call}: the store changed");
        }
    }
    let count: usize = refused.values().sum();
    assert!(count * 3 > tried, "hardly anything is bad: {count} of {tried}");
    println!("{tried} requests, refused with {refused:?}");
}
