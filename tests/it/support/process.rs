//! Real servers and workers, as processes.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::binary::binary;

/// A process that is ended with its owner. Its log goes to the test's own standard error.
#[derive(Debug)]
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts `tunewright` with these arguments.
    pub fn start(arguments: &[&str]) -> Self {
        let child = Command::new(binary())
            .args(arguments)
            .env("TUNEWRIGHT_LOG", "info")
            // What a killed worker leaves behind is none of the user's.
            .env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("tunewright starts");
        Self { child }
    }

    /// Ends it as a power cut would.
    pub fn kill_9(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is ours");
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("pids fit"));
        kill(pid, signal).expect("it runs");
    }

    /// Waits for it to end and answers with its exit code.
    pub fn exit_code(mut self) -> Option<i32> {
        self.child.wait().expect("it is ours").code()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("it is ours").is_none()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server on a port of its own, kept over restarts.
#[derive(Debug)]
pub struct Server {
    pub url: String,
    store: String,
    process: Option<Process>,
}

impl Server {
    /// Starts one and waits until it listens.
    pub fn start(store: &str) -> Self {
        let mut server = Self::planned(store);
        server.start_again();
        server
    }

    /// One that does not run yet, at an address that is known already.
    pub fn planned(store: &str) -> Self {
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        Self { url: format!("http://{port}"), store: store.to_owned(), process: None }
    }

    /// Bytes of this machine's memory that it has.
    pub fn memory(&self) -> u64 {
        let pid = self.process.as_ref().expect("it runs").child.id();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a figure");
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kib << 10
    }

    pub fn kill_9(&mut self) {
        self.process.take().expect("it runs").kill_9();
    }

    pub fn signal(&self, signal: Signal) {
        self.process.as_ref().expect("it runs").signal(signal);
    }

    /// Waits for it to end and answers with its exit code.
    pub fn exit_code(&mut self) -> Option<i32> {
        self.process.take().expect("it runs").exit_code()
    }

    /// Starts it once more on the same port and store.
    pub fn start_again(&mut self) {
        let address = self.url.trim_start_matches("http://");
        let mut child = Command::new(binary())
            .args(["--json", "serve", "--listen", address, "--store", &self.store])
            .env("TUNEWRIGHT_LOG", "info")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("tunewright starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut line).expect("it says where it listens");
        assert!(line.contains(&self.url), "it listens elsewhere: {line}");
        self.process = Some(Process { child });
    }
}
