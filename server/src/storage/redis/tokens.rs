//! Tokens: one hash of records, without any TTL.

use std::collections::BTreeMap;

use redis::Script;
use tunewright_core::access::TokenRecord;

use super::link::Link;
use super::owner::Title;
use super::{keys, load};
use crate::storage::StorageError;
use crate::storage::record::{decode, encode};

pub(super) async fn put(commits: &Link, title: &Title, token: &TokenRecord) -> Result<(), StorageError> {
    let record = encode(|| format!("{}[{}]", keys::TOKENS, token.id), token)?;
    let script = Script::new(include_str!("token.lua"));
    let mut script = script.prepare_invoke();
    script.key(keys::OWNER).key(keys::TOKENS);
    script.arg(&*title.token).arg(token.id.as_str()).arg(record);
    let kept: bool = commits
        .run("keeping a token", async move |mut connection| script.invoke_async(&mut connection).await)
        .await?;
    if kept { Ok(()) } else { Err(title.lost()) }
}

pub(super) async fn all(bulk: &Link) -> Result<Vec<TokenRecord>, StorageError> {
    // A scan may show the same field twice.
    let mut tokens = BTreeMap::new();
    let mut cursor = 0;
    loop {
        let (next, piece) = load::scan(bulk, keys::TOKENS, cursor).await?;
        for (id, record) in piece {
            let named = || format!("{}[{}]", keys::TOKENS, String::from_utf8_lossy(&id));
            let token: TokenRecord = decode(named, &record)?;
            tokens.insert(token.id.clone(), token);
        }
        cursor = next;
        if cursor == 0 {
            return Ok(tokens.into_values().collect());
        }
    }
}
