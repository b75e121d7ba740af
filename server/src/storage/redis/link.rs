//! One connection that many tasks share, and that is made anew when it is of no more use.
//!
//! The crate's own reconnecting connection stays on a primary that has become a replica, and its plain one never
//! recovers; so the plain one is kept here until an error says that another one is needed.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{Cmd, ErrorKind, FromRedisValue, RedisError, RedisResult, ServerErrorKind};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::owner::Title;
use super::primary::{Primary, Reign};
use crate::storage::StorageError;

/// The longest an answer may take to come.
const DEADLINE: Duration = Duration::from_secs(5);

/// A use of the connection.
pub(super) struct Link {
    wire: Arc<Wire>,
    /// Only for an owner: it writes to the primary at which it became one, and to no other.
    bound: Option<Bound>,
}

struct Bound {
    reign: Reign,
    title: Title,
}

struct Wire {
    primary: Arc<Primary>,
    current: RwLock<Option<Live>>,
    /// Held while connecting; remembers the last failure.
    connecting: Mutex<Option<Failure>>,
}

#[derive(Clone)]
struct Live {
    connection: MultiplexedConnection,
    reign: Reign,
    /// Tells connections apart: an error of an old one must not end the new one.
    since: Instant,
}

/// Why there is no answer.
struct Broken {
    error: StorageError,
    /// The connection was of no use, which another one may be.
    dead: bool,
}

struct Failure {
    at: Instant,
    error: RedisError,
}

impl Link {
    pub(super) fn new(primary: Arc<Primary>) -> Self {
        let wire = Wire { primary, current: RwLock::new(None), connecting: Mutex::new(None) };
        Self { wire: Arc::new(wire), bound: None }
    }

    /// The same connection, for the owner of this title: once it leads to another primary the title is lost.
    pub(super) fn bound(&self, reign: Reign, title: Title) -> Self {
        Self { wire: Arc::clone(&self.wire), bound: Some(Bound { reign, title }) }
    }

    /// Where it leads now.
    pub(super) async fn reign(&self, during: &'static str) -> Result<Reign, StorageError> {
        match self.wire.live().await {
            Ok(live) => Ok(live.reign),
            Err(error) => Err(StorageError::unavailable(during, error)),
        }
    }

    /// Looks whether there is another primary by now.
    pub(super) async fn follow(&self) {
        self.wire.primary.follow().await;
    }

    /// Asks for what may be asked twice. A connection that turns out to be a dead one is replaced once, so that the
    /// first read after an outage finds what is there.
    pub(super) async fn ask<T: FromRedisValue>(
        &self,
        during: &'static str,
        command: &Cmd,
    ) -> Result<T, StorageError> {
        let once = || self.attempt(during, async |mut connection| command.query_async(&mut connection).await);
        match once().await {
            Err(Broken { dead: true, .. }) => once().await,
            answer => answer,
        }
        .map_err(|broken| broken.error)
    }

    /// Runs a command, or a few that belong together, on the shared connection. After an error it is unknown whether
    /// the command was carried out.
    pub(super) async fn run<T, F>(
        &self,
        during: &'static str,
        command: impl FnOnce(MultiplexedConnection) -> F + Send,
    ) -> Result<T, StorageError>
    where
        F: Future<Output = RedisResult<T>> + Send,
    {
        self.attempt(during, command).await.map_err(|broken| broken.error)
    }

    async fn attempt<T, F>(
        &self,
        during: &'static str,
        command: impl FnOnce(MultiplexedConnection) -> F + Send,
    ) -> Result<T, Broken>
    where
        F: Future<Output = RedisResult<T>> + Send,
    {
        let Live { connection, reign, since } = self
            .wire
            .live()
            .await
            .map_err(|error| Broken { error: StorageError::unavailable(during, error), dead: false })?;
        if let Some(bound) = self.bound.as_ref().filter(|bound| bound.reign != reign) {
            return Err(Broken { error: bound.title.lost(), dead: false });
        }
        match timeout(DEADLINE, command(connection)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                let dead = needs_another_connection(&error);
                if dead {
                    self.wire.end(since);
                }
                Err(Broken { error: StorageError::unavailable(during, error), dead })
            }
            Err(late) => {
                self.wire.end(since);
                Err(Broken { error: StorageError::unavailable(during, late), dead: false })
            }
        }
    }
}

impl Wire {
    fn current(&self) -> Option<Live> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner).clone();
        current.filter(|live| self.primary.is_current(&live.reign))
    }

    async fn live(&self) -> Result<Live, RedisError> {
        if let Some(live) = self.current() {
            return Ok(live);
        }
        let asked = Instant::now();
        let mut last_failure = self.connecting.lock().await;
        if let Some(live) = self.current() {
            return Ok(live);
        }
        // Whoever waited while another one failed to connect has its answer too: else a crowd would try one by one.
        if let Some(failure) = last_failure.as_ref().filter(|failure| failure.at >= asked) {
            return Err(failure.error.clone());
        }
        match self.primary.connect().await {
            Ok((connection, reign)) => {
                let live = Live { connection, reign, since: Instant::now() };
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(live.clone());
                *last_failure = None;
                Ok(live)
            }
            Err(error) => {
                *last_failure = Some(Failure { at: Instant::now(), error: error.clone() });
                Err(error)
            }
        }
    }

    fn end(&self, since: Instant) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_some_and(|live| live.since == since) {
            *current = None;
        }
    }
}

/// Whether the server behind this connection is gone, or is not (any more) the one that takes writes.
fn needs_another_connection(error: &RedisError) -> bool {
    error.is_unrecoverable_error()
        || error.is_io_error()
        || matches!(
            error.kind(),
            ErrorKind::Server(
                ServerErrorKind::ReadOnly | ServerErrorKind::BusyLoading | ServerErrorKind::MasterDown
            )
        )
}
