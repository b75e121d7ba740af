//! The Rust client against a real server.

mod asking;
mod leases;
mod outages;
mod results;
mod running;
mod tls;

use serde_json::json;
use tunewright::{Client, ConnectOptions, Study, StudyRef, StudySpec};

use crate::support::in_process::InProcess;

/// A study of so many trials over one float, drawn at random, whose leases end a second after their last heartbeat.
fn spec(max_trials: u64) -> StudySpec {
    serde_json::from_value(json!({
        "space": {"x": {"type": "float", "low": -1.0, "high": 1.0}},
        "algorithm": "random",
        "budget": {"max_trials": max_trials},
        "lease_ttl_ms": 1_000,
    }))
    .expect("a sound spec")
}

fn name() -> StudyRef {
    "sdk".parse().expect("a sound name")
}

async fn connect(server: &InProcess, client_id: &str) -> Client {
    let options = ConnectOptions::to(&server.url).with_client_id(client_id);
    Client::connect_with(options).await.expect("a server that listens")
}

/// A server with one study, and a client of it.
async fn study(max_trials: u64) -> (InProcess, Study) {
    let server = InProcess::start().await;
    let client = connect(&server, "me").await;
    let (_, created) = client.create_study(&name(), &spec(max_trials)).await.expect("a study");
    assert!(created);
    (server, client.study(name()))
}
