//! The server inside `run`: on a port of its own that only this machine can reach.

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tunewright::{Client, ConnectOptions};
use tunewright_server::{Config, RunError};

use super::plan::Plan;

/// Nobody but the local workers holds calls open, and they are gone by then.
const GRACE: Duration = Duration::from_secs(2);
/// A large store takes a while to be read.
const START_DEADLINE: Duration = Duration::from_secs(120);

/// A running server.
#[derive(Debug)]
pub struct Embedded {
    url: String,
    client: Client,
    shutdown: CancellationToken,
    serving: JoinHandle<Result<(), RunError>>,
}

impl Embedded {
    /// Starts a server on the plan's store and connects to it.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub async fn start(plan: &Plan) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("cannot listen on 127.0.0.1")?;
        let url = format!("http://{}", listener.local_addr()?);
        let config = Config {
            store: plan.store.to_string(),
            allow_unsafe_store: plan.allow_unsafe_store,
            grace: GRACE,
            ..Config::default()
        };
        let shutdown = CancellationToken::new();
        let mut serving = tokio::spawn(tunewright_server::run(config, listener, shutdown.clone()));
        let client = tokio::select! {
            client = Client::connect_with(ConnectOptions::to(&url).with_deadline(START_DEADLINE)) => client?,
            ended = &mut serving => return Err(why(ended)),
        };
        Ok(Self { url, client, shutdown, serving })
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Waits until the server ends, which it should not do by itself, and tells why it did.
    pub async fn died(&mut self) -> anyhow::Error {
        why((&mut self.serving).await)
    }

    /// Ends the server. Whatever was acknowledged is stored already.
    pub async fn end(self) {
        self.shutdown.cancel();
        if !self.serving.is_finished() {
            let _ = tokio::time::timeout(GRACE * 2, self.serving).await;
        }
    }
}

fn why(ended: Result<Result<(), RunError>, tokio::task::JoinError>) -> anyhow::Error {
    match ended {
        Ok(Ok(())) => anyhow!("the embedded server ended"),
        Ok(Err(error)) => error.into(),
        Err(error) => anyhow::Error::from(error).context("the embedded server ended"),
    }
}
