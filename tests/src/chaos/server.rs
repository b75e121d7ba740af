//! A server that is killed, stopped and started again, on the same address and store. All calls block, with deadlines.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How long a server may take until it listens, and to end when it is asked to.
const DEADLINE: Duration = Duration::from_secs(30);

/// A real `tunewright serve`. Dropping it kills the process, by its pid.
#[derive(Debug)]
pub struct Server {
    pub binary: PathBuf,
    pub address: SocketAddr,
    pub store: String,
    /// Gets all that it logs, over all its lives.
    pub log: PathBuf,
    /// By how much its wall clock is off from its next start on.
    pub clock_step_ms: i64,
    pub child: Option<Child>,
}

impl Server {
    /// Starts it, and again if it ends by itself, as whatever supervises a server does: its store may be away.
    ///
    /// # Panics
    /// When it does not listen in time.
    pub fn start(&mut self) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.try_start(None) {
                Ok(()) => return,
                Err(error) => assert!(Instant::now() < deadline, "the server does not start: {error}"),
            }
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Starts it so that it dies at this place, for example `before-commit:17`.
    ///
    /// # Errors
    /// When it ends before it listens.
    pub fn try_start(&mut self, failpoint: Option<&str>) -> io::Result<()> {
        // What is written to a full disk is refused, and does not end the process.
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(&self.binary);
        command.args(["--json", "serve", "--exit-with-stdin", "--drain-grace", "2s"]);
        command.args(["--listen", &self.address.to_string(), "--store", &self.store]);
        command.env("TUNEWRIGHT_LOG", "info").env_remove("TUNEWRIGHT_FAILPOINT");
        command.env("TUNEWRIGHT_CLOCK_STEP_MS", self.clock_step_ms.to_string());
        command.envs(failpoint.map(|place| ("TUNEWRIGHT_FAILPOINT", place)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        if let Some(log) = child.stderr.take() {
            copy(log, &self.log)?;
        }
        let (said, heard) = mpsc::channel();
        if let Some(output) = child.stdout.take() {
            thread::spawn(move || {
                let mut line = String::new();
                let _ = BufReader::new(output).read_line(&mut line);
                // Whoever waited may have given up.
                let _ = said.send(line);
            });
        }
        self.child = Some(child);
        match heard.recv_timeout(DEADLINE) {
            Ok(line) if line.contains(&self.address.to_string()) => Ok(()),
            Ok(line) => {
                self.kill_9();
                Err(io::Error::other(format!("it said `{line}`, see {}", self.log.display())))
            }
            Err(late) => {
                self.kill_9();
                Err(io::Error::other(late))
            }
        }
    }

    pub fn is_running(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// Ends it as a power cut would; nothing if it has ended.
    pub fn kill_9(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks it to end, and waits for it; answers with its exit code.
    pub fn terminate(&mut self) -> Option<i32> {
        self.signal(Signal::SIGTERM);
        let ended = self.wait(DEADLINE);
        self.kill_9();
        ended.and_then(|status| status.code())
    }

    /// Waits until it has ended by itself; how, if it has.
    pub fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if let Some(Ok(Some(status))) = self.child.as_mut().map(Child::try_wait) {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(10));
        }
        None
    }

    pub fn signal(&self, signal: Signal) {
        signal_child(self.child.as_ref(), signal);
    }

    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill_9();
    }
}

pub(super) fn signal_child(child: Option<&Child>, signal: Signal) {
    if let Some(pid) = child.and_then(|child| i32::try_from(child.id()).ok()) {
        // It may have ended already; as long as nobody has waited for it, its pid is nobody else's.
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

/// Copies what a process says to the end of a file, in a thread that ends with it.
pub(super) fn copy(mut from: impl io::Read + Send + 'static, to: &Path) -> io::Result<()> {
    let mut to: File = OpenOptions::new().create(true).append(true).open(to)?;
    thread::spawn(move || io::copy(&mut from, &mut to));
    Ok(())
}
