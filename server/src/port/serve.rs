//! Taking connections in.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

use super::bounds::PortBounds;
use super::certificates::Certificates;
use super::connection::Service;
use crate::metrics::Metrics;
use crate::seats::Seats;

/// How long it waits after the system could not give a connection, for example for lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The one port.
#[derive(Debug)]
pub(crate) struct Port {
    pub(crate) listener: TcpListener,
    /// `None`: no TLS.
    pub(crate) certificates: Option<Arc<Certificates>>,
    /// Asks to read the certificates again.
    pub(crate) reload: Arc<Notify>,
    pub(crate) bounds: PortBounds,
    pub(crate) metrics: Arc<Metrics>,
}

impl Port {
    /// Serves until `shutdown`, and then until all that is open has ended. What is still open when this future is
    /// dropped is cut.
    pub(crate) async fn serve(self, routes: Router, shutdown: CancellationToken) {
        let cut = CancellationToken::new();
        let _cut = cut.clone().drop_guard();
        let connections = TaskTracker::new();
        let peers = Seats::new(self.bounds.connections, self.bounds.connections_per_address);
        if let Some(certificates) = self.certificates.clone() {
            let metrics = Arc::clone(&self.metrics);
            let keeping_up =
                certificates.keep_up(self.reload, move |is_good| metrics.observe_reload(is_good));
            let cut = cut.clone();
            tokio::spawn(async move { cut.run_until_cancelled(keeping_up).await });
        }
        let service = Service {
            routes,
            certificates: self.certificates,
            handshakes: Arc::new(Semaphore::new(self.bounds.handshakes)),
            bounds: self.bounds,
            metrics: Arc::clone(&self.metrics),
            ending: shutdown.clone(),
        };
        while let Some(accepted) = shutdown.run_until_cancelled(self.listener.accept()).await {
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) if is_of_the_other_side(&error) => continue,
                Err(error) => {
                    warn!(%error, "no connection can be taken");
                    shutdown.run_until_cancelled(tokio::time::sleep(ACCEPT_PAUSE)).await;
                    continue;
                }
            };
            let Some(seat) = peers.take(peer.ip().to_canonical()) else {
                debug!(%peer, "a connection too many");
                self.metrics.observe_connection_refused();
                continue;
            };
            let (service, cut, open) = (service.clone(), cut.clone(), self.metrics.connection());
            connections.spawn(async move {
                cut.run_until_cancelled(service.serve(stream, peer)).await;
                drop((seat, open));
            });
        }
        // From here on nobody waits at the door in vain.
        drop(self.listener);
        connections.close();
        connections.wait().await;
    }
}

/// Whether the connection itself failed before it was taken, which says nothing of the next.
fn is_of_the_other_side(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
