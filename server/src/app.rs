//! The wiring: configuration in, a running server out.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, warn};

use crate::config::Config;
use crate::exposure::Exposure;
use crate::metrics::Metrics;
use crate::ownership::{Admission, Gate, Owner, place_of};
use crate::port::{Certificates, Port};
use crate::run_error::RunError;
use crate::storage::{self, OpenOptions};

/// Serves on `listener` until `shutdown` is cancelled; then ends open calls within the grace period. All that was
/// acknowledged is stored by then, as it is at any moment. Where another server owns the store, stands by until it is
/// gone.
///
/// # Errors
/// If the address is exposed without leave, the store cannot be opened or serving fails.
pub async fn run(config: Config, listener: TcpListener, shutdown: CancellationToken) -> Result<(), RunError> {
    let address = listener.local_addr().map_err(RunError::Listener)?;
    let exposure = Exposure::of(address, &config);
    if let Some(exposure) = exposure.filter(|_| !config.insecure) {
        return Err(RunError::Exposed { address: exposure.address(), lacks: exposure.lacks() });
    }
    let certificates = config.tls.clone().map(Certificates::open).transpose()?.map(Arc::new);
    let storage =
        storage::open(&config.store, OpenOptions { allow_unsafe: config.allow_unsafe_store }).await?;
    let metrics = Arc::new(Metrics::new());
    let (gate, routes) = Gate::new();
    let (ending, served) = (shutdown.child_token(), CancellationToken::new());
    let owner = Owner {
        storage,
        place: place_of(address),
        metrics: Arc::clone(&metrics),
        gate,
        admission: Admission::new(&config, address.ip().is_loopback()),
        shutdown: ending.clone(),
        served: served.clone(),
    };
    let port = Port {
        listener,
        certificates,
        reload: Arc::clone(&config.reload),
        bounds: config.port,
        metrics: Arc::clone(&metrics),
    };
    let _reminding = exposure.map(|it| AbortOnDropHandle::new(tokio::spawn(it.remind(metrics))));
    info!(%address, "listening");
    let serving = async {
        within_grace(port.serve(routes, ending.clone()), &ending, config.grace).await;
        // Also if serving ended by itself: what is open is closed and handed over.
        ending.cancel();
        served.cancel();
    };
    let owning = async {
        let ended = owner.run().await;
        ending.cancel();
        ended
    };
    let ((), owned) = tokio::join!(serving, owning);
    info!("stopped");
    owned
}

/// Waits for `serving`; once `shutdown` is cancelled at most `grace` longer.
async fn within_grace(serving: impl Future<Output = ()>, shutdown: &CancellationToken, grace: Duration) {
    tokio::pin!(serving);
    tokio::select! {
        () = &mut serving => return,
        () = shutdown.cancelled() => info!("draining"),
    }
    if tokio::time::timeout(grace, serving).await.is_err() {
        warn!("open calls did not end in time and are cut");
    }
}
