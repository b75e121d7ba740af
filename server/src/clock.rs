//! The server's clock: the one place where time is read.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;
use tunewright_core::Timestamp;

use crate::failpoint::stepped;

/// One reading of the wall clock at start, carried on by the monotonic clock: it never goes back or jumps while the
/// server runs, whatever happens to the machine's wall clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    wall_at_start: Timestamp,
    start: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self::reading(stepped(SystemTime::now()))
    }

    /// A clock that starts now, while the wall clock shows `wall`.
    pub(crate) fn reading(wall: SystemTime) -> Self {
        let wall = wall.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self { wall_at_start: Timestamp::default() + wall, start: Instant::now() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.wall_at_start + self.start.elapsed()
    }

    /// When the clock will show `at`; now if it already has.
    pub(crate) fn instant_of(&self, at: Timestamp) -> Instant {
        // An instant far beyond any run of the server cannot be represented everywhere; a year is as good as never.
        const FAR: Duration = Duration::from_secs(365 * 24 * 3600);
        Instant::now() + at.since(self.now()).min(FAR)
    }
}
