//! Where studies are kept, as people name it.

use std::fmt;
use std::ops::Deref;

use serde::Deserialize;
use tunewright_core::Refusal;
use tunewright_server::storage;

/// In the current directory, so that a study lies beside what it tunes.
pub const DEFAULT_DATA_DIR: &str = ".tunewright";

/// What an address of a Redis begins with.
const REDIS: [&str; 4] = ["redis://", "rediss://", "redis+sentinel://", "rediss+sentinel://"];

/// The address of a store. A password in it is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct StoreUrl(String);

impl From<String> for StoreUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl Deref for StoreUrl {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        describe(&self.0).fmt(f)
    }
}

/// The store as the server wants it: `memory:`, `redb:DIR`, `redis://...` or `rediss://...`.
///
/// # Errors
/// `invalid`, on the field `store`.
pub fn resolve(store: Option<&str>, data_dir: &str) -> Result<StoreUrl, Refusal> {
    let refused = |message: String| {
        Refusal::invalid("store", message)
            .with_hint("use `redb`, `redb:DIR`, `redis://HOST:PORT`, `redis+sentinel://HOST:PORT,HOST:PORT/NAME` or `memory:`")
    };
    match store.unwrap_or("redb").trim() {
        "redb" | "redb:" if data_dir.is_empty() => Err(Refusal::invalid("data-dir", "must not be empty")
            .with_hint("name the directory to keep studies in")),
        "redb" | "redb:" => Ok(format!("redb:{data_dir}").into()),
        "memory" | "memory:" => Ok("memory:".to_owned().into()),
        "" => Err(refused("must not be empty".to_owned())),
        url if ["redb:", "redb-buffered:"].into_iter().any(|scheme| url.starts_with(scheme)) => {
            Ok(url.to_owned().into())
        }
        url if REDIS.into_iter().any(|scheme| host_after(scheme, url)) => Ok(url.to_owned().into()),
        url => Err(refused(format!("`{}` is no store", describe(url)))),
    }
}

fn host_after(scheme: &str, url: &str) -> bool {
    url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

/// The store for people's eyes and for logs: a password in it is hidden.
pub fn describe(store: &str) -> String {
    if let Some(dir) = store.strip_prefix("redb:") {
        return dir.to_owned();
    }
    if let Some(dir) = store.strip_prefix("redb-buffered:") {
        return format!("{dir} (not forced to disk)");
    }
    if store == "memory:" {
        return "memory (lost at the end)".to_owned();
    }
    storage::without_secrets(store)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_are_resolved() {
        for (given, resolved) in [
            (None, "redb:here"),
            (Some("redb"), "redb:here"),
            (Some("redb:/var/lib/x"), "redb:/var/lib/x"),
            (Some("redb-buffered:x"), "redb-buffered:x"),
            (Some("memory"), "memory:"),
            (Some("redis://h:1/2"), "redis://h:1/2"),
            (Some("rediss://u:p@h"), "rediss://u:p@h"),
            (Some("redis+sentinel://h,i/main"), "redis+sentinel://h,i/main"),
        ] {
            assert_eq!(resolve(given, "here").as_deref(), Ok(resolved), "{given:?}");
        }
    }

    #[test]
    fn what_is_no_store_is_refused_without_its_password() {
        for (given, says) in [
            ("", "store: must not be empty"),
            ("sqlite:x", "store: `sqlite:x` is no store"),
            ("redis://", "store: `redis://` is no store"),
            ("http://me:secret@host", "store: `http://***@host` is no store"),
        ] {
            let refusal = resolve(Some(given), "here").expect_err(given);
            assert_eq!(refusal.to_string(), says);
            assert!(refusal.hint.is_some());
        }
        assert_eq!(resolve(None, "").expect_err("no directory").field.as_deref(), Some("data-dir"));
    }

    #[test]
    fn passwords_are_never_shown() {
        assert_eq!(describe("redis://me:p@ss@host:1/0"), "redis://***@host:1/0");
        assert_eq!(describe("redis://host:1"), "redis://host:1");
        let url = StoreUrl::from("rediss://me:secret@host:1/0".to_owned());
        assert_eq!(
            format!("{url:?} {:?}", Some(&url)),
            r#""rediss://***@host:1/0" Some("rediss://***@host:1/0")"#
        );
        assert_eq!(describe("redb:.tunewright"), ".tunewright");
        assert_eq!(describe("redb-buffered:x"), "x (not forced to disk)");
    }
}
