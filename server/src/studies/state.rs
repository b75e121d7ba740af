//! Whether a study is in memory.

use std::time::Duration;

use tokio::time::Instant;
use tunewright_core::Refusal;

use super::open::OpenStudy;

/// The waits between attempts to load a study from a store that is away.
pub(super) const RELOAD_FIRST: Duration = Duration::from_millis(200);
pub(super) const RELOAD_LAST: Duration = Duration::from_secs(5);

/// Whether the study is in memory.
pub(super) enum State {
    /// Not asked for, yet or any more.
    Asleep,
    Open(Box<OpenStudy>),
    /// To be loaded (again) at this time; until then every request is refused with `why`.
    Away {
        why: Refusal,
        retry_at: Instant,
        wait: Duration,
    },
}

impl State {
    /// To be loaded as soon as the task runs.
    pub(super) fn wanted() -> Self {
        let why = Refusal::unavailable("the study is being loaded", 200);
        Self::Away { why, retry_at: Instant::now(), wait: RELOAD_FIRST }
    }

    /// Whether a request is worth a look into the store now.
    pub(super) fn is_to_be_loaded(&self) -> bool {
        match self {
            Self::Asleep => true,
            Self::Open(_) => false,
            Self::Away { retry_at, .. } => *retry_at <= Instant::now(),
        }
    }
}
