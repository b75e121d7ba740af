//! What the one port answers with: it changes as this server takes over and steps down, while the port stays bound and
//! connections stay open.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::watch;
use tonic::codegen::Service as _;

/// Chooses the routes that requests take from now on.
#[derive(Debug)]
pub(crate) struct Gate {
    routes: watch::Sender<Option<Router>>,
}

impl Gate {
    /// A gate, and the routes of the port. Requests wait before it until it is opened for the first time.
    pub(crate) fn new() -> (Self, Router) {
        let (sender, routes) = watch::channel(None);
        (Self { routes: sender }, Router::new().fallback(pass).with_state(routes))
    }

    pub(crate) fn open(&self, routes: Router) {
        self.routes.send_replace(Some(routes));
    }
}

async fn pass(State(mut routes): State<watch::Receiver<Option<Router>>>, request: Request) -> Response {
    let routes = match routes.wait_for(Option::is_some).await {
        Ok(routes) => routes.clone(),
        // The server ends before it has opened.
        Err(_) => None,
    };
    match routes {
        Some(mut routes) => routes.call(request).await.into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
