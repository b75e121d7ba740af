//! How much of the server those can take who are only connected.

use std::time::Duration;

/// How much of the server those can take who are only connected. What is beyond is closed or refused; nothing waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortBounds {
    /// Connections at once.
    pub connections: usize,
    /// Connections of one address at once, so that nobody can take all.
    pub connections_per_address: usize,
    /// TLS handshakes under way at once: they cost most before anything is known of the other side.
    pub handshakes: usize,
    /// Calls and streams at once on one connection.
    pub streams: u32,
    /// Bytes of the head of a request.
    pub head_len: u32,
    /// How long a handshake may take; also how long the other side may take for the head of a request.
    pub patience: Duration,
    /// How often a connection is asked whether its other end still lives, and how long that may take to answer.
    pub keepalive: Duration,
    pub keepalive_answer: Duration,
}

impl Default for PortBounds {
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_per_address: 5_000,
            handshakes: 256,
            streams: 1_024,
            head_len: 16 * 1024,
            patience: Duration::from_secs(10),
            keepalive: Duration::from_secs(10),
            keepalive_answer: Duration::from_secs(5),
        }
    }
}
