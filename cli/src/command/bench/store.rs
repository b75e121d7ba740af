//! The stores that are measured.

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

/// A store that is not measured, and why.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Unmeasured {
    pub section: Section,
    pub store: &'static str,
    pub reason: String,
}

impl Store {
    /// All stores, fresh ones for each section, or why one is missing.
    ///
    /// # Errors
    /// When there is no room for a temporary directory.
    pub async fn all(section: Section, redis: Option<&str>) -> anyhow::Result<Vec<Result<Self, Unmeasured>>> {
        let redis = match redis {
            Some(url) => Ok(Self::GivenRedis(url.to_owned())),
            None => Redis::start().await.map(|redis| Self::Redis(Box::new(redis))).map_err(|error| {
                let reason = format!("{error:#}; name a Redis with --redis URL");
                Unmeasured { section, store: "redis", reason }
            }),
        };
        Ok(vec![Ok(Self::Memory), Ok(Self::Redb(tempfile::tempdir()?)), redis])
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
