//! How much may be under way.

use std::time::Duration;

use tunewright_core::access::Rate;

/// How much may be under way. What is beyond is refused as `exhausted`, with a time to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadBounds {
    /// Results, reports and heartbeats under way at once: what must get through while everything else is refused.
    pub results: usize,
    /// Other calls under way at once.
    pub calls: usize,
    /// Attachments that are uploaded at once.
    pub uploads: usize,
    /// How many of each of these one token may have at once, in percent.
    pub share_of_one: u32,
    /// How long a call may take in all, its message included; an upload may take ten times as long.
    pub patience: Duration,
    /// How often each token may call; as often as it likes if not set. Results, reports and heartbeats count, but are never
    /// refused for it.
    pub rate: Option<Rate>,
}

impl Default for LoadBounds {
    fn default() -> Self {
        Self {
            results: 1_024,
            calls: 1_024,
            uploads: 256,
            share_of_one: 75,
            patience: Duration::from_secs(30),
            rate: None,
        }
    }
}
