//! A real Redis of a test's own.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

/// When Redis forces its append-only file to disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fsync {
    /// There is no append-only file.
    Off,
    EverySecond,
    Always,
}

/// A `redis-server` from the path on a free port of 127.0.0.1, with its files in a temporary directory. Dropping it
/// kills the process, by its pid, and removes the files.
///
/// It panics when there is no `redis-server`: a test without one has tested nothing.
#[derive(Debug)]
pub struct RedisServer {
    process: Child,
    port: u16,
    settings: Vec<String>,
    directory: TempDir,
}

impl RedisServer {
    /// Starts one and waits until it answers.
    #[must_use]
    pub fn start(fsync: Fsync) -> Self {
        Self::start_with(fsync, &[])
    }

    /// As [`RedisServer::start`], with more settings as on its command line: `["--requirepass", "secret"]`.
    #[must_use]
    pub fn start_with(fsync: Fsync, more: &[&str]) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let settings: Vec<String> =
            settings(fsync).iter().chain(more).map(|word| (*word).to_owned()).collect();
        // Somebody else can take the port between our asking for it and Redis binding it.
        for _ in 0..5 {
            let port = free_port();
            let mut process = spawn(port, &settings, directory.path());
            if answers(&mut process, port) {
                return Self { process, port, settings, directory };
            }
        }
        panic!("redis-server does not start: {}", log(directory.path()));
    }

    /// `redis://127.0.0.1:PORT/0`
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Ends the process as a power cut would, except that what the kernel holds still reaches the disk.
    pub fn kill_9(&mut self) {
        self.process.kill().expect("the process is there");
        self.process.wait().expect("the process has ended");
    }

    /// Asks it to end, as an upgrade does: it writes all it has to disk first.
    pub fn terminate(&mut self) {
        self.signal(Signal::SIGTERM);
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.process.try_wait().expect("a child").is_none() {
            assert!(Instant::now() < deadline, "no end: {}", log(self.directory.path()));
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether it has not ended yet.
    pub fn is_running(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Where its files are.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Starts it again on the same port and files, and waits until it has loaded them.
    pub fn start_again(&mut self) {
        self.process = spawn(self.port, &self.settings, self.directory.path());
        assert!(answers(&mut self.process, self.port), "no restart: {}", log(self.directory.path()));
    }

    /// Stops it where it stands: connections stay open and nothing answers.
    pub fn pause(&self) {
        self.signal(Signal::SIGSTOP);
    }

    pub fn resume(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.process.id()).expect("a pid fits");
        kill(Pid::from_raw(pid), signal).expect("the process is there");
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn settings(fsync: Fsync) -> &'static [&'static str] {
    match fsync {
        Fsync::Off => &["--appendonly", "no"],
        Fsync::EverySecond => &["--appendonly", "yes", "--appendfsync", "everysec"],
        Fsync::Always => &["--appendonly", "yes", "--appendfsync", "always"],
    }
}

/// A port that nobody listens on at the moment.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn spawn(port: u16, settings: &[String], directory: &Path) -> Child {
    // Where a test limits the size of its files, what is too much is refused and does not end it.
    Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec redis-server \"$@\"", "redis-server"])
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--daemonize", "no"])
        .args(["--logfile", "redis.log", "--dir"])
        .arg(directory)
        .args(settings)
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("these tests need `redis-server` in the path")
}

/// Waits until it serves; `false` if it ended.
fn answers(process: &mut Child, port: u16) -> bool {
    let deadline = Instant::now() + Duration::from_secs(30);
    while Instant::now() < deadline {
        if process.try_wait().expect("a child").is_some() {
            return false;
        }
        if ping(port).is_ok_and(|answer| answer.starts_with("+PONG") || answer.starts_with("-NOAUTH")) {
            return true;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("redis-server does not answer within 30 s");
}

fn ping(port: u16) -> std::io::Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(b"PING\r\n")?;
    let mut answer = [0; 64];
    let length = stream.read(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer[..length]).into_owned())
}

fn log(directory: &Path) -> String {
    std::fs::read_to_string(directory.join("redis.log")).unwrap_or_else(|error| error.to_string())
}
