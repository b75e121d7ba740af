//! gRPC over the simulated network.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::http::Uri;
use hyper::rt::Executor;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;
use turmoil::net::{TcpListener, TcpStream};

pub const SERVER: &str = "server";
const PORT: u16 = 7070;

/// Tasks of one thread end in the order in which they began when their host dies; with it connections do.
#[derive(Clone, Copy)]
struct InOrder;

impl<F: Future<Output: 'static> + 'static> Executor<F> for InOrder {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(future);
    }
}

/// A way to the server, made at the first call and again whenever it has to be. As in the clients, a connection is asked
/// whether it lives: one that was cut off by a partition is dead for ever.
pub fn channel() -> Channel {
    Endpoint::from_shared(format!("http://{SERVER}:{PORT}"))
        .expect("a URL")
        .connect_timeout(Duration::from_secs(2))
        .http2_keep_alive_interval(Duration::from_secs(5))
        .keep_alive_timeout(Duration::from_secs(3))
        .keep_alive_while_idle(true)
        .executor(InOrder)
        .connect_with_connector_lazy(service_fn(async |_: Uri| {
            let stream = TcpStream::connect((SERVER, PORT)).await?;
            Ok::<_, io::Error>(TokioIo::new(stream))
        }))
}

/// Takes connections in and serves each.
pub async fn serve(routes: Router) -> io::Result<()> {
    let listener = TcpListener::bind(("0.0.0.0", PORT)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let routes = TowerToHyperService::new(routes.clone());
        tokio::task::spawn_local(async move {
            let mut serving = auto::Builder::new(InOrder);
            serving
                .http2()
                .timer(TokioTimer::new())
                // That of the real world.
                .auto_date_header(false)
                .keep_alive_interval(Duration::from_secs(20))
                .keep_alive_timeout(Duration::from_secs(10));
            // Whoever was there is gone, or cut off.
            let _ = serving.serve_connection(TokioIo::new(stream), routes).await;
        });
    }
}
