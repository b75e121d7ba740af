//! Redis is away for much longer than a lease lives, stopped or frozen: trials go on, results wait, whoever calls is told, and once it
//! is back nothing is lost and no trial is run again.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tonic::transport::Channel;
use tonic::{Code, Status};
use tunewright::Metrics;
use tunewright_proto::status::from_status;
use tunewright_proto::v1;
use tunewright_proto::v1::trial_service_client::TrialServiceClient;
use tunewright_server::storage::testing::{Fsync, RedisServer};

use super::results_spooled::waiting;
use super::{assert_each_counted_once, create, trials, until};
use crate::support::http::get;
use crate::support::process::{Process, Server};

const TRIALS: u64 = 6;
/// Five leases.
const AWAY: Duration = Duration::from_secs(10);
/// Longer than the server waits for an answer of Redis.
const SOON: Duration = Duration::from_secs(15);
/// Who asks all the time meanwhile.
const ASKERS: usize = 32;
/// What the server may grow by while nobody takes what it is asked to store.
const GROWTH_MAX: u64 = 64 << 20;

/// How it is away.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Away {
    Stopped,
    /// Connections stay open and nothing answers.
    Frozen,
}

async fn ask(channel: Channel, study: &str) -> Result<v1::AskTrialsResponse, Status> {
    let request = v1::AskTrialsRequest {
        study: Some(v1::StudyRef { project: String::new(), name: study.to_owned() }),
        client_id: "somebody".to_owned(),
        count: 1,
        ..Default::default()
    };
    Ok(TrialServiceClient::new(channel).ask_trials(request).await?.into_inner())
}

/// Asks until it is stopped, and counts the answers, of which each has to be a refusal with a time to wait.
async fn refused(channel: Channel, study: String, count: Arc<AtomicUsize>) {
    loop {
        let asked = Instant::now();
        let Err(status) = ask(channel.clone(), &study).await else { panic!("it cannot be stored") };
        let refusal = from_status(&status);
        let is_told = matches!(status.code(), Code::Unavailable | Code::ResourceExhausted)
            && refusal.retry_after_ms.is_some();
        assert!(is_told && asked.elapsed() < SOON, "{:?}: {refusal:?}", asked.elapsed());
        count.fetch_add(1, Ordering::Relaxed);
        sleep(Duration::from_millis(50)).await;
    }
}

async fn outlast(away: Away) {
    let mut redis = RedisServer::start(Fsync::Always);
    let server = Server::start(&redis.url());
    let study = create(&server.url, "away", TRIALS).await;
    let desk = tempfile::tempdir().expect("a directory");
    let (spool, begun) = (desk.path().join("spool"), desk.path().join("begun"));
    let script = format!("echo $TUNEWRIGHT_TRIAL >> {}; sleep 3; echo {{x}}", begun.display());
    let dir = spool.display().to_string();
    let command =
        ["--server", &server.url, "worker", "--slots", "2", "--spool", &dir, "--", "sh", "-c", &script];
    let _worker = Process::start(&command);
    let own = study.ask(1).await.expect("leased").trials.remove(0);
    let running = || fs::read_to_string(&begun).map_or(0, |begun| begun.lines().count());
    until("two trials that run", || running() == 2).await;

    match away {
        Away::Stopped => redis.kill_9(),
        Away::Frozen => redis.pause(),
    }
    let (gone, before) = (Instant::now(), server.memory());
    let telling = tokio::spawn(async move { own.complete(0.5, Metrics::new(), "").await });
    let channel =
        Channel::from_shared(server.url.clone()).expect("a URL").connect().await.expect("connected");
    let refusals = Arc::new(AtomicUsize::new(0));
    let name = study.study_ref().name.to_string();
    let mut askers: tokio::task::JoinSet<()> =
        (0..ASKERS).map(|_| refused(channel.clone(), name.clone(), Arc::clone(&refusals))).collect();
    until("two results that wait", || waiting(&spool) == 2).await;
    while gone.elapsed() < AWAY {
        assert_eq!(get(&server.url, "/readyz").await.0, 503);
        assert_eq!(get(&server.url, "/healthz").await.0, 200);
        sleep(Duration::from_millis(500)).await;
    }
    assert!(!telling.is_finished(), "nobody can have taken it");
    assert!(askers.try_join_next().is_none(), "an ask was not refused as it should");
    askers.shutdown().await;
    let grown = server.memory().saturating_sub(before);
    println!(
        "{} asks were refused, and the server grew by {} KiB",
        refusals.load(Ordering::Relaxed),
        grown >> 10
    );
    assert!(refusals.load(Ordering::Relaxed) >= ASKERS && grown < GROWTH_MAX);

    match away {
        Away::Stopped => redis.start_again(),
        Away::Frozen => redis.resume(),
    }
    telling.await.expect("no panic").expect("it is taken now");
    assert_each_counted_once(&study, TRIALS).await;
    let trials = trials(&study).await;
    // Of the asks that were refused because nobody knew what became of them a Redis that wakes up grants some.
    assert!(trials[..3].iter().all(|trial| trial.attempt == 1), "a lease was ended: {trials:?}");
    assert_eq!(running() as u64, TRIALS - 1, "each of the worker's trials was run once");
    until("an empty spool", || waiting(&spool) == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_redis_is_stopped() {
    outlast(Away::Stopped).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_redis_is_frozen() {
    outlast(Away::Frozen).await;
}
