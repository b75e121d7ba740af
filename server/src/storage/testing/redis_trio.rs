//! A real primary with replicas, and three real Sentinels that watch over them.

use std::fmt::Write as _;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::redis_server::{Fsync, RedisServer, free_port};

const NAME: &str = "tunes";
/// Of the servers and of the Sentinels: they need not be the same.
const PASSWORD: &str = "secret";
const SENTINELS_PASSWORD: &str = "quiet";
const SENTINELS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(60);

/// Several `redis-server`, one of which is the primary, and three `redis-server --sentinel`, which promote another one once it
/// has been silent for a second. Dropping it kills all processes, by their pids.
#[derive(Debug)]
pub struct RedisTrio {
    servers: Vec<RedisServer>,
    sentinels: Vec<Sentinel>,
}

#[derive(Debug)]
struct Sentinel {
    process: Child,
    port: u16,
    _directory: TempDir,
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl RedisTrio {
    /// Starts a primary with so many replicas, and waits until a failover would succeed.
    #[must_use]
    pub fn start(fsync: Fsync, replicas: usize) -> Self {
        let passwords = ["--requirepass", PASSWORD, "--masterauth", PASSWORD];
        let primary = RedisServer::start_with(fsync, &passwords);
        let port = primary.port().to_string();
        let mut servers = vec![primary];
        for _ in 0..replicas {
            let settings = [&passwords[..], &["--replicaof", "127.0.0.1", &port]].concat();
            servers.push(RedisServer::start_with(fsync, &settings));
        }
        let mut trio = Self { servers, sentinels: Vec::new() };
        trio.wait_until("the replicas are in step", |trio| trio.replicas_in_step() == replicas);
        let port = trio.servers[0].port();
        trio.sentinels = (0..SENTINELS).map(|_| Sentinel::start(port)).collect();
        trio.wait_until_guarded();
        trio
    }

    /// `redis+sentinel://:PASSWORD@127.0.0.1:PORT,.../tunes/0?sentinel_password=...`
    #[must_use]
    pub fn url(&self) -> String {
        let hosts: Vec<_> = self.sentinels.iter().map(|it| format!("127.0.0.1:{}", it.port)).collect();
        let hosts = hosts.join(",");
        format!("redis+sentinel://:{PASSWORD}@{hosts}/{NAME}/0?sentinel_password={SENTINELS_PASSWORD}")
    }

    /// The address of the primary itself.
    #[must_use]
    pub fn url_of(&self, server: usize) -> String {
        format!("redis://:{PASSWORD}@127.0.0.1:{}/0", self.servers[server].port())
    }

    /// The server that the Sentinels name.
    #[must_use]
    pub fn primary(&self) -> usize {
        let mut found = None;
        self.wait_until("the Sentinels name a primary", |trio| {
            found = trio.servers.iter().position(|server| {
                let port = format!("${}\r\n{}\r\n", server.port().to_string().len(), server.port());
                trio.sentinels.iter().all(|it| it.master().contains(&port)) && is_primary(server)
            });
            found.is_some()
        });
        found.expect("it was found")
    }

    pub fn server(&mut self, index: usize) -> &mut RedisServer {
        &mut self.servers[index]
    }

    /// Waits until every server is a replica or the primary, the replicas are in step, and all Sentinels know that.
    pub fn wait_until_guarded(&self) {
        let replicas = self.servers.len() - 1;
        self.wait_until("all is well", |trio| {
            let sure = trio.sentinels.iter().all(|it| it.is_sure(replicas));
            sure && trio.replicas_in_step() == replicas
        });
    }

    fn replicas_in_step(&self) -> usize {
        let steps = |server: &RedisServer| {
            ask(server.port(), PASSWORD, "INFO replication").matches("state=online").count()
        };
        self.servers.iter().filter(|server| is_primary(server)).map(steps).max().unwrap_or(0)
    }

    fn wait_until(&self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "never so: {what}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Sentinel {
    fn start(primary: u16) -> Self {
        for _ in 0..5 {
            let directory = TempDir::new().expect("a temporary directory");
            let port = free_port();
            let process = Self::spawn(port, primary, directory.path());
            let mut sentinel = Self { process, port, _directory: directory };
            let deadline = Instant::now() + PATIENCE;
            while Instant::now() < deadline {
                if sentinel.process.try_wait().expect("a child").is_some() {
                    // Somebody else has taken the port meanwhile.
                    break;
                }
                if !sentinel.master().is_empty() {
                    return sentinel;
                }
                thread::sleep(Duration::from_millis(10));
            }
        }
        panic!("no Sentinel starts");
    }

    fn spawn(port: u16, primary: u16, directory: &Path) -> Child {
        let mut settings = format!("port {port}\nbind 127.0.0.1\ndir {}\n", directory.display());
        let _ = writeln!(settings, "logfile sentinel.log\nrequirepass {SENTINELS_PASSWORD}");
        let _ = writeln!(settings, "sentinel monitor {NAME} 127.0.0.1 {primary} 2");
        let _ = writeln!(settings, "sentinel auth-pass {NAME} {PASSWORD}");
        let _ = writeln!(settings, "sentinel sentinel-pass {SENTINELS_PASSWORD}");
        let _ = writeln!(settings, "sentinel down-after-milliseconds {NAME} 1000");
        let _ = writeln!(settings, "sentinel failover-timeout {NAME} 5000");
        let file = directory.join("sentinel.conf");
        std::fs::write(&file, settings).expect("written");
        Command::new("redis-server")
            .arg(file)
            .arg("--sentinel")
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("these tests need `redis-server` in the path")
    }

    /// Where it says that the primary is.
    fn master(&self) -> String {
        ask(self.port, SENTINELS_PASSWORD, &format!("SENTINEL GET-MASTER-ADDR-BY-NAME {NAME}"))
    }

    /// Knows all others, and so many replicas that are well.
    fn is_sure(&self, replicas: usize) -> bool {
        let about = ask(self.port, SENTINELS_PASSWORD, &format!("SENTINEL MASTER {NAME}"));
        let known = ask(self.port, SENTINELS_PASSWORD, &format!("SENTINEL REPLICAS {NAME}"));
        let well = known.matches("master-link-status\r\n$2\r\nok").count();
        let others = about.contains(&format!("num-other-sentinels\r\n$1\r\n{}", SENTINELS - 1));
        others && well == replicas && !known.contains("_down") && !about.contains("_down")
    }
}

fn is_primary(server: &RedisServer) -> bool {
    ask(server.port(), PASSWORD, "ROLE").contains("\r\nmaster\r\n")
}

/// What it answers, as it comes over the wire; empty if nothing.
fn ask(port: u16, password: &str, command: &str) -> String {
    try_ask(port, password, command).unwrap_or_default()
}

fn try_ask(port: u16, password: &str, command: &str) -> std::io::Result<String> {
    // The last answer shows that the one before is whole.
    const LAST: &[u8] = b"+PONG\r\n";
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(format!("AUTH {password}\r\n{command}\r\nPING\r\n").as_bytes())?;
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    while !answer.ends_with(LAST) {
        match stream.read(&mut piece)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            length => answer.extend_from_slice(&piece[..length]),
        }
    }
    answer.truncate(answer.len() - LAST.len());
    let answer = String::from_utf8_lossy(&answer).into_owned();
    Ok(answer.strip_prefix("+OK\r\n").unwrap_or_default().to_owned())
}
