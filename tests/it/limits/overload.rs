//! Twenty times as many callers as the server takes on. How much it still gets done is measured by `tunewright bench`.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tunewright::{Client, ConnectOptions, Metrics, Study, StudySpec};
use tunewright_core::study::TrialState;
use tunewright_server::storage::testing::{Fsync, RedisServer};
use tunewright_server::{Config, LoadBounds};

use crate::faults::trials;
use crate::support::http::get;
use crate::support::in_process::InProcess;

/// Calls that the server takes on at once.
const SEATS: usize = 4;
const CALLERS: usize = 20 * SEATS;
const ROUNDS: usize = 10;
const PATIENCE: Duration = Duration::from_secs(90);

async fn study(server: &InProcess, max_trials: usize) -> Study {
    let spec: StudySpec = serde_json::from_value(serde_json::json!({
        "space": {"x": {"type": "uniform", "low": 0.0, "high": 1.0}}, "algorithm": "random",
        "budget": {"max_trials": max_trials},
    }))
    .expect("a spec");
    let client = Client::connect_with(ConnectOptions::to(&server.url)).await.expect("connected");
    let name = "crowded".parse().expect("a name");
    client.create_study(&name, &spec).await.expect("created");
    client.study(name)
}

/// How many calls were refused for this reason.
async fn shed(server: &InProcess, reason: &str) -> u64 {
    let (status, figures) = get(&server.url, "/metrics").await;
    assert_eq!(status, 200, "figures are told also when calls are refused");
    let line = format!("tunewright_calls_shed_total{{reason=\"{reason}\"}} ");
    figures.lines().find_map(|told| told.strip_prefix(&line)).map_or(0, |n| n.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_of_twenty_times_too_many_gets_a_turn() {
    let load = LoadBounds { calls: SEATS, results: SEATS, ..LoadBounds::default() };
    let server = InProcess::with(Config { load, ..Config::default() }).await;
    let study = study(&server, CALLERS * ROUNDS).await;
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        // A connection of its own, as of another process.
        let client = Client::connect_with(ConnectOptions::to(&server.url)).await.expect("connected");
        let study = client.study("crowded".parse().expect("a name"));
        callers.spawn(async move {
            for _ in 0..ROUNDS {
                let trial = study.ask(1).await.expect("asked").trials.remove(0);
                trial.complete(0.5, Metrics::new(), "").await.expect("completed");
            }
        });
    }
    let all = async {
        while let Some(done) = callers.join_next().await {
            done.expect("no caller is refused for good");
        }
    };
    timeout(PATIENCE, all).await.expect("nobody waits for ever");
    assert!(shed(&server, "full").await > 0, "there were too many of them");
    let trials = trials(&study).await;
    assert_eq!(trials.len(), CALLERS * ROUNDS);
    let once = |trial: &tunewright::TrialInfo| trial.state == TrialState::Completed && trial.attempt == 1;
    assert!(trials.iter().all(once), "each was run and counted once");
    let before = shed(&server, "full").await;
    study.info().await.expect("told");
    assert_eq!(shed(&server, "full").await, before, "it is over with the last of them");
}

/// A call that takes too long is given up, not what it has begun: sent again, it finds what it has done already.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_given_up_as_too_slow_counts_once() {
    let redis = RedisServer::start(Fsync::Always);
    let load = LoadBounds { patience: Duration::from_millis(500), ..LoadBounds::default() };
    let server = InProcess::with(Config { load, store: redis.url(), ..Config::default() }).await;
    let study = study(&server, 1).await;

    let asking = slowly(&redis, &server, study.ask(1)).await;
    let trial = asking.expect("asked").trials.remove(0);
    slowly(&redis, &server, trial.complete(0.5, Metrics::new(), "")).await.expect("completed");

    let trials = trials(&study).await;
    assert_eq!(trials.len(), 1, "{trials:?}");
    assert_eq!((trials[0].state, trials[0].attempt), (TrialState::Completed, 1), "{trials:?}");
    assert!(trials[0].orphans.is_empty(), "{trials:?}");
}

/// Makes a call while the store stands still, until the server has given it up once.
async fn slowly<T>(redis: &RedisServer, server: &InProcess, call: impl Future<Output = T>) -> T {
    let before = shed(server, "slow").await;
    redis.pause();
    let given_up = async {
        let deadline = Instant::now() + PATIENCE;
        while shed(server, "slow").await == before {
            assert!(Instant::now() < deadline, "the call is not given up");
            sleep(Duration::from_millis(20)).await;
        }
        redis.resume();
    };
    let (answer, ()) = timeout(PATIENCE, async { tokio::join!(call, given_up) }).await.expect("an end");
    answer
}
