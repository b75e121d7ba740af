//! From an address to a store.

use std::path::Path;
use std::sync::Arc;

use tunewright_core::Refusal;

use super::{Durability, MemoryStorage, RedbStorage, RedisStorage, Storage, StorageError};

const FORMS: &str = "use `redb:DIRECTORY` or a plain directory, `redb-buffered:DIRECTORY`, `redis://HOST:PORT/DB`, \
                     `redis+sentinel://HOST:PORT,HOST:PORT,HOST:PORT/NAME/DB`, `rediss...` (TLS), `unix:///SOCKET`, or `memory:`";

/// How to open a store.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenOptions {
    /// Warn instead of refusing when the store is set up in a way that can lose results.
    pub allow_unsafe: bool,
}

/// Opens the store at `url`: `redb:DIRECTORY` or a plain directory, `redb-buffered:DIRECTORY`, `redis://...`,
/// `rediss://...`, `redis+sentinel://...`, `rediss+sentinel://...`, `unix://...` or `memory:`.
///
/// # Errors
/// `Setup` for an address that is none of these or a directory in use, `Unsafe` for a Redis that may lose results,
/// `Unavailable` if it does not answer, `Corrupt` for a file that is not ours.
pub async fn open(url: &str, options: OpenOptions) -> Result<Arc<dyn Storage>, StorageError> {
    match Address::parse(url)? {
        Address::Memory => Ok(Arc::new(MemoryStorage::new())),
        Address::Directory(directory) => {
            Ok(Arc::new(RedbStorage::open(Path::new(directory), Durability::Fsynced).await?))
        }
        Address::Buffered(directory) => {
            Ok(Arc::new(RedbStorage::open(Path::new(directory), Durability::Buffered).await?))
        }
        Address::Redis(url) => Ok(Arc::new(RedisStorage::open(url, options).await?)),
    }
}

/// Whether there is a store at `url`: a directory has its data file. What is elsewhere tells when it is opened.
///
/// # Errors
/// `Setup` for an address that is none.
pub fn is_there(url: &str) -> Result<bool, StorageError> {
    Ok(match Address::parse(url)? {
        Address::Directory(directory) | Address::Buffered(directory) => {
            RedbStorage::is_in(Path::new(directory))
        }
        Address::Memory | Address::Redis(_) => true,
    })
}

/// The address of a store for people's eyes and for logs: without the passwords in it.
#[must_use]
pub fn without_secrets(store: &str) -> String {
    let Some((scheme, rest)) = store.split_once("://") else { return store.to_owned() };
    let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
    // A password that is not written as it should be can have any sign in it.
    if query.is_some_and(|query| query.contains('@')) {
        return format!("{scheme}://***");
    }
    let place = place.rsplit_once('@').map_or_else(|| place.to_owned(), |(_, place)| format!("***@{place}"));
    let query = query.map_or(String::new(), |query| {
        let shown = |part: &str| {
            if part.contains("password") { "sentinel_password=***".to_owned() } else { part.to_owned() }
        };
        format!("?{}", query.split('&').map(shown).collect::<Vec<_>>().join("&"))
    });
    format!("{scheme}://{place}{query}")
}

