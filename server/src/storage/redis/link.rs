//! One connection that many tasks share, and that is made anew when it is of no more use.
//!
//! The crate's own reconnecting connection stays on a primary that has become a replica, and its plain one never
//! recovers; so the plain one is kept here until an error says that another one is needed.

use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, RedisError, RedisResult, ServerErrorKind,
};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::storage::StorageError;

/// The longest a connection may take to be made, and an answer to come.
const DEADLINE: Duration = Duration::from_secs(5);
/// Commands under way at once; more wait their turn, for so long as their deadline lets them.
const IN_FLIGHT: usize = 1024;

pub(super) struct Link {
    client: Client,
    current: RwLock<Option<Live>>,
    /// Held while connecting; remembers the last failure.
    connecting: Mutex<Option<Failure>>,
}

#[derive(Clone)]
struct Live {
    connection: MultiplexedConnection,
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
    pub(super) fn new(client: Client) -> Self {
        Self { client, current: RwLock::new(None), connecting: Mutex::new(None) }
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
        let Live { connection, since } = self
            .live()
            .await
            .map_err(|error| Broken { error: StorageError::unavailable(during, error), dead: false })?;
        match timeout(DEADLINE, command(connection)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                let dead = needs_another_connection(&error);
                if dead {
                    self.end(since);
                }
                Err(Broken { error: StorageError::unavailable(during, error), dead })
            }
            Err(late) => {
                self.end(since);
                Err(Broken { error: StorageError::unavailable(during, late), dead: false })
            }
        }
    }

    fn current(&self) -> Option<Live> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
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
        match self.connect().await {
            Ok(connection) => {
                let live = Live { connection, since: Instant::now() };
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

    async fn connect(&self) -> RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(DEADLINE))
            // `run` has the deadline of answers: it counts the wait for a free place too.
            .set_response_timeout(None)
            .set_concurrency_limit(IN_FLIGHT);
        self.client.get_multiplexed_async_connection_with_config(&config).await
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
