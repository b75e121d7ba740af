//! What was measured on, and how much of it was used.

use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use serde::Serialize;

/// The machine.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// Those that this process may use.
    pub cores: usize,
    pub cpu: String,
    pub version: &'static str,
    /// `release` or `debug`.
    pub build: &'static str,
}

impl Machine {
    pub fn look() -> Self {
        let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model =
            info.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(':'));
        Self {
            cores: std::thread::available_parallelism().map_or(1, Into::into),
            cpu: model.map_or("unknown", |(_, model)| model.trim()).to_owned(),
            version: env!("CARGO_PKG_VERSION"),
            build: if cfg!(debug_assertions) { "debug" } else { "release" },
        }
    }
}

/// CPU time that this process has used.
///
/// # Errors
/// When the kernel does not tell.
pub fn own_cpu() -> anyhow::Result<Duration> {
    cpu(UsageWho::RUSAGE_SELF)
}

/// CPU time that this process's ended children have used.
///
/// # Errors
/// When the kernel does not tell.
pub fn ended_children_cpu() -> anyhow::Result<Duration> {
    cpu(UsageWho::RUSAGE_CHILDREN)
}

fn cpu(who: UsageWho) -> anyhow::Result<Duration> {
    let usage = getrusage(who)?;
    Ok(duration(usage.user_time()) + duration(usage.system_time()))
}

fn duration(time: TimeVal) -> Duration {
    let micros = time.tv_sec() * 1_000_000 + time.tv_usec();
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}
