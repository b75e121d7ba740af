//! A real server in the test's own process, over a store in memory.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tunewright_server::{Config, RunError, run};

/// A real server in the test's own process. It ends with its owner.
#[derive(Debug)]
pub struct InProcess {
    pub url: String,
    shutdown: DropGuard,
    serving: JoinHandle<Result<(), RunError>>,
}

impl InProcess {
    pub async fn start() -> Self {
        Self::with_store("memory:").await
    }

    pub async fn with_store(store: &str) -> Self {
        Self::with(Config { store: store.to_owned(), ..Config::default() }).await
    }

    /// One that is told this, but ends quickly.
    pub async fn with(config: Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shutdown = CancellationToken::new();
        let config = Config { grace: Duration::from_secs(1), ..config };
        let serving = tokio::spawn(run(config, listener, shutdown.clone()));
        Self { url, shutdown: shutdown.drop_guard(), serving }
    }

    /// Ends it gracefully.
    pub async fn stop(self) {
        let Self { shutdown, serving, .. } = self;
        drop(shutdown);
        serving.await.expect("no panic").expect("a clean end");
    }
}
