//! What the server is told at start.

use std::time::Duration;

use crate::Secret;

/// What the server is told at start.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where studies are kept: `memory:`, `redb:DIR`, `redis://...` or `rediss://...`.
    pub store: String,
    /// Use a store that is set up so that it can lose results.
    pub allow_unsafe_store: bool,
    /// Listen beyond loopback without TLS and tokens.
    pub insecure: bool,
    /// Demand a token of whoever calls.
    pub auth: bool,
    /// A token that allows everything and is in no store: with it the first others are made.
    pub admin_token: Option<Secret>,
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
            grace: Duration::from_secs(5),
        }
    }
}
