//! What an attempt told beside its loss.

use serde_json::Value as Json;
use tunewright_core::Refusal;
use tunewright_core::study::TrialResult;

use crate::v1;

/// The result of a message that may have one; an absent one is an empty map.
///
/// # Errors
/// `invalid`, naming the path below `result`: it is no map, or holds what JSON cannot.
pub(super) fn from_wire(result: Option<v1::Value>) -> Result<TrialResult, Refusal> {
    let Some(result) = result else { return Ok(TrialResult::default()) };
    match Json::try_from(result).map_err(|refusal| refusal.within("result"))? {
        Json::Object(result) => Ok(result),
        Json::Null => Ok(TrialResult::default()),
        _ => Err(Refusal::invalid("result", "must be a map")),
    }
}

/// # Errors
/// `invalid`, naming the path below `result`: an integer beyond 64 signed bits, or too many levels.
pub(super) fn to_wire(result: TrialResult) -> Result<Option<v1::Value>, Refusal> {
    if result.is_empty() {
        return Ok(None);
    }
    v1::Value::try_from(&Json::Object(result)).map(Some).map_err(|refusal| refusal.within("result"))
}
