//! Two servers on a Redis with a replica and Sentinels: the primary is killed under load, and what was acknowledged is there.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tunewright_server::storage::testing::{Fsync, RedisTrio};

use super::takeover::{Front, STUDY, number};
use super::{PATIENCE, create};
use crate::support::process::Server;

/// Within which new leases flow, of which Sentinels that notice a silent primary after a second need about three.
const FAILOVER: Duration = Duration::from_secs(30);

/// Asks and tells until it is told to stop, whatever comes between; `told` counts what was acknowledged.
#[derive(Clone, Default)]
struct Work {
    told: Arc<AtomicU64>,
    stop: CancellationToken,
}

impl Work {
    async fn go_on(self, mut front: Front) -> BTreeMap<u64, f64> {
        let mut acknowledged = BTreeMap::new();
        while !self.stop.is_cancelled() {
            let Ok(trial) = front.ask().await else {
                sleep(Duration::from_millis(50)).await;
                continue;
            };
            let loss = number(&trial) as f64 / 7.0;
            if front.complete(&trial, loss).await.is_ok() {
                acknowledged.insert(number(&trial), loss);
                self.told.fetch_add(1, Ordering::SeqCst);
            }
        }
        acknowledged
    }

    /// Waits for so many more.
    async fn progress(&self, more: u64) {
        let wanted = self.told.load(Ordering::SeqCst) + more;
        let deadline = Instant::now() + PATIENCE;
        while self.told.load(Ordering::SeqCst) < wanted {
            assert!(Instant::now() < deadline, "no work is done");
            sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Kills the primary under load; what was acknowledged then and before is there, and no other server has taken over.
async fn survive_failover(
    trio: &mut RedisTrio,
    owner: &Server,
    acknowledged: &mut BTreeMap<u64, f64>,
) -> Duration {
    let work = Work::default();
    let working = [(); 8].map(|()| tokio::spawn(work.clone().go_on(Front::of(owner))));
    work.progress(300).await;
    let primary = trio.primary();
    trio.server(primary).kill_9();
    let killed = Instant::now();
    // What was answered from before the kill is told by now.
    sleep(Duration::from_millis(200)).await;
    let next = Front::of(owner).ask_until(killed + FAILOVER).await;
    let flowing = killed.elapsed();
    Front::of(owner).complete(&next, 0.25).await.expect("completed");
    acknowledged.insert(number(&next), 0.25);
    work.progress(100).await;
    work.stop.cancel();
    for work in working {
        acknowledged.extend(timeout(PATIENCE, work).await.expect("it ends").expect("no panic"));
    }
    flowing
}

async fn survive_failovers(times: usize) {
    let mut trio = RedisTrio::start(Fsync::EverySecond, 1);
    let owner = Server::start(&trio.url());
    create(&owner.url, STUDY, 10_000_000).await;
    let other = Server::start(&trio.url());
    Front::of(&other).stands_by().await;
    let mut acknowledged = BTreeMap::new();
    for time in 1..=times {
        let primary = trio.primary();
        let flowing = survive_failover(&mut trio, &owner, &mut acknowledged).await;
        let completed = Front::of(&owner).completed().await;
        let lost = acknowledged.iter().filter(|(number, loss)| completed.get(number) != Some(loss)).count();
        let told = acknowledged.len();
        println!("failover {time}: leases flow after {flowing:?}, {told} acknowledged so far, {lost} lost");
        assert_eq!(lost, 0);
        Front::of(&other).stands_by().await;
        if time < times {
            trio.server(primary).start_again();
            trio.wait_until_guarded();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_primary_is_followed_and_nothing_acknowledged_is_lost() {
    survive_failovers(1).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: `make failover REPEAT=20`"]
async fn many_killed_primaries_are_followed_and_nothing_acknowledged_is_lost() {
    let times =
        std::env::var("TUNEWRIGHT_TEST_FAILOVERS").map_or(20, |times| times.parse().expect("a number"));
    survive_failovers(times).await;
}
