//! What the readers of YAML and JSON complain about, as refusals that name a field.

use serde_saphyr::Error as YamlError;
use tunewright_core::{Code, Refusal};

/// `key` is the file's key whose value was being read; empty between values.
pub(super) fn in_yaml(error: &YamlError, key: &str) -> Refusal {
    let error = error.without_snippet();
    let place = error.location().map(|at| format!("line {}, column {}", at.line(), at.column()));
    let text = match error {
        YamlError::DuplicateMappingKey { key: Some(key), .. } => format!("`{key}` stands here twice"),
        YamlError::MultipleDocuments { .. } => "the file must hold one document".to_owned(),
        other => other.to_string(),
    };
    refusal(&text, place.as_deref(), key)
}

/// As [`in_yaml`].
pub(super) fn in_json(error: &serde_json::Error, key: &str) -> Refusal {
    let place = (error.line() > 0).then(|| format!("line {}, column {}", error.line(), error.column()));
    refusal(&error.to_string(), place.as_deref(), key)
}

fn refusal(text: &str, place: Option<&str>, key: &str) -> Refusal {
    // Both readers end their messages with the place, each in its own words.
    let text = match text.rfind(" at line ") {
        Some(at) if place.is_some() => &text[..at],
        _ => text,
    };
    let (field, message) = match text.split_once(": ") {
        // The readers of spaces and algorithms name the exact path themselves.
        Some((path, rest)) if !key.is_empty() && is_within(path, key) => (path, rest),
        _ => (key, text),
    };
    let message = match place {
        Some(place) => format!("{message} ({place})"),
        None => message.to_owned(),
    };
    if field.is_empty() { Refusal::new(Code::Invalid, message) } else { Refusal::invalid(field, message) }
}

/// Whether the path is the key itself or below it.
fn is_within(path: &str, key: &str) -> bool {
    path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
