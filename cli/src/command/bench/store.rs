//! The stores that are measured.

use clap::ValueEnum;
use tempfile::TempDir;

use super::Section;
use super::redis::Redis;

/// A store to measure on, and what keeps it there.
#[derive(Debug)]
pub enum Store {
    Memory,
    Redb(TempDir),
    Redis(Box<Redis>),
    /// Somebody else's.
    GivenRedis(String),
}

/// A kind of stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Memory,
    Redb,
    Redis,
}

/// A store that is not measured, and why.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Unmeasured {
    pub section: Section,
    pub store: &'static str,
    pub reason: String,
}

impl Store {
    /// The stores that are wanted, fresh ones for each section, or why one is missing.
    ///
    /// # Errors
    /// When there is no room for a temporary directory.
    pub async fn wanted(
        section: Section,
        on: Option<Kind>,
        redis: Option<&str>,
    ) -> anyhow::Result<Vec<Result<Self, Unmeasured>>> {
        let mut stores = Vec::new();
        for kind in [Kind::Memory, Kind::Redb, Kind::Redis] {
            if on.is_some_and(|on| on != kind) {
                continue;
            }
            stores.push(match (kind, redis) {
                (Kind::Memory, _) => Ok(Self::Memory),
                (Kind::Redb, _) => Ok(Self::Redb(tempfile::tempdir()?)),
                (Kind::Redis, Some(url)) => Ok(Self::GivenRedis(url.to_owned())),
                (Kind::Redis, None) => {
                    Redis::start().await.map(|redis| Self::Redis(Box::new(redis))).map_err(|error| {
                        let reason = format!("{error:#}; name a Redis with --redis URL");
                        Unmeasured { section, store: "redis", reason }
                    })
                }
            });
        }
        Ok(stores)
    }

    /// Whether a study is still there once the server has ended.
    pub const fn is_kept(&self) -> bool {
        !matches!(self, Self::Memory)
    }

    pub const fn name(&self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Redb(_) => "redb",
            Self::Redis(_) => "redis (AOF everysec)",
            Self::GivenRedis(_) => "redis (given)",
        }
    }

    /// As the server wants it.
    pub fn url(&self) -> String {
        match self {
            Self::Memory => "memory:".to_owned(),
            Self::Redb(directory) => format!("redb:{}", directory.path().display()),
            Self::Redis(redis) => redis.url.clone(),
            Self::GivenRedis(url) => url.clone(),
        }
    }
}
