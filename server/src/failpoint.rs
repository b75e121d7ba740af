//! Where a test hurts the server from within: it dies around a commit, or starts with a clock that is wrong.
//!
//! `TUNEWRIGHT_FAILPOINT=before-commit:17` ends the process at the 17th pass as `kill -9` would, and
//! `TUNEWRIGHT_CLOCK_STEP_MS=-3600000` has its wall clock be an hour late. Without the feature `failpoints`, which no
//! release has, nothing is read and nothing happens.

use std::time::SystemTime;

/// A place around a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failpoint {
    /// Decided, and nothing of it stored.
    BeforeCommit,
    /// Stored, and nobody was told.
    BeforeReply,
    /// Stored, and all who asked were told.
    AfterReply,
}

impl Failpoint {
    /// The process may end here.
    #[cfg(feature = "failpoints")]
    pub(crate) fn pass(self) {
        armed::pass(self);
    }

    #[cfg(not(feature = "failpoints"))]
    #[inline]
    #[allow(clippy::unused_self, reason = "the same call with and without the feature")]
    pub(crate) const fn pass(self) {}
}

/// The wall clock's reading at start, as it is, or off by as much as a test wants.
#[cfg(feature = "failpoints")]
pub(crate) fn stepped(wall: SystemTime) -> SystemTime {
    armed::step(wall, std::env::var("TUNEWRIGHT_CLOCK_STEP_MS").ok().as_deref())
}

#[cfg(not(feature = "failpoints"))]
#[inline]
pub(crate) const fn stepped(wall: SystemTime) -> SystemTime {
    wall
}

#[cfg(feature = "failpoints")]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::{Duration, SystemTime};

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    use super::Failpoint;

    const VARIABLE: &str = "TUNEWRIGHT_FAILPOINT";
    /// Answers are with the tasks that send them by now; so long they have to reach the wire.
    const ON_THE_WIRE: Duration = Duration::from_millis(50);

    static PASSES: AtomicU64 = AtomicU64::new(0);

    /// The place and the pass at which to die.
    fn armed() -> Option<(Failpoint, u64)> {
        static ARMED: OnceLock<Option<(Failpoint, u64)>> = OnceLock::new();
        *ARMED.get_or_init(|| {
            let text = std::env::var(VARIABLE).ok()?;
            let armed = parse(&text);
            if armed.is_none() {
                tracing::warn!(text, "{VARIABLE} is not understood");
            }
            armed
        })
    }

    pub(super) fn parse(text: &str) -> Option<(Failpoint, u64)> {
        let (place, pass) = text.split_once(':')?;
        let place = match place {
            "before-commit" => Failpoint::BeforeCommit,
            "before-reply" => Failpoint::BeforeReply,
            "after-reply" => Failpoint::AfterReply,
            _ => return None,
        };
        Some((place, pass.parse().ok().filter(|pass| *pass > 0)?))
    }

    pub(super) fn step(wall: SystemTime, ms: Option<&str>) -> SystemTime {
        let Some(ms) = ms.and_then(|ms| ms.parse::<i64>().ok()) else { return wall };
        let by = Duration::from_millis(ms.unsigned_abs());
        let stepped = if ms < 0 { wall.checked_sub(by) } else { wall.checked_add(by) };
        stepped.unwrap_or(wall)
    }

    pub(super) fn pass(here: Failpoint) {
        let Some((place, at)) = armed() else { return };
        if place != here || PASSES.fetch_add(1, Ordering::SeqCst) + 1 != at {
            return;
        }
        if here == Failpoint::AfterReply {
            std::thread::sleep(ON_THE_WIRE);
        }
        // A process may always signal itself; and without this one no test that waits for its end goes on.
        let _ = kill(Pid::this(), Signal::SIGKILL);
    }
}

#[cfg(all(test, feature = "failpoints"))]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::Failpoint;
    use super::armed::{parse, step};

    #[test]
    fn only_a_place_and_a_positive_number_arm_it() {
        assert_eq!(parse("before-commit:1"), Some((Failpoint::BeforeCommit, 1)));
        assert_eq!(parse("before-reply:17"), Some((Failpoint::BeforeReply, 17)));
        assert_eq!(parse("after-reply:3"), Some((Failpoint::AfterReply, 3)));
        for wrong in ["", "before-commit", "before-commit:0", "before-commit:x", "elsewhere:1"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_clock_is_off_by_what_is_said_and_right_without_a_word() {
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        assert_eq!(step(wall, Some("-5000")), SystemTime::UNIX_EPOCH + Duration::from_secs(995));
        assert_eq!(step(wall, Some("5000")), SystemTime::UNIX_EPOCH + Duration::from_secs(1_005));
        assert_eq!(step(wall, Some("soon")), wall);
        assert_eq!(step(wall, None), wall);
    }
}
