//! Being asked to end: the first signal drains, the second ends at once.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// What the signals so far ask for.
#[derive(Clone, Debug, Default)]
pub struct Signals {
    /// Finish what is running, take nothing new.
    pub drain: CancellationToken,
    /// Give up at once.
    pub now: CancellationToken,
}

impl Signals {
    /// Listens for SIGINT (Ctrl-C) and SIGTERM from now on, for the rest of the process.
    ///
    /// # Errors
    /// When the handlers cannot be set.
    pub fn listen() -> anyhow::Result<Self> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let signals = Self::default();
        let Self { drain, now } = signals.clone();
        tokio::spawn(async move {
            for token in [drain, now] {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                token.cancel();
            }
        });
        Ok(signals)
    }
}
