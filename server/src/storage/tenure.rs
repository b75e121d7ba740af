//! Being the one server that writes a store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::sleep;
use tracing::warn;

use super::{Storage, StorageError};

/// An owner shows that it lives so many times within its tenure.
const RENEWALS: u32 = 3;
/// How soon it tries again where the store was away.
const AWAY: Duration = Duration::from_millis(500);
/// A store that was away has forgotten how long ago its owner was heard: the owner gets so long to come back first.
pub(crate) const RETURN: Duration = Duration::from_secs(5);

/// A store that this server writes, and no other.
#[derive(Debug)]
pub struct Owned {
    pub storage: Arc<dyn Storage>,
    /// What has to be kept up for that; `None` where nobody else can have the store while it is open.
    pub tenure: Option<Arc<dyn Tenure>>,
}

/// The time as the owner of a store that several servers can reach. It lasts until another server takes over, which
/// none does while it is renewed. That the store takes writes of its owner only does not depend on any clock.
#[async_trait]
pub trait Tenure: fmt::Debug + Send + Sync + 'static {
    /// So long after the last renewal another server may take over.
    fn time(&self) -> Duration;

    /// `false`: another server has taken over, so nothing can be written any more.
    async fn renew(&self) -> Result<bool, StorageError>;

    /// Lets another server take over at once. Only for who will write nothing more.
    async fn release(&self) -> Result<(), StorageError>;

    /// Ends once a write was refused because this server is not the owner any more.
    async fn fenced(&self);
}

/// Renews the tenure; ends when it is lost. A store that is away takes it from nobody.
pub async fn keep(tenure: Option<&dyn Tenure>) {
    let Some(tenure) = tenure else { return std::future::pending().await };
    let period = tenure.time() / RENEWALS;
    let mut is_away = false;
    loop {
        tokio::select! {
            () = tenure.fenced() => return,
            () = sleep(if is_away { AWAY } else { period }) => {}
        }
        match tenure.renew().await {
            Ok(true) => is_away = false,
            Ok(false) => return,
            Err(error) => {
                if !is_away {
                    warn!(error = &error as &dyn std::error::Error, "the tenure cannot be renewed");
                }
                is_away = true;
            }
        }
    }
}
