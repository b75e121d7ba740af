//! Being asked to end: the first signal drains, the second ends at once.

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Notifies at each SIGHUP from now on, for the rest of the process.
///
/// # Errors
/// When the handler cannot be set.
pub fn on_hangup(notify: Arc<Notify>) -> anyhow::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            notify.notify_one();
        }
    });
    Ok(())
}

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
