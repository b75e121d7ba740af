//! How documents lie in a store: JSON in an envelope that names its kind and the version of its form.
//!
//! `{"v":1,"kind":"trial","doc":{...}}`. Every released version of every kind is pinned by a file in `golden/`.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tunewright_core::access::TokenRecord;
use tunewright_core::study::{Header, Report, Sha256, Trial};

use super::StorageError;

/// The version of the form that this server writes, and the newest one that it reads.
const FORM: u64 = 1;

/// A kind of document that a store keeps.
pub(super) trait Document: Serialize + DeserializeOwned {
    const KIND: &'static str;
}

impl Document for Header {
    const KIND: &'static str = "header";
}

impl Document for Trial {
    const KIND: &'static str = "trial";
}

impl Document for Report {
    const KIND: &'static str = "report";
}

impl Document for Output {
    const KIND: &'static str = "output";
}

impl Document for TokenRecord {
    const KIND: &'static str = "token";
}

impl Document for Attached {
    const KIND: &'static str = "attachment";
}

/// An attachment without its key and its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attached {
    pub(super) size: u64,
    pub(super) sha256: Sha256,
    /// What the place of its content is called, in a store that keeps each content apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) content: Option<String>,
}

/// The kept output of a trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Output {
    pub(super) attempt: u32,
    pub(super) text: String,
}

#[derive(Serialize)]
struct Written<'a, T> {
    v: u64,
    kind: &'static str,
    doc: &'a T,
}

#[derive(Deserialize)]
struct Read<'a, T> {
    v: u64,
    kind: &'a str,
    doc: T,
}

/// What every version has, whatever its document looks like.
#[derive(Deserialize)]
struct Envelope {
    v: u64,
    kind: String,
}

/// The document in its envelope; `key` names it in the error.
pub(super) fn encode<T: Document>(key: impl FnOnce() -> String, doc: &T) -> Result<Vec<u8>, StorageError> {
    serde_json::to_vec(&Written { v: FORM, kind: T::KIND, doc })
        .map_err(|error| StorageError::Corrupt { key: key(), problem: error.to_string() })
}

/// The document in this envelope; `key` names it in the error.
pub(super) fn decode<T: Document>(key: impl FnOnce() -> String, bytes: &[u8]) -> Result<T, StorageError> {
    match serde_json::from_slice::<Read<'_, T>>(bytes) {
        Ok(read) if read.v == FORM && read.kind == T::KIND => Ok(read.doc),
        read => {
            let problem = problem::<T>(bytes, read.err());
            Err(StorageError::Corrupt { key: key(), problem })
        }
    }
}

fn problem<T: Document>(bytes: &[u8], error: Option<serde_json::Error>) -> String {
    match serde_json::from_slice::<Envelope>(bytes) {
        Ok(envelope) if envelope.v > FORM => format!(
            "it has form {}, and this server knows forms up to {FORM}: a newer server wrote it",
            envelope.v
        ),
        Ok(envelope) if envelope.v != FORM => format!("it has form {}, which never was", envelope.v),
        Ok(envelope) if envelope.kind != T::KIND => {
            format!("it is a `{}`, not a `{}`", envelope.kind, T::KIND)
        }
        Ok(_) => error.map_or_else(|| "its form is odd".to_owned(), |error| error.to_string()),
        Err(error) => format!("it has no envelope: {error}"),
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
