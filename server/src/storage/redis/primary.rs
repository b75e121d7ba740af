//! The Redis that takes writes: one at a fixed address, or the one that Sentinels name.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError, RedisResult, Value, cmd};
use tokio::time::timeout;

use super::sentinel::Sentinels;
use super::setup::permitted;

/// The longest a connection to a fixed address may take to be made.
const DEADLINE: Duration = Duration::from_secs(5);
/// The same to one of several: there is another one to try.
const DEADLINE_OF_MANY: Duration = Duration::from_secs(1);
/// Commands under way at once; more wait their turn, for so long as their deadline lets them.
const IN_FLIGHT: usize = 1024;

/// Tells one time of one Redis as the primary from all others; empty for a fixed address, which is taken for one Redis.
pub(super) type Reign = Arc<str>;

/// Where all links of a store lead. They follow it together: none stays behind at a primary that another one has left.
pub(super) struct Primary {
    way: Way,
    reign: RwLock<Option<Reign>>,
}

enum Way {
    Fixed(Client),
    Sentinels(Sentinels),
}

impl Primary {
    pub(super) fn fixed(client: Client) -> Self {
        Self { way: Way::Fixed(client), reign: RwLock::default() }
    }

    pub(super) fn behind(sentinels: Sentinels) -> Self {
        Self { way: Way::Sentinels(sentinels), reign: RwLock::default() }
    }

    /// For errors: host and port, or the socket; never the password.
    pub(super) fn address(&self) -> String {
        match &self.way {
            Way::Fixed(client) => client.get_connection_info().addr().to_string(),
            Way::Sentinels(sentinels) => sentinels.address(),
        }
    }

    /// Another Redis may become the primary at any time.
    pub(super) const fn may_change(&self) -> bool {
        matches!(self.way, Way::Sentinels(_))
    }

    /// Whether a connection that was made under `reign` is still one to the primary.
    pub(super) fn is_current(&self, reign: &Reign) -> bool {
        self.reign.read().unwrap_or_else(PoisonError::into_inner).as_ref() == Some(reign)
    }

    /// A new connection, and under which reign it was made.
    pub(super) async fn connect(&self) -> RedisResult<(MultiplexedConnection, Reign)> {
        let (connection, reign) = match &self.way {
            Way::Fixed(client) => (connect(client, DEADLINE).await?, Reign::default()),
            Way::Sentinels(sentinels) => first(&sentinels.resolve().await?).await?,
        };
        *self.reign.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&reign));
        Ok((connection, reign))
    }

    /// Looks whether Sentinels name another Redis than the one in use, which may not know of it itself. Then all links connect
    /// anew. That nobody answers is no reason to leave it.
    pub(super) async fn follow(&self) {
        let Way::Sentinels(sentinels) = &self.way else { return };
        let Ok(candidates) = sentinels.resolve().await else { return };
        let named = candidates.first().map(|client| client.get_connection_info().addr().to_string());
        let mut reign = self.reign.write().unwrap_or_else(PoisonError::into_inner);
        if let (Some(current), Some(named)) = (reign.as_ref(), named)
            && current.split(' ').next() != Some(&*named)
        {
            *reign = None;
        }
    }
}

async fn connect(client: &Client, deadline: Duration) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(deadline))
        // The link has the deadline of answers: it counts the wait for a free place too.
        .set_response_timeout(None)
        .set_concurrency_limit(IN_FLIGHT);
    client.get_multiplexed_async_connection_with_config(&config).await
}

/// The first that is a primary.
async fn first(candidates: &[Client]) -> RedisResult<(MultiplexedConnection, Reign)> {
    let mut problem: RedisError = (ErrorKind::Io, "the Sentinels name no primary").into();
    for client in candidates {
        // With the answers: a Redis that stands still takes connections.
        let tried = timeout(2 * DEADLINE_OF_MANY, async {
            let connection = connect(client, DEADLINE_OF_MANY).await?;
            let reign = reign(&client.get_connection_info().addr().to_string(), connection.clone()).await?;
            Ok((connection, reign))
        });
        match tried.await {
            Ok(Ok(found)) => return Ok(found),
            Ok(Err(error)) => problem = error,
            Err(_) => problem = (ErrorKind::Io, "the primary does not answer in time").into(),
        }
    }
    Err(problem)
}

/// Checks that it is a primary, and says since which start and which promotion: the history that it hands to its replicas has
/// a name, which is another one from each promotion on.
async fn reign(address: &str, mut connection: MultiplexedConnection) -> RedisResult<Reign> {
    let info: RedisResult<String> = cmd("INFO").query_async(&mut connection).await;
    let info = permitted(info)?.unwrap_or_default();
    let field = |name: &str| {
        info.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| *key == name).map(|(_, it)| it)
    };
    let role: RedisResult<Vec<Value>> = cmd("ROLE").query_async(&mut connection).await;
    let is_primary = match permitted(role)? {
        Some(role) => matches!(role.first(), Some(Value::BulkString(role)) if role == b"master"),
        None => field("role") == Some("master"),
    };
    if !is_primary {
        return Err((ErrorKind::Io, "the Redis that the Sentinels name is no primary").into());
    }
    let (run, history) = (field("run_id"), field("master_replid"));
    Ok(format!("{address} {} {}", run.unwrap_or_default(), history.unwrap_or_default()).into())
}
