//! What an evaluation tells beside its loss.

use serde::Serialize;
use serde_json::Value as Json;
use tunewright_core::Refusal;
use tunewright_core::study::Trial;
use tunewright_proto::v1;

/// A result as the server takes it; `None` for nothing: null, or an empty map.
///
/// # Errors
/// `invalid` if it is no map, is too long, or JSON cannot hold it.
pub(crate) fn to_wire(result: &impl Serialize) -> Result<Option<v1::Value>, Refusal> {
    let json = serde_json::to_value(result)
        .map_err(|error| Refusal::invalid("result", format!("must be what JSON can hold: {error}")))?;
    match &json {
        Json::Null => return Ok(None),
        Json::Object(map) if map.is_empty() => return Ok(None),
        Json::Object(_) => {}
        _ => {
            let hint = "give it a name, for example `json!({\"accuracy\": 0.9})`";
            return Err(Refusal::invalid("result", "must be a map or a struct").with_hint(hint));
        }
    }
    let (length, most) = (json.to_string().len(), Trial::RESULT_LEN_MAX);
    if length > most {
        let message = format!("must be at most {most} bytes as JSON, not {length}");
        let hint = "keep what is large as an attachment of the trial";
        return Err(Refusal::invalid("result", message).with_hint(hint));
    }
    v1::Value::try_from(&json).map(Some).map_err(|refusal| refusal.within("result"))
}
