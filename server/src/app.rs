//! The wiring diagram in code: check the address, open the store, build the parts, serve, drain.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tonic::transport::server::TcpIncoming;
use tracing::{info, warn};

use crate::auth::{Door, Register};
use crate::clock::Clock;
use crate::config::Config;
use crate::dispatch::Dispatcher;
use crate::metrics::Metrics;
use crate::storage::{self, OpenOptions, Storage, StorageError};
use crate::studies::Registry;
use crate::{grpc, http};

/// Signals from studies that may wait for the dispatcher.
const SIGNALS_LEN: usize = 8192;

/// How often an open connection is asked whether its other end still lives, and how long it may take to answer.
const KEEPALIVE: Duration = Duration::from_secs(10);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(5);

/// Why the server did not run, or ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("the listening address cannot be read")]
    Listener(#[source] std::io::Error),
    /// The hint is in the message: there is one way out.
    #[error(
        "refusing to listen on {0} without encryption and authentication; listen on 127.0.0.1, or pass `--insecure-i-know` if the network itself keeps strangers out"
    )]
    Exposed(SocketAddr),
    #[error(
        "nobody could be let in: the store has no token for `admin@*` that is good; name the file of one with `--admin-token-file`"
    )]
    NoAdministrator,
    #[error("the store cannot be opened")]
    Storage(#[from] StorageError),
    #[error("serving failed")]
    Serve(#[from] tonic::transport::Error),
    #[error("the reflection service cannot be built")]
    Reflection(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Serves on `listener` until `shutdown` is cancelled; then ends open calls within the grace period. All that was
/// acknowledged is stored by then, as it is at any moment.
///
/// # Errors
/// If the address is exposed without leave, the store cannot be opened or serving fails.
pub async fn run(config: Config, listener: TcpListener, shutdown: CancellationToken) -> Result<(), RunError> {
    let address = listener.local_addr().map_err(RunError::Listener)?;
    check_exposure(address, config.insecure)?;
    let storage =
        storage::open(&config.store, OpenOptions { allow_unsafe: config.allow_unsafe_store }).await?;
    let clock = Clock::start();
    let metrics = Arc::new(Metrics::new());
    let (signal_sender, signals) = mpsc::channel(SIGNALS_LEN);
    let closing = CancellationToken::new();
    let register = register(&config, Arc::clone(&storage), clock).await?;
    let registry =
        Registry::open(storage, clock, Arc::clone(&metrics), signal_sender, closing.child_token()).await?;
    let (dispatcher, dispatch) = Dispatcher::new(registry.clone(), clock, Arc::clone(&metrics), signals);
    let dispatching = tokio::spawn(dispatcher.run(closing.child_token()));

    let pages = http::router(registry.clone(), metrics);
    let door = Door { register, local: address.ip().is_loopback() };
    let routes = grpc::routes(registry.clone(), dispatch, shutdown.child_token(), pages, door)
        .map_err(RunError::Reflection)?;
    let serving = tonic::transport::Server::builder()
        .accept_http1(true)
        .http2_keepalive_interval(Some(KEEPALIVE))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        .max_concurrent_streams(1024)
        .http2_max_pending_accept_reset_streams(Some(20))
        .http2_max_header_list_size(16 * 1024)
        .add_routes(routes)
        .serve_with_incoming_shutdown(
            TcpIncoming::from(listener).with_nodelay(Some(true)),
            shutdown.clone().cancelled_owned(),
        );
    info!(%address, durability = registry.durability().as_str(), "serving");
    let served = within_grace(serving, &shutdown, config.grace).await;

    closing.cancel();
    registry.close().await;
    if dispatching.await.is_err() {
        warn!("the dispatcher had ended before");
    }
    info!("stopped");
    served.map_err(RunError::from)
}

/// The tokens, if whoever calls has to have one.
async fn register(
    config: &Config,
    storage: Arc<dyn Storage>,
    clock: Clock,
) -> Result<Option<Register>, RunError> {
    if !config.auth {
        return Ok(None);
    }
    let register = Register::open(storage, clock, config.admin_token.as_ref()).await?;
    if register.has_administrator() { Ok(Some(register)) } else { Err(RunError::NoAdministrator) }
}

/// Waits for `serving`; once `shutdown` is cancelled at most `grace` longer.
async fn within_grace<E>(
    serving: impl Future<Output = Result<(), E>>,
    shutdown: &CancellationToken,
    grace: Duration,
) -> Result<(), E> {
    tokio::pin!(serving);
    tokio::select! {
        served = &mut serving => return served,
        () = shutdown.cancelled() => info!("draining"),
    }
    tokio::time::timeout(grace, serving).await.unwrap_or_else(|_| {
        warn!("open calls did not end in time and are cut");
        Ok(())
    })
}

fn check_exposure(address: SocketAddr, insecure: bool) -> Result<(), RunError> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    if !insecure {
        return Err(RunError::Exposed(address));
    }
    warn!(%address, "listening beyond loopback without encryption and authentication: whoever reaches this port owns all studies");
    Ok(())
}
