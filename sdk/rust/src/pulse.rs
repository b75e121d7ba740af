//! Whether one lease still lives.

use std::sync::OnceLock;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tunewright_core::Refusal;
use tunewright_proto::v1;

/// One lease, shared by the trial that holds it and the thread that renews it.
#[derive(Debug)]
pub(crate) struct Pulse {
    pub lease: v1::LeaseRef,
    /// The lease ends this long after its last renewal.
    pub ttl: Duration,
    pub lost: CancellationToken,
    reason: OnceLock<Refusal>,
}

impl Pulse {
    pub(crate) fn new(lease: v1::LeaseRef, ttl: Duration) -> Self {
        Self { lease, ttl, lost: CancellationToken::new(), reason: OnceLock::new() }
    }

    /// The lease counts no more; the first reason stays.
    pub(crate) fn lose(&self, refusal: Refusal) {
        let _ = self.reason.set(refusal);
        self.lost.cancel();
    }

    pub(crate) fn reason(&self) -> Option<&Refusal> {
        self.reason.get()
    }
}
