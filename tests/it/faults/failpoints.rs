//! The server dies around a commit: before it, before the reply, after the reply.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tunewright_tests::chaos::crew::Crew;
use tunewright_tests::chaos::history::History;
use tunewright_tests::chaos::lane::{LEASE, Lane};
use tunewright_tests::chaos::site::Site;
use tunewright_tests::chaos::{StoreKind, checker, ending};

use super::ALONE;
use crate::support::binary::binary;

const PLACES: [&str; 3] = ["before-commit", "before-reply", "after-reply"];
/// The first is the study's own creation, or its first lease.
const PASSES: [u64; 3] = [1, 2, 23];
const TRIALS: u64 = 40;
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_the_embedded_store() {
    die_everywhere(StoreKind::Redb).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_redis() {
    die_everywhere(StoreKind::Redis).await;
}

async fn die_everywhere(store: StoreKind) {
    let _alone = ALONE.lock().await;
    for place in PLACES {
        let mut deaths = JoinSet::new();
        for pass in PASSES {
            deaths.spawn(die(store, place, pass));
        }
        while let Some(died) = deaths.join_next().await {
            died.expect("nothing is lost");
        }
    }
}

async fn die(store: StoreKind, place: &'static str, pass: u64) {
    let mut site = Site::start(binary(), store, "nobody").await.expect("everything starts");
    let armed = format!("{place}:{pass}");
    site.server.kill_9();
    site.server.try_start(Some(&armed)).expect("it starts");
    let lane = Arc::new(Lane::new(&format!("{place}-{pass}"), pass, TRIALS, "nobody"));
    lane.enough();
    let history = Arc::new(History::default());
    let mut crew = Crew::start(pass, &[Arc::clone(&lane)], None, &site.links(), Arc::clone(&history));
    let deadline = Instant::now() + PATIENCE;
    while site.server.is_running() {
        assert!(Instant::now() < deadline, "it does not die at {armed}");
        sleep(Duration::from_millis(10)).await;
    }
    site.server.start();
    assert_eq!(crew.end(PATIENCE).await, 0, "clients are stuck after {armed}");
    site.server.kill_9();
    site.server.start();
    let found = ending::read(site.server.address, &[(lane.study(0), false)]).await.expect("an answer");
    let violations = checker::check(&history.entries(), &found, LEASE);
    assert!(violations.is_empty(), "{armed}: {violations:#?}");
    assert_eq!(found.len(), 1);
}
