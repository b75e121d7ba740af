//! A server without a port, for tests that bring a network of their own.

use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Config;
use crate::metrics::Metrics;
use crate::ownership::{Admission, Term};
use crate::run_error::RunError;
use crate::storage::Storage;

/// All of a server but taking connections in: opens the studies of this store, for whoever comes, while the wall clock
/// shows `wall`. What it answers with serves gRPC and the pages. It ends with its runtime, as in a crash.
///
/// # Errors
/// If the store cannot be read.
pub async fn portless(storage: Arc<dyn Storage>, wall: SystemTime) -> Result<Router, RunError> {
    let admission = Admission::new(&Config::default(), false);
    let (clock, metrics) = (Clock::reading(wall), Arc::new(Metrics::new()));
    let (_term, routes) = Term::open(storage, clock, metrics, &admission, &CancellationToken::new()).await?;
    Ok(routes)
}