#[derive(Debug, PartialEq, Eq)]
enum Address<'a> {
    Memory,
    Directory(&'a str),
    Buffered(&'a str),
    Redis(&'a str),
}

impl<'a> Address<'a> {
    fn parse(url: &'a str) -> Result<Self, StorageError> {
        let refuse =
            |message: String| Err(StorageError::Setup(Refusal::invalid("store", message).with_hint(FORMS)));
        let (scheme, rest) = match url.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme), rest),
            _ => (None, url),
        };
        match (scheme, rest) {
            (Some("memory"), "" | "//") => Ok(Self::Memory),
            (Some("memory"), _) => refuse("`memory:` takes nothing after the colon".to_owned()),
            (Some(scheme @ ("redb" | "redb-buffered")), directory) => {
                match directory.strip_prefix("//").unwrap_or(directory) {
                    "" => refuse(format!("`{scheme}:` must be followed by a directory")),
                    directory if scheme == "redb" => Ok(Self::Directory(directory)),
                    directory => Ok(Self::Buffered(directory)),
                }
            }
            (Some("redis" | "rediss" | "redis+sentinel" | "rediss+sentinel" | "unix"), rest)
                if rest.starts_with("//") =>
            {
                Ok(Self::Redis(url))
            }
            (Some(scheme @ ("redis" | "rediss" | "redis+sentinel" | "rediss+sentinel" | "unix")), _) => {
                refuse(format!("`{scheme}:` must be followed by `//`"))
            }
            (Some(scheme), _) => refuse(format!("`{scheme}:` is not a kind of store")),
            (None, "") => refuse("must not be empty".to_owned()),
            (None, bare @ ("memory" | "redb" | "redis")) => refuse(format!("`{bare}` needs a colon")),
            (None, directory) => Ok(Self::Directory(directory)),
        }
    }
}

/// One letter is a drive of a path, not a scheme.
fn is_scheme(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        for (url, address) in [
            ("memory:", Address::Memory),
            ("redb:/var/lib/tunewright", Address::Directory("/var/lib/tunewright")),
            ("redb:data", Address::Directory("data")),
            ("redb:///data", Address::Directory("/data")),
            ("redb-buffered:/data", Address::Buffered("/data")),
            ("/var/lib/a:b", Address::Directory("/var/lib/a:b")),
            ("./data", Address::Directory("./data")),
            ("data", Address::Directory("data")),
            ("redis://:pw@h:1/2", Address::Redis("redis://:pw@h:1/2")),
            ("rediss://h", Address::Redis("rediss://h")),
            ("redis+sentinel://h,i/name", Address::Redis("redis+sentinel://h,i/name")),
            ("unix:///run/redis.sock", Address::Redis("unix:///run/redis.sock")),
        ] {
            assert_eq!(Address::parse(url).expect("legal"), address, "{url}");
        }
    }

    #[test]
    fn other_addresses_are_refused_with_the_forms() {
        for (url, message) in [
            ("", "must not be empty"),
            ("memory", "`memory` needs a colon"),
            ("memory:x", "`memory:` takes nothing after the colon"),
            ("redb:", "`redb:` must be followed by a directory"),
            ("redis:localhost", "`redis:` must be followed by `//`"),
            ("postgres://me:secret@db/x", "`postgres:` is not a kind of store"),
        ] {
            let Err(StorageError::Setup(refusal)) = Address::parse(url) else { panic!("{url}") };
            assert_eq!((refusal.message.as_str(), refusal.hint.as_deref()), (message, Some(FORMS)), "{url}");
        }
    }

    #[test]
    fn no_password_is_shown() {
        for (store, shown) in [
            ("redis://me:p@ss@h:1/0", "redis://***@h:1/0"),
            ("redis://h:1/0?replicas=1", "redis://h:1/0?replicas=1"),
            (
                "redis+sentinel://:secret@h,i/main?sentinel_password=quiet&replicas=1",
                "redis+sentinel://***@h,i/main?sentinel_password=***&replicas=1",
            ),
            ("redis+sentinel://h/main?sentinel_password=qu@iet", "redis+sentinel://***"),
            ("redis://me:s?cret@h", "redis://***"),
            ("redb:data", "redb:data"),
        ] {
            assert_eq!(without_secrets(store), shown);
        }
    }

    #[tokio::test]
    async fn a_malformed_redis_address_keeps_its_password_to_itself() {
        let error = open("redis://me:secret@host:port/0", OpenOptions::default()).await.expect_err("refused");
        let said = format!("{error} {error:?}");
        assert!(said.contains("redis://USER:PASSWORD@HOST:PORT/DB"), "{said}");
        assert!(!said.contains("secret"), "{said}");
    }
}
