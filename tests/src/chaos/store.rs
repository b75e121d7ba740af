//! Where the server of a run keeps its studies.

use std::str::FromStr;

use tunewright_server::storage::testing::Fsync;

/// Where the server of a run keeps its studies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    Redb,
    /// Forces each write to disk, and may be killed.
    Redis,
    /// Forces to disk every second, and is ended gracefully.
    RedisEverySecond,
    /// Forgets everything when the server ends. It is here so that a test sees the suite find that.
    Memory,
}

impl StoreKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Redb => "redb",
            Self::Redis => "redis",
            Self::RedisEverySecond => "redis-everysec",
            Self::Memory => "memory",
        }
    }

    pub(super) const fn fsync(self) -> Option<Fsync> {
        match self {
            Self::Redb | Self::Memory => None,
            Self::Redis => Some(Fsync::Always),
            Self::RedisEverySecond => Some(Fsync::EverySecond),
        }
    }
}

impl FromStr for StoreKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Redb, Self::Redis, Self::RedisEverySecond, Self::Memory]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| {
                format!("the store must be `redb`, `redis`, `redis-everysec` or `memory`, not `{text}`")
            })
    }
}
