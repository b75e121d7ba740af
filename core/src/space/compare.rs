//! Whether two spaces are the same, and where they differ.

use serde_json::{Map, Value};

use super::Space;

impl Space {
    /// The canonical text of the space, keys sorted: equal for two spaces that were written alike but for the order
    /// of keys.
    #[must_use]
    pub fn hash_text(&self) -> String {
        self.canonical().to_string()
    }

    /// The first path at which the two differ, with both values, this one's first; `None` if they are the same.
    #[must_use]
    pub fn describe_difference(&self, other: &Self) -> Option<String> {
        difference(&self.canonical(), &other.canonical(), "space")
    }

    fn canonical(&self) -> Value {
        // The tree holds finite numbers and string keys only, which JSON can always express.
        serde_json::to_value(self.root()).map_or(Value::Null, sorted)
    }
}

/// With the keys of all maps sorted, also where another crate makes `serde_json` keep their order.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        Value::Object(entries) => {
            let mut entries: Vec<_> = entries.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().collect())
        }
        scalar => scalar,
    }
}

fn difference(one: &Value, other: &Value, path: &str) -> Option<String> {
    match (one, other) {
        (Value::Object(ones), Value::Object(others)) => {
            let keys = ones.keys().chain(others.keys().filter(|key| !ones.contains_key(*key)));
            keys.map(|key| (key, ones.get(key), others.get(key))).find_map(|(key, a, b)| {
                let here = if is_structure(ones, key) { path.to_owned() } else { format!("{path}.{key}") };
                member(a, b, &here)
            })
        }
        (Value::Array(ones), Value::Array(others)) => (0..ones.len().max(others.len()))
            .find_map(|index| member(ones.get(index), others.get(index), &format!("{path}.{index}"))),
        _ => (one != other).then(|| format!("{path} is `{}` and not `{}`", shown(one), shown(other))),
    }
}

fn member(one: Option<&Value>, other: Option<&Value>, path: &str) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) => difference(one, other, path),
        (Some(one), None) => Some(format!("{path} is `{}` and not absent", shown(one))),
        (None, Some(other)) => Some(format!("{path} is absent and not `{}`", shown(other))),
        (None, None) => None,
    }
}

/// Whether this key is how a choice, map or list is written and no part of the paths people see.
fn is_structure(map: &Map<String, Value>, key: &str) -> bool {
    match map.get("type").and_then(Value::as_str) {
        Some("choice" | "pchoice") => key == "options",
        Some("map") => key == "entries",
        _ => map.len() == 2 && key == "value" && map.contains_key("p"),
    }
}

fn shown(value: &Value) -> String {
    const SHOWN_MAX: usize = 60;
    let text = value.to_string();
    if text.chars().count() <= SHOWN_MAX {
        return text;
    }
    text.chars().take(SHOWN_MAX).chain("...".chars()).collect()
}
