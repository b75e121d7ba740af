//! What the server is told at start.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::storage::without_secrets;
use crate::{LoadBounds, PortBounds, Quotas, Secret, TlsFiles};

/// What the server is told at start.
#[derive(Clone)]
pub struct Config {
    /// Where studies are kept: `memory:`, `redb:DIR`, `redis://...`, `redis+sentinel://...`, or either with TLS: `rediss...`.
    pub store: String,
    /// Use a store that is set up so that it can lose results.
    pub allow_unsafe_store: bool,
    /// Listen beyond loopback without TLS and tokens.
    pub insecure: bool,
    /// Demand a token of whoever calls.
    pub auth: bool,
    /// A token that allows everything and is in no store: with it the first others are made.
    pub admin_token: Option<Secret>,
    /// Serve with TLS only.
    pub tls: Option<TlsFiles>,
    /// Whoever notifies it has the certificates read again at once; they are looked at every two seconds anyway.
    pub reload: Arc<Notify>,
    /// How much of the server those can take who are only connected.
    pub port: PortBounds,
    /// How much may be under way.
    pub load: LoadBounds,
    /// How much may be sent and kept.
    pub quotas: Quotas,
    /// How long open calls may take to end at shutdown.
    pub grace: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            store: "memory:".to_owned(),
            allow_unsafe_store: false,
            insecure: false,
            auth: false,
            admin_token: None,
            tls: None,
            reload: Arc::default(),
            port: PortBounds::default(),
            load: LoadBounds::default(),
            quotas: Quotas::default(),
            grace: Duration::from_secs(5),
        }
    }
}

/// Without the password that the store's address may have in it.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = without_secrets(&self.store);
        f.debug_struct("Config")
            .field("store", &store)
            .field("allow_unsafe_store", &self.allow_unsafe_store)
            .field("insecure", &self.insecure)
            .field("auth", &self.auth)
            .field("admin_token", &self.admin_token)
            .field("tls", &self.tls)
            .field("port", &self.port)
            .field("load", &self.load)
            .field("quotas", &self.quotas)
            .field("grace", &self.grace)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_keeps_its_secrets() {
        let config = Config {
            store: "redis://me:p@s@host:1/0".to_owned(),
            admin_token: Secret::parse(&format!("tw_admin_{}", "c0ffee00".repeat(8))),
            ..Config::default()
        };
        assert!(config.admin_token.is_some());
        let shown = format!("{config:?}");
        assert!(shown.contains("redis://***@host:1/0"), "{shown}");
        assert!(!shown.contains("p@s") && !shown.contains("c0ffee"), "{shown}");
    }
}
