//! All that can be hurt: a server, its store, the links to both, workers.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tunewright_server::storage::testing::{RedisServer, free_port};

use super::proxy::Proxy;
use super::server::Server;
use super::store::StoreKind;
use super::worker::Worker;

/// Links between the clients and the server, of which some may be hurt and others not.
const LINKS: usize = 2;
const WORKERS: usize = 2;

/// A server, its store, the links to both, and workers. All of it ends with its owner.
#[derive(Debug)]
pub struct Site {
    pub workers: Vec<Worker>,
    pub server: Server,
    pub client_links: Vec<Proxy>,
    pub store_link: Option<Proxy>,
    pub redis: Option<RedisServer>,
    pub directory: TempDir,
}

impl Site {
    /// Starts the store, the links and the server; the workers are still to be started.
    ///
    /// # Errors
    /// When a port, a directory or a program is missing.
    ///
    /// # Panics
    /// When the store or the server does not start.
    pub async fn start(binary: &Path, store: StoreKind, pool: &str) -> io::Result<Self> {
        let directory = TempDir::with_prefix("tunewright-chaos-")?;
        let redis = store.fsync().map(RedisServer::start);
        let mut store_link = None;
        let mut url = match store {
            StoreKind::Memory => "memory:".to_owned(),
            _ => format!("redb:{}", directory.path().join("data").display()),
        };
        if let Some(redis) = &redis {
            let link = Proxy::start(local(redis.port())).await?;
            url = format!("redis://{}/0", link.address());
            store_link = Some(link);
        }
        let log = |name: &str| directory.path().join(name);
        let mut server = Server {
            binary: binary.to_owned(),
            address: local(free_port()),
            store: url,
            log: log("server.log"),
            clock_step_ms: 0,
            child: None,
        };
        server.start();
        let mut client_links = Vec::new();
        for _ in 0..LINKS {
            client_links.push(Proxy::start(server.address).await?);
        }
        let workers = (0..WORKERS).map(|at| Worker {
            binary: binary.to_owned(),
            server: client_links[at % LINKS].address(),
            pool: pool.to_owned(),
            log: log("worker.log"),
            child: None,
        });
        let workers = workers.collect();
        Ok(Self { workers, server, client_links, store_link, redis, directory })
    }

    /// Where clients reach the server.
    #[must_use]
    pub fn links(&self) -> Vec<SocketAddr> {
        self.client_links.iter().map(Proxy::address).collect()
    }

    /// Ends everything, and keeps the logs and the data for somebody to read.
    #[must_use]
    pub fn keep(self) -> PathBuf {
        self.directory.keep()
    }
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
