//! Tokens: one hash of records, without any TTL.

use std::collections::BTreeMap;

use redis::cmd;
use tunewright_core::access::TokenRecord;

use super::link::Link;
use super::{keys, load};
use crate::storage::StorageError;
use crate::storage::record::{decode, encode};

pub(super) async fn put(commits: &Link, token: &TokenRecord) -> Result<(), StorageError> {
    let record = encode(|| format!("{}[{}]", keys::TOKENS, token.id), token)?;
    let mut put = cmd("HSET");
    put.arg(keys::TOKENS).arg(token.id.as_str()).arg(record);
    let _new: u64 = commits.ask("keeping a token", &put).await?;
    Ok(())
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
