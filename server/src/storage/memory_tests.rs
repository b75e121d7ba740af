use std::sync::Arc;

use super::MemoryStorage;
use crate::storage::Storage;
use crate::storage::testing::{conformance, load_time};

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract() {
    conformance(async || Arc::new(MemoryStorage::new()) as Arc<dyn Storage>).await;
}

#[tokio::test]
async fn many_trials_are_loaded() {
    println!("memory: 20,000 trials loaded in {:?}", load_time(&MemoryStorage::new(), 20_000).await);
}
