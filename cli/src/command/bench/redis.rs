//! A Redis of the benchmark's own: append-only file, forced to disk every second.

use std::net::Ipv4Addr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

const START_DEADLINE: Duration = Duration::from_secs(10);

/// A `redis-server` on a free port, with its files in a temporary directory; ended and removed when dropped.
#[derive(Debug)]
pub struct Redis {
    _process: Child,
    _directory: TempDir,
    pub url: String,
}

impl Redis {
    /// Starts it and waits until it takes connections.
    ///
    /// # Errors
    /// When it is not installed or does not start.
    pub async fn start() -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        drop(listener);
        let mut process = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
            .args(["--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction"])
            .arg("--dir")
            .arg(directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("`redis-server` cannot be started")?;
        let started = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            if let Some(status) = process.try_wait()? {
                bail!("`redis-server` ended: {status}");
            }
            if started.elapsed() > START_DEADLINE {
                bail!("`redis-server` does not answer");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Self { _process: process, _directory: directory, url: format!("redis://127.0.0.1:{port}/0") })
    }
}
