//! The server that is measured: a process of its own, so that its CPU time can be told from the clients'.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::machine::ended_children_cpu;

const END_GRACE: Duration = Duration::from_secs(10);

/// A running `tunewright serve`.
#[derive(Debug)]
pub struct Target {
    process: Child,
    pub url: String,
    /// Of all children that had ended before.
    cpu_before: Duration,
}

impl Target {
    /// Starts it on this store, at a free port.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(store: &str) -> anyhow::Result<Self> {
        Self::start_at("127.0.0.1:0", store).await
    }

    /// Starts it at this address.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start_at(listen: &str, store: &str) -> anyhow::Result<Self> {
        let cpu_before = ended_children_cpu()?;
        let mut process = Command::new(std::env::current_exe()?)
            .args([
                "--json",
                "--quiet",
                "serve",
                "--listen",
                listen,
                "--allow-unsafe-store",
                "--drain-grace",
                "1s",
            ])
            // In the environment, where a password in it is not for everybody's eyes.
            .env("TUNEWRIGHT_STORE", store)
            .env_remove("TUNEWRIGHT_CONFIG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("the server cannot be started")?;
        let stdout = process.stdout.take().context("the server has no stdout")?;
        let line = BufReader::new(stdout).lines().next_line().await?;
        let Some(line) = line else { bail!("the server ended at once") };
        let said: serde_json::Value = serde_json::from_str(&line)?;
        let url = said["listening"].as_str().context("the server does not tell where it listens")?;
        Ok(Self { url: url.to_owned(), process, cpu_before })
    }

    /// `HOST:PORT`
    pub fn address(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or_default()
    }

    /// The most memory it has held, in MiB.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn peak_memory_mib(&self) -> anyhow::Result<f64> {
        self.memory_mib("VmHWM:")
    }

    /// The memory it holds now, in MiB.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn held_memory_mib(&self) -> anyhow::Result<f64> {
        self.memory_mib("VmRSS:")
    }

    fn memory_mib(&self, figure: &str) -> anyhow::Result<f64> {
        let pid = self.process.id().context("the server has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix(figure));
        let kib: f64 =
            line.and_then(|line| line.split_whitespace().next()).context("no memory is told")?.parse()?;
        Ok(kib / 1024.0)
    }

    /// Ends it as a crash would, and waits until it is gone.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.process.kill().await.context("the server cannot be killed")
    }

    /// Ends it and tells how much CPU time it has used.
    ///
    /// # Errors
    /// When it does not end well.
    pub async fn end(mut self) -> anyhow::Result<Duration> {
        if let Some(pid) = self.process.id().and_then(|id| i32::try_from(id).ok()) {
            kill(Pid::from_raw(pid), Signal::SIGTERM)?;
        }
        let status = tokio::time::timeout(END_GRACE, self.process.wait())
            .await
            .context("the server does not end")??;
        if !status.success() {
            bail!("the server ended with {status}");
        }
        Ok(ended_children_cpu()?.saturating_sub(self.cpu_before))
    }
}
