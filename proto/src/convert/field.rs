//! Checks that many nouns share.

use tunewright_core::{Refusal, Timestamp};

/// The part of a message that must be there.
///
/// # Errors
/// `invalid`, naming the field, if it is not.
pub fn required<T>(part: Option<T>, field: &str) -> Result<T, Refusal> {
    part.ok_or_else(|| Refusal::invalid(field, "must be given"))
}

/// A refusal of a part whose path the callers complete with [`Refusal::within`].
pub(super) fn refuse(message: impl Into<String>) -> Refusal {
    Refusal { field: None, ..Refusal::invalid("", message) }
}

pub(super) fn finite(number: f64, field: &str) -> Result<f64, Refusal> {
    if number.is_finite() {
        Ok(number)
    } else {
        Err(Refusal::invalid(field, format!("must be a finite number, not `{number}`")))
    }
}

/// A count or a duration that makes no sense as 0.
pub(super) fn positive(number: u64, field: &str) -> Result<u64, Refusal> {
    if number >= 1 { Ok(number) } else { Err(Refusal::invalid(field, "must be at least 1, not `0`")) }
}

/// On the wire an empty text is an absent one.
pub(super) fn non_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// On the wire the epoch itself is "not yet".
pub(super) fn later_than_never(ms: u64) -> Option<Timestamp> {
    (ms != 0).then_some(Timestamp(ms))
}

pub(super) fn millis(at: Option<Timestamp>) -> u64 {
    at.map_or(0, Timestamp::as_millis)
}

/// Words in backticks, for messages that list what is known.
pub(super) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
