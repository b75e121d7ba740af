//! A real worker process, which evaluates trials by real commands.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::Signal;

use super::server::{copy, signal_child};

/// A trial's loss is its parameter, so that every counted result can be checked.
const OBJECTIVE: &str = "sleep 0.05; echo {x}";

/// A real `tunewright worker`. Dropping it kills the process, by its pid.
#[derive(Debug)]
pub struct Worker {
    pub binary: PathBuf,
    pub server: SocketAddr,
    pub pool: String,
    pub log: PathBuf,
    pub child: Option<Child>,
}

impl Worker {
    /// Starts it.
    ///
    /// # Errors
    /// When there is no such program.
    pub fn start(&mut self) -> io::Result<()> {
        let mut child = Command::new(&self.binary)
            .args(["--server", &format!("http://{}", self.server), "worker", "--until-stdin-closes"])
            .args(["--slots", "2", "--drain-grace", "1s", "--pool", &self.pool])
            .args(["--", "sh", "-c", OBJECTIVE])
            .env("TUNEWRIGHT_LOG", "info")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(log) = child.stderr.take() {
            copy(log, &self.log)?;
        }
        self.child = Some(child);
        Ok(())
    }

    /// Ends it as a power cut would.
    pub fn kill_9(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub fn signal(&self, signal: Signal) {
        signal_child(self.child.as_ref(), signal);
    }

    pub fn is_running(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill_9();
    }
}
