//! Two servers on one Redis: one serves, the other stands by and takes over, whatever becomes of the first.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt as _;
use nix::sys::signal::Signal;
use redis::cmd;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tunewright_proto::status::from_status;
use tunewright_proto::v1;
use tunewright_proto::v1::attachment_service_client::AttachmentServiceClient;
use tunewright_proto::v1::put_attachment_request::Part;
use tunewright_proto::v1::study_service_client::StudyServiceClient;
use tunewright_proto::v1::trial_service_client::TrialServiceClient;
use tunewright_server::storage::testing::{Fsync, RedisServer};
use tunewright_tests::chaos::proxy::{Mode, Proxy};

use super::{PATIENCE, create};
use crate::support::http::get;
use crate::support::process::Server;

const READY: u16 = 200;
const NOT_READY: u16 = 503;
pub(super) const STUDY: &str = "taken-over";
/// Within which new leases flow.
const TAKEOVER: Duration = Duration::from_secs(10);
/// More than an owner may be silent.
const TENURE: Duration = Duration::from_secs(6);

/// Asks and tells at one server and no other, and tries nothing twice.
#[derive(Clone)]
pub(super) struct Front {
    studies: StudyServiceClient<Channel>,
    trials: TrialServiceClient<Channel>,
}

fn limited<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(Duration::from_secs(20));
    request
}

fn study() -> Option<v1::StudyRef> {
    let study: tunewright::StudyRef = STUDY.parse().expect("a name");
    Some((&study).into())
}

impl Front {
    pub(super) fn of(server: &Server) -> Self {
        let endpoint = Channel::from_shared(server.url.clone()).expect("a url");
        let channel = endpoint.connect_timeout(Duration::from_secs(1)).connect_lazy();
        Self { studies: StudyServiceClient::new(channel.clone()), trials: TrialServiceClient::new(channel) }
    }

    pub(super) async fn ask(&mut self) -> Result<v1::Assignment, Status> {
        let ask = v1::AskTrialsRequest {
            study: study(),
            client_id: "asker".to_owned(),
            count: 1,
            ..Default::default()
        };
        let asked = self.trials.ask_trials(limited(ask)).await?.into_inner();
        asked.assignments.into_iter().next().ok_or_else(|| Status::internal("the study has no end"))
    }

    pub(super) async fn complete(&mut self, trial: &v1::Assignment, loss: f64) -> Result<(), Status> {
        let lease = trial.lease.clone();
        let told = v1::CompleteTrialRequest { lease, loss, ..Default::default() };
        self.trials.complete_trial(limited(told)).await.map(drop)
    }

