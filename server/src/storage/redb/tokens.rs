//! Tokens: a record each.

use redb::{Database, ReadableDatabase, ReadableTable, WriteTransaction};
use tunewright_core::access::TokenRecord;

use super::changes::Change;
use super::read::at;
use super::tables::TOKENS;
use crate::storage::StorageError;
use crate::storage::record::{decode, encode};

pub(super) struct PutToken {
    id: String,
    record: Vec<u8>,
}

impl PutToken {
    pub(super) fn new(token: &TokenRecord) -> Result<Self, StorageError> {
        Ok(Self { id: token.id.to_string(), record: encode(|| token.id.to_string(), token)? })
    }
}

impl Change for PutToken {
    type Answer = ();
    type Error = StorageError;

    fn stage(&self, write: &WriteTransaction) -> Result<Result<(), StorageError>, redb::Error> {
        write.open_table(TOKENS)?.insert(self.id.as_str(), self.record.as_slice())?;
        Ok(Ok(()))
    }

    fn size(&self) -> usize {
        self.record.len()
    }
}

pub(super) fn tokens(database: &Database) -> Result<Vec<TokenRecord>, StorageError> {
    const DURING: &str = "listing tokens";
    let read = database.begin_read().map_err(at(DURING))?;
    let kept = read.open_table(TOKENS).map_err(at(DURING))?;
    let mut tokens = Vec::new();
    for entry in kept.iter().map_err(at(DURING))? {
        let (id, token) = entry.map_err(at(DURING))?;
        tokens.push(decode(|| id.value().to_owned(), token.value())?);
    }
    Ok(tokens)
}
