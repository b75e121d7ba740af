//! Whether a Redis is set up to keep what it is given.

use std::collections::BTreeMap;

use redis::aio::MultiplexedConnection;
use redis::{RedisResult, cmd};
use tunewright_core::Refusal;

use crate::storage::{Durability, StorageError};

/// What matters of a Redis' settings. What it does not let us see is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Setup {
    append_only: Option<bool>,
    /// `always`, `everysec` or `no`.
    append_fsync: Option<String>,
    eviction: Option<String>,
    replica: bool,
    cluster: bool,
    /// How many replicas are in step.
    replicas: u64,
    /// Its major and minor version.
    version: (u64, u64),
}

impl Setup {
    /// Asks with CONFIG, and with INFO where CONFIG is not allowed.
    pub(super) async fn ask(mut connection: MultiplexedConnection) -> RedisResult<Self> {
        let info: RedisResult<String> = cmd("INFO").query_async(&mut connection).await;
        let info = permitted(info)?.unwrap_or_default();
        let fields: BTreeMap<&str, &str> = info.lines().filter_map(|line| line.split_once(':')).collect();
        let append_only = match setting(&mut connection, "appendonly").await? {
            Some(value) => Some(value == "yes"),
            None => fields.get("aof_enabled").map(|value| *value == "1"),
        };
        let eviction = match setting(&mut connection, "maxmemory-policy").await? {
            Some(value) => Some(value),
            None => fields.get("maxmemory_policy").map(|value| (*value).to_owned()),
        };
        Ok(Self {
            append_only,
            append_fsync: setting(&mut connection, "appendfsync").await?,
            eviction,
            replica: fields.get("role") == Some(&"slave"),
            cluster: fields.get("cluster_enabled") == Some(&"1"),
            replicas: in_step(&fields),
            version: fields.get("redis_version").and_then(|text| version(text)).unwrap_or_default(),
        })
    }

    pub(super) const fn replicas(&self) -> u64 {
        self.replicas
    }

    /// Whether it can tell what is on disk, its own and its replicas', and soon: with `everysec` each wait would take about a
    /// second (measured with 8.2).
    pub(super) fn can_wait_for_disks(&self) -> bool {
        self.durability() == Durability::Fsynced && self.version >= (7, 2)
    }

    /// What kind of Redis it may not be at all.
    pub(super) fn check_kind(&self, address: &str) -> Result<(), StorageError> {
        let refuse = |message: String, hint: &str| {
            Err(StorageError::Setup(Refusal::invalid("store", message).with_hint(hint)))
        };
        if self.cluster {
            return refuse(
                format!("the Redis at `{address}` is a cluster"),
                "use a single Redis, with replicas if you like",
            );
        }
        if self.replica {
            return refuse(format!("the Redis at `{address}` is a replica"), "name the primary's address");
        }
        Ok(())
    }

    /// What has to be set for nothing to be lost; empty if all is well.
    pub(super) fn dangers(&self) -> Vec<String> {
        let mut dangers = Vec::new();
        match self.append_only {
            Some(true) => {}
            Some(false) => dangers.push(
                "`appendonly` is `no`, so a restart of Redis loses results: set `appendonly yes`".to_owned(),
            ),
            None => dangers.push("`appendonly` cannot be read: allow the user CONFIG GET or INFO".to_owned()),
        }
        match self.eviction.as_deref() {
            Some("noeviction") => {}
            Some(policy) => dangers.push(format!(
                "`maxmemory-policy` is `{policy}`, so Redis may drop results when its memory is full: set \
                 `maxmemory-policy noeviction`"
            )),
            None => dangers
                .push("`maxmemory-policy` cannot be read: allow the user CONFIG GET or INFO".to_owned()),
        }
        dangers
    }

    /// What an acknowledged write survives with these settings.
    pub(super) fn durability(&self) -> Durability {
        match (self.append_only, self.append_fsync.as_deref()) {
            (Some(true), Some("always")) => Durability::Fsynced,
            (Some(true), _) => Durability::Buffered,
            _ => Durability::Memory,
        }
    }

    /// Whether the operating system decides when results reach the disk.
    pub(super) fn never_syncs(&self) -> bool {
        self.append_fsync.as_deref() == Some("no")
    }
}

/// How many replicas have all but the last of what there is.
fn in_step(fields: &BTreeMap<&str, &str>) -> u64 {
    let replicas =
        fields.iter().filter(|(key, value)| key.starts_with("slave") && value.contains("state=online"));
    replicas.count() as u64
}

fn version(text: &str) -> Option<(u64, u64)> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

async fn setting(connection: &mut MultiplexedConnection, name: &str) -> RedisResult<Option<String>> {
    let answer: RedisResult<Vec<String>> = cmd("CONFIG").arg("GET").arg(name).query_async(connection).await;
    Ok(permitted(answer)?.and_then(|pair| pair.into_iter().nth(1)))
}

/// `None` for what this user may not do, or what a hosted Redis does not know.
pub(super) fn permitted<T>(answer: RedisResult<T>) -> RedisResult<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if matches!(error.code(), Some("NOPERM" | "ERR")) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_some_version_on_disks_can_be_waited_for() {
        for (text, can) in
            [("7.0.15", false), ("7.2.4", true), ("8.0.0-rc1", true), ("6.2", false), ("odd", false)]
        {
            let version = version(text).unwrap_or_default();
            let append_fsync = Some("always".to_owned());
            let setup = Setup { append_only: Some(true), append_fsync, version, ..Setup::default() };
            assert_eq!(setup.can_wait_for_disks(), can, "{text}");
            assert!(!Setup { append_only: Some(false), ..setup.clone() }.can_wait_for_disks());
            assert!(!Setup { append_fsync: Some("everysec".to_owned()), ..setup }.can_wait_for_disks());
        }
    }
}
