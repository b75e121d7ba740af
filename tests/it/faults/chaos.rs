//! A short run of the fault suite on each store. `make chaos` runs it for long.

use std::time::Duration;

use tunewright_tests::chaos::{PATIENCE, Settings, StoreKind, Summary, run};

use super::ALONE;
use crate::support::binary::binary;

const SEED: u64 = 7;
const LENGTH: Duration = Duration::from_secs(35);

#[tokio::test(flavor = "multi_thread")]
async fn no_promise_breaks_on_the_embedded_store() {
    hold(StoreKind::Redb).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_promise_breaks_on_redis() {
    hold(StoreKind::Redis).await;
}

/// So that it is known that the suite would find a loss.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_forgets_is_found_out() {
    let summary = hurt(StoreKind::Memory, Duration::from_secs(3), Duration::from_secs(3)).await;
    println!("{summary}");
    assert!(summary.losses() > 0, "{summary}");
    assert!(!summary.is_clean());
    assert!(summary.broken.iter().any(|broken| !broken.evidence.is_empty()), "{summary}");
    let kept = summary.kept.expect("the logs and the data of a run with findings are kept");
    std::fs::remove_dir_all(kept).expect("ours");
}

async fn hold(store: StoreKind) {
    let summary = hurt(store, LENGTH, PATIENCE).await;
    println!("{summary}");
    assert!(summary.is_clean(), "see above");
    // Else too little has happened for that to say anything.
    assert!(summary.injected() >= 15 && summary.faults.len() >= 8, "too few faults");
    assert!(summary.acknowledged >= 300 && summary.unknown > 0, "too few requests, or all of them answered");
}

async fn hurt(store: StoreKind, length: Duration, patience: Duration) -> Summary {
    let _alone = ALONE.lock().await;
    let binary = binary().to_owned();
    let settings = Settings { binary, store, seed: SEED, length, patience, is_watched: false };
    run(settings).await.expect("the run itself is sound")
}
