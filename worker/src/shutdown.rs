//! How a worker is asked to end.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::info;

/// The two stages of an end.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    /// Take no new trials, give the running ones their grace, release them, and end.
    pub drain: CancellationToken,
    /// Kill everything and end now.
    pub abort: CancellationToken,
}

impl Shutdown {
    /// One that follows this process's signals: the first SIGTERM or SIGINT drains, the second aborts.
    ///
    /// # Errors
    /// If the signals cannot be listened to.
    pub fn on_signals() -> io::Result<Self> {
        let shutdown = Self::default();
        let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let stages = shutdown.clone();
        tokio::spawn(async move {
            for (stage, says) in
                [(&stages.drain, "draining; a second signal ends at once"), (&stages.abort, "ending at once")]
            {
                tokio::select! {
                    _ = term.recv() => {}
                    _ = int.recv() => {}
                }
                info!("{says}");
                stage.cancel();
            }
        });
        Ok(shutdown)
    }
}
