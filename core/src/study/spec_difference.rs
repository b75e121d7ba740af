//! In what two definitions of a study differ.

use serde::Serialize;
use serde_json::{Map, Value};

use super::StudySpec;

/// The longest value that is shown, in characters.
const SHOWN_LEN_MAX: usize = 60;

impl StudySpec {
    /// The first part in which `other` differs, with both values: `spec.budget.max_trials: 60 here, 100 there`.
    /// `None` if they are equal.
    #[must_use]
    pub fn describe_difference(&self, other: &Self) -> Option<String> {
        if self == other {
            return None;
        }
        if self.space != other.space {
            let found = difference("spec.space", &value(&self.space), &value(&other.space));
            // Written alike, but not the same: the order of the parts, which the written form does not compare.
            return Some(found.unwrap_or_else(|| "spec.space: the order of its parts differs".to_owned()));
        }
        let (here, there) = (self.parts(), other.parts());
        here.iter()
            .zip(&there)
            .find_map(|((name, here), (_, there))| difference(&format!("spec.{name}"), here, there))
    }

    /// All parts but the space, in the order in which they are written.
    fn parts(&self) -> [(&'static str, Value); 10] {
        [
            ("algorithm", value(&self.algorithm)),
            ("seed", value(&self.seed)),
            ("budget", value(&self.budget)),
            ("retry", value(&self.retry)),
            ("parallelism", value(&self.parallelism)),
            ("lease_ttl_ms", value(&self.lease_ttl_ms)),
            ("trial_timeout_ms", value(&self.trial_timeout_ms)),
            ("pool", value(&self.pool)),
            ("note", value(&self.note)),
            ("tags", value(&self.tags)),
        ]
    }
}

fn value(part: &impl Serialize) -> Value {
    // Fails for maps whose keys are not strings only, and none of the parts is one.
    serde_json::to_value(part).unwrap_or_default()
}

/// The first path at which the values differ.
fn difference(path: &str, here: &Value, there: &Value) -> Option<String> {
    match (here, there) {
        (Value::Object(here), Value::Object(there)) => in_maps(path, here, there),
        (Value::Array(here), Value::Array(there)) if here.len() == there.len() => here
            .iter()
            .zip(there)
            .enumerate()
            .find_map(|(index, (here, there))| difference(&format!("{path}[{index}]"), here, there)),
        _ if here == there => None,
        _ => Some(format!("{path}: {} here, {} there", shown(here), shown(there))),
    }
}

fn in_maps(path: &str, here: &Map<String, Value>, there: &Map<String, Value>) -> Option<String> {
    let new = there.keys().filter(|key| !here.contains_key(*key));
    here.keys().chain(new).find_map(|key| {
        let part = |map: &Map<String, Value>| map.get(key).cloned().unwrap_or_default();
        difference(&format!("{path}.{key}"), &part(here), &part(there))
    })
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(_) | Value::Array(_) | Value::Object(_) => {
            let text = value.to_string();
            let mut head: String = text.chars().take(SHOWN_LEN_MAX).collect();
            if head.len() < text.len() {
                head.push_str("...");
            }
            format!("`{head}`")
        }
        _ => value.to_string(),
    }
}