    /// Asks until there is a trial.
    pub(super) async fn ask_until(&mut self, deadline: Instant) -> v1::Assignment {
        loop {
            match self.ask().await {
                Ok(trial) => return trial,
                Err(status) => assert!(Instant::now() < deadline, "no lease yet: {status:?}"),
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Refused as by a server that stands by.
    pub(super) async fn stands_by(&mut self) {
        let refused = self.ask().await.expect_err("it stands by");
        assert_eq!(
            (refused.code(), refused.message()),
            (Code::Unavailable, "this server stands by"),
            "{refused:?}"
        );
        let refusal = from_status(&refused);
        assert!(refusal.hint.is_some() && refusal.retry_after_ms.is_some(), "{refusal:?}");
        let listed = self.studies.list_studies(limited(v1::ListStudiesRequest::default())).await;
        assert_eq!(listed.expect_err("every call is refused").code(), Code::Unavailable);
    }

    /// Asks and tells until the server refuses; what it acknowledged.
    fn work(mut self) -> JoinHandle<BTreeMap<u64, f64>> {
        tokio::spawn(async move {
            let mut acknowledged = BTreeMap::new();
            while let Ok(trial) = self.ask().await {
                let number = number(&trial);
                let loss = number as f64 / 7.0;
                if self.complete(&trial, loss).await.is_err() {
                    break;
                }
                acknowledged.insert(number, loss);
            }
            acknowledged
        })
    }

    /// Completed trials with their losses.
    pub(super) async fn completed(&mut self) -> BTreeMap<u64, f64> {
        let mut found = BTreeMap::new();
        let mut page = v1::ListTrialsRequest { study: study(), page_size: 1_000, ..Default::default() };
        loop {
            let answer = self.trials.list_trials(limited(page.clone())).await.expect("listed").into_inner();
            found.extend(answer.trials.iter().filter_map(|trial| Some((trial.number, trial.loss?))));
            if answer.next_page_token.is_empty() {
                return found;
            }
            page.page_token = answer.next_page_token;
        }
    }
}

pub(super) fn number(trial: &v1::Assignment) -> u64 {
    trial.lease.as_ref().expect("a lease").trial
}

/// An owner with a study, and a server that stands by.
async fn pair(redis: &RedisServer) -> (Server, Server) {
    let owner = Server::start(&redis.url());
    create(&owner.url, STUDY, 1_000_000).await;
    let other = Server::start(&redis.url());
    // It answers once it has looked.
    Front::of(&other).stands_by().await;
    (owner, other)
}

async fn ready(server: &Server) -> u16 {
    get(&server.url, "/readyz").await.0
}

async fn wait_until_ready(server: &Server, wanted: u16) {
    let deadline = Instant::now() + PATIENCE;
    while ready(server).await != wanted {
        assert!(Instant::now() < deadline, "not {wanted}");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn survive_kills(times: usize) {
    let redis = RedisServer::start(Fsync::EverySecond);
    let (mut owner, mut other) = pair(&redis).await;
    let mut acknowledged = BTreeMap::new();
    for time in 1..=times {
        let held = Front::of(&owner).ask().await.expect("leased");
        let working = [(); 4].map(|()| Front::of(&owner).work());
        sleep(Duration::from_millis(700)).await;
        owner.kill_9();
        let killed = Instant::now();
        let mut front = Front::of(&other);
        let next = front.ask_until(killed + TAKEOVER).await;
        println!("takeover {time}: leases flow after {:?}", killed.elapsed());
        for work in working {
            let told = work.await.expect("no panic");
            assert!(!told.is_empty(), "the kill fell into work");
            acknowledged.extend(told);
        }
        // A lease of the first counts on, for a fresh full period.
        front.complete(&held, 0.5).await.expect("it is still the only attempt");
        front.complete(&next, 0.25).await.expect("completed");
        acknowledged.extend([(number(&held), 0.5), (number(&next), 0.25)]);
        let completed = front.completed().await;
        for (number, loss) in &acknowledged {
            assert_eq!(completed.get(number), Some(loss), "trial {number} was acknowledged with this loss");
        }
        owner.start_again();
        Front::of(&owner).stands_by().await;
        std::mem::swap(&mut owner, &mut other);
    }
    println!("{times} takeovers, {} acknowledged results, none lost", acknowledged.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_owner_is_succeeded_in_time_and_nothing_acknowledged_is_lost() {
    survive_kills(2).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: `make takeover`"]
async fn many_killed_owners_are_succeeded_in_time_and_nothing_acknowledged_is_lost() {
    let times =
        std::env::var("TUNEWRIGHT_TEST_TAKEOVERS").map_or(20, |times| times.parse().expect("a number"));
    survive_kills(times).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_ends_hands_over_at_once() {
    let redis = RedisServer::start(Fsync::EverySecond);
    let (mut owner, other) = pair(&redis).await;
    let mut watch = create(&owner.url, STUDY, 1_000_000).await.watch();
    watch.next().await.expect("the study as it is").expect("no error");
    let working = Front::of(&owner).work();
    sleep(Duration::from_millis(300)).await;

    let asked = Instant::now();
    owner.signal(Signal::SIGTERM);
    let mut front = Front::of(&other);
    front.ask_until(asked + Duration::from_secs(2)).await;
    println!("handed over after {:?}", asked.elapsed());
    let ended = tokio::task::spawn_blocking(move || owner.exit_code());
    let code = timeout(PATIENCE, ended).await.expect("it ends").expect("no panic");
    assert_eq!(code, Some(0));
    let acknowledged = working.await.expect("no panic");
    assert!(!acknowledged.is_empty());
    let completed = front.completed().await;
    assert!(acknowledged.iter().all(|(number, loss)| completed.get(number) == Some(loss)));
}

/// Keeps a call open for as long as it is not refused.
fn upload(server: &Server) -> JoinHandle<Status> {
    let channel = Channel::from_shared(server.url.clone()).expect("a url").connect_lazy();
    tokio::spawn(async move {
        let key = v1::AttachmentRef { study: study(), trial: None, name: "slow".to_owned() };
        let attachment = v1::Attachment { key: Some(key), size: 9, sha256: "0".repeat(64) };
        let part = v1::PutAttachmentRequest { part: Some(Part::Attachment(attachment)) };
        let parts = futures::stream::iter([part]).chain(futures::stream::pending());
        let put = AttachmentServiceClient::new(channel).put_attachment(Request::new(parts)).await;
        put.expect_err("it never has an end")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_ends_hands_over_before_its_slowest_call_has_ended() {
    let redis = RedisServer::start(Fsync::EverySecond);
    let (mut owner, other) = pair(&redis).await;
    let slow = upload(&owner);
    sleep(Duration::from_millis(500)).await;

    let asked = Instant::now();
    owner.signal(Signal::SIGTERM);
    Front::of(&other).ask_until(asked + Duration::from_secs(8)).await;
    println!("handed over after {:?}", asked.elapsed());
    assert!(!slow.is_finished(), "the call was still open");
    owner.kill_9();
    timeout(PATIENCE, slow).await.expect("it ends").expect("no panic");
}

/// How many owners there were.
async fn owners(redis: &RedisServer) -> u64 {
    let client = redis::Client::open(redis.url()).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("connected");
    cmd("HGET").arg("tw:owner").arg("epoch").query_async(&mut connection).await.expect("there were some")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_is_slow_to_open_the_studies_is_not_succeeded_meanwhile() {
    let redis = RedisServer::start(Fsync::EverySecond);
    let link = Proxy::start(([127, 0, 0, 1], redis.port()).into()).await.expect("a port");
    let first = Server::start(&redis.url());
    create(&first.url, STUDY, 1_000_000).await;
    let slow = Server::start(&format!("redis://{}/0", link.address()));
    Front::of(&slow).stands_by().await;
    link.set(Mode::Latency(Duration::from_millis(400)));
    first.signal(Signal::SIGTERM);
    let deadline = Instant::now() + PATIENCE;
    while owners(&redis).await < 2 {
        assert!(Instant::now() < deadline, "it takes over");
        sleep(Duration::from_millis(20)).await;
    }
    let began = Instant::now();
    let eager = Server::start(&redis.url());
    wait_until_ready(&slow, READY).await;
    let took = began.elapsed();
    println!("opened within {took:?}");
    assert!(took > TENURE, "this was slower than an owner may be silent: {took:?}");
    assert_eq!(owners(&redis).await, 2);
    Front::of(&eager).stands_by().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stands_by_is_alive_but_not_ready() {
    let redis = RedisServer::start(Fsync::EverySecond);
    let (mut owner, other) = pair(&redis).await;
    assert_eq!(ready(&owner).await, READY);
    let hint = from_status(&Front::of(&other).ask().await.expect_err("it stands by")).hint;
    let address = owner.url.trim_start_matches("http://");
    assert!(hint.as_ref().is_some_and(|hint| hint.contains(address)), "{hint:?}");
    let (status, body) = get(&other.url, "/readyz").await;
    assert_eq!(status, NOT_READY);
    assert_eq!(body, r#"{"durability":"buffered","ready":false,"why":"this server stands by"}"#);
    assert_eq!(get(&other.url, "/healthz").await, (READY, "ok\n".to_owned()));
    assert_eq!(get(&other.url, "/metrics").await.0, READY);
    assert_eq!(get(&other.url, "/nowhere").await.0, NOT_READY);
    owner.kill_9();
    wait_until_ready(&other, READY).await;
    Front::of(&other).ask().await.expect("it is ready, so it serves");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_started_again_at_once_need_not_wait_for_itself() {
    let redis = RedisServer::start(Fsync::EverySecond);
    let mut owner = Server::start(&redis.url());
    create(&owner.url, STUDY, 1_000_000).await;
    owner.kill_9();
    owner.start_again();
    let started = Instant::now();
    Front::of(&owner).ask().await.expect("it serves at once");
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

/// All that is in the Redis, but what says that the owner lives.
async fn everything(redis: &RedisServer) -> BTreeMap<String, Vec<u8>> {
    let client = redis::Client::open(redis.url()).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("connected");
    let keys: Vec<String> = cmd("KEYS").arg("*").query_async(&mut connection).await.expect("listed");
    let mut found = BTreeMap::new();
    for key in keys.into_iter().filter(|key| key != "tw:owner:tenure") {
        let dump = cmd("DUMP").arg(&key).query_async(&mut connection).await.expect("dumped");
        found.insert(key, dump);
    }
    found
}

/// As a failover of Redis may do that has not seen the last owner come.
async fn forget_owners(redis: &RedisServer) {
    let client = redis::Client::open(redis.url()).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("connected");
    let () = cmd("DEL").arg("tw:owner").query_async(&mut connection).await.expect("deleted");
}

async fn wake_up(forget: bool) {
    let redis = RedisServer::start(Fsync::EverySecond);
    let (owner, other) = pair(&redis).await;
    let mut late = Front::of(&owner);
    let held = late.ask().await.expect("leased");
    owner.signal(Signal::SIGSTOP);
    if forget {
        // Both owners are the first then.
        forget_owners(&redis).await;
    }
    let mut front = Front::of(&other);
    let next = front.ask_until(Instant::now() + TENURE + TAKEOVER).await;
    front.complete(&next, 0.25).await.expect("completed");

    // These lie there when it wakes up, and it still believes to be the owner.
    let mut asking = late.clone();
    let asking = tokio::spawn(async move { asking.ask().await.map(drop) });
    let mut telling = late.clone();
    let told = held.clone();
    let telling = tokio::spawn(async move { telling.complete(&told, 0.75).await });
    sleep(Duration::from_millis(200)).await;
    let before = everything(&redis).await;
    owner.signal(Signal::SIGCONT);
    for answer in [asking.await.expect("no panic"), telling.await.expect("no panic")] {
        assert_eq!(answer.expect_err("it owns nothing").code(), Code::Unavailable);
    }
    wait_until_ready(&owner, NOT_READY).await;
    late.stands_by().await;
    assert_eq!(everything(&redis).await, before, "a paused owner that wakes up writes nothing");
    front.complete(&held, 0.5).await.expect("the lease counts on");
    assert_eq!(ready(&other).await, READY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_owner_that_wakes_up_writes_nothing() {
    wake_up(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_does_it_when_a_failover_has_taken_the_count_of_owners_back() {
    wake_up(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_stays_the_owner_when_redis_was_away() {
    let mut redis = RedisServer::start(Fsync::Always);
    let (owner, other) = pair(&redis).await;
    let mut front = Front::of(&owner);
    redis.kill_9();
    sleep(TENURE).await;
    redis.start_again();
    front.ask_until(Instant::now() + TAKEOVER).await;
    sleep(TENURE).await;
    front.ask().await.expect("it still serves");
    Front::of(&other).stands_by().await;
}
