//! One connection, from its handshake to its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tower_service::Service as _;
use tracing::debug;

use super::bounds::PortBounds;
use super::certificates::Certificates;
use super::heard::{Count, Heard};
use crate::metrics::Metrics;
use crate::peer::Peer;

/// What all connections are served with. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Service {
    pub(super) routes: Router,
    pub(super) certificates: Option<Arc<Certificates>>,
    pub(super) handshakes: Arc<Semaphore>,
    pub(super) bounds: PortBounds,
    pub(super) metrics: Arc<Metrics>,
    /// Nothing new is begun, and what is open ends as soon as it can.
    pub(super) ending: CancellationToken,
}

impl Service {
    /// Serves a connection until its end.
    pub(super) async fn serve(self, stream: TcpStream, peer: SocketAddr) {
        // What is small is not to wait for more.
        let _ = stream.set_nodelay(true);
        match &self.certificates {
            None => self.speak(stream, peer).await,
            Some(certificates) => {
                if let Some(stream) = self.shake_hands(certificates, stream, peer).await {
                    self.speak(stream, peer).await;
                }
            }
        }
    }

    async fn shake_hands(
        &self,
        certificates: &Certificates,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Option<TlsStream<TcpStream>> {
        let Ok(_one_of) = self.handshakes.try_acquire() else {
            self.metrics.observe_handshake("too_many");
            return None;
        };
        let shaking = TlsAcceptor::from(certificates.current()).accept(stream);
        let (outcome, stream) = match timeout(self.bounds.patience, shaking).await {
            Ok(Ok(stream)) => ("done", Some(stream)),
            Ok(Err(error)) => {
                debug!(%peer, %error, "a handshake failed");
                ("failed", None)
            }
            Err(_) => ("too_slow", None),
        };
        self.metrics.observe_handshake(outcome);
        stream
    }

    async fn speak<IO>(&self, io: IO, peer: SocketAddr)
    where
        IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (io, heard) = Heard::new(io);
        let routes = self.routes.clone();
        let service =
            service_fn(move |request: hyper::Request<Incoming>| answer(routes.clone(), peer, request));
        let builder = self.builder();
        let connection = builder.serve_connection(TokioIo::new(io), service);
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.silence(&heard) => {
                debug!(%peer, "a connection said nothing");
                return;
            }
            () = self.ending.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            debug!(%peer, error, "a connection failed");
        }
    }

    /// Returns if the other side does not begin to speak.
    async fn silence(&self, heard: &Count) {
        sleep(self.bounds.patience).await;
        if heard.is_enough() {
            std::future::pending().await
        }
    }

    fn builder(&self) -> Builder<TokioExecutor> {
        let bounds = self.bounds;
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(bounds.patience)
            .max_buf_size((bounds.head_len as usize).max(MIN_BUFFER));
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(bounds.keepalive)
            .keep_alive_timeout(bounds.keepalive_answer)
            .max_concurrent_streams(bounds.streams)
            .max_pending_accept_reset_streams(RESETS)
            .max_local_error_reset_streams(RESETS)
            .max_header_list_size(bounds.head_len);
        builder
    }
}

/// Streams that may be reset before they were looked at: who does so again and again wants to keep the server busy.
const RESETS: usize = 20;
/// What the library for HTTP/1 wants at least.
const MIN_BUFFER: usize = 8192;

async fn answer(
    mut routes: Router,
    peer: SocketAddr,
    request: hyper::Request<Incoming>,
) -> Result<Response, Infallible> {
    let mut request: Request = request.map(axum::body::Body::new);
    request.extensions_mut().insert(Peer(peer.ip().to_canonical()));
    routes.call(request).await
}
