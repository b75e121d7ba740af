//! A TCP proxy that a test has between two parties: it delays, cuts, goes silent, drops replies, connects twice.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

const CONNECT: Duration = Duration::from_secs(2);

/// What the proxy does to all its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Pass,
    /// Everything takes so much longer, each way.
    Latency(Duration),
    /// Connections are closed, and new ones as soon as they are made.
    Cut,
    /// Connections stay open, and nothing passes. What was said then is gone, so they are closed once all is well.
    HalfOpen,
    /// What is asked arrives and the answer does not. Such connections are closed once all is well.
    DropReplies,
    /// As [`Mode::Pass`], but the other side sees two connections for each one, of which one stays silent.
    DuplicateConnects,
}

/// A proxy on a port of its own before one address. Dropping it closes all its connections.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    mode: watch::Sender<Mode>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// # Errors
    /// When no port can be had.
    pub async fn start(target: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (mode, watched) = watch::channel(Mode::Pass);
        let accepting = tokio::spawn(accept(listener, target, watched));
        Ok(Self { address, mode, accepting })
    }

    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on, also for the connections that are open.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, mode: watch::Receiver<Mode>) {
    // Dropped with this task, and all connections with it.
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((client, _)) if *mode.borrow() != Mode::Cut => {
                connections.spawn(connection(client, target, mode.clone()));
            }
            Ok((client, _)) => drop(client),
            // Out of descriptors, or a client that has gone already: the next one may do.
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn connection(client: TcpStream, target: SocketAddr, mode: watch::Receiver<Mode>) {
    let spoiled = Arc::new(AtomicBool::new(*mode.borrow() == Mode::HalfOpen));
    let ended = until_of_no_use(mode.clone(), Arc::clone(&spoiled));
    let passing = async {
        let mut connecting = mode.clone();
        // To whoever connects while nothing passes, the other side is not there.
        if connecting.wait_for(|mode| *mode != Mode::HalfOpen).await.is_err() {
            return;
        }
        let Ok(Ok(server)) = timeout(CONNECT, TcpStream::connect(target)).await else { return };
        let twice = *mode.borrow() == Mode::DuplicateConnects;
        let second = match twice {
            true => timeout(CONNECT, TcpStream::connect(target)).await.ok(),
            false => None,
        };
        // Nothing that is sent here should wait for more.
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::select! {
            () = pump(from_client, to_server, mode.clone(), false, &spoiled) => {}
            () = pump(from_server, to_client, mode.clone(), true, &spoiled) => {}
        }
        drop(second);
    };
    tokio::select! {
        () = ended => {}
        () = passing => {}
    }
}

/// Resolves when the connection is cut, or when all is well again but bytes of it are missing.
async fn until_of_no_use(mut mode: watch::Receiver<Mode>, spoiled: Arc<AtomicBool>) {
    let is_of_no_use = |mode: &Mode| match mode {
        Mode::Cut => true,
        Mode::HalfOpen | Mode::DropReplies => false,
        Mode::Pass | Mode::Latency(_) | Mode::DuplicateConnects => spoiled.load(Ordering::SeqCst),
    };
    // An error says that the proxy itself has ended.
    let _ = mode.wait_for(is_of_no_use).await;
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mode: watch::Receiver<Mode>,
    carries_replies: bool,
    spoiled: &AtomicBool,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let Ok(length @ 1..) = from.read(&mut buffer).await else { return };
        let now = *mode.borrow();
        let is_lost = match now {
            Mode::HalfOpen => true,
            Mode::DropReplies => carries_replies,
            Mode::Cut => return,
            Mode::Pass | Mode::DuplicateConnects | Mode::Latency(_) => {
                if spoiled.load(Ordering::SeqCst) {
                    return;
                }
                false
            }
        };
        if let Mode::Latency(delay) = now {
            sleep(delay).await;
        }
        if is_lost {
            spoiled.store(true, Ordering::SeqCst);
            continue;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
