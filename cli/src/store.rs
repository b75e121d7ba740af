//! Where studies are kept, as people name it.

use tunewright_core::Refusal;

/// In the current directory, so that a study lies beside what it tunes.
pub const DEFAULT_DATA_DIR: &str = ".tunewright";

/// The store as the server wants it: `memory:`, `redb:DIR`, `redis://...` or `rediss://...`.
///
/// # Errors
/// `invalid`, on the field `store`.
pub fn resolve(store: Option<&str>, data_dir: &str) -> Result<String, Refusal> {
    let refused = |message: String| {
        Refusal::invalid("store", message)
            .with_hint("use `redb`, `redb:DIR`, `redis://HOST:PORT`, `rediss://HOST:PORT` or `memory:`")
    };
    match store.unwrap_or("redb").trim() {
        "redb" | "redb:" if data_dir.is_empty() => Err(Refusal::invalid("data-dir", "must not be empty")
            .with_hint("name the directory to keep studies in")),
        "redb" | "redb:" => Ok(format!("redb:{data_dir}")),
        "memory" | "memory:" => Ok("memory:".to_owned()),
        "" => Err(refused("must not be empty".to_owned())),
        url if ["redb:", "redb-buffered:"].into_iter().any(|scheme| url.starts_with(scheme)) => {
            Ok(url.to_owned())
        }
        url if ["redis://", "rediss://"].into_iter().any(|scheme| host_after(scheme, url)) => {
            Ok(url.to_owned())
        }
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
    let Some((scheme, rest)) = store.split_once("://") else { return store.to_owned() };
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://***@{host}"),
        None => store.to_owned(),
    }
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
        assert_eq!(describe("redb:.tunewright"), ".tunewright");
        assert_eq!(describe("redb-buffered:x"), "x (not forced to disk)");
    }
}
