//! The server, as this binary starts it.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

#[derive(Clone, Debug)]
pub struct Config {
    pub store: String,
    pub allow_unsafe_store: bool,
    pub insecure: bool,
    pub grace: Duration,
}

pub async fn run(config: Config, listener: TcpListener, shutdown: CancellationToken) -> anyhow::Result<()> {
    drop((config, listener, shutdown));
    anyhow::bail!("the server has not landed yet")
}
