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
    fn parts(&self) -> [(&'static str, Value); 11] {
        [
            ("algorithm", value(&self.algorithm)),
            ("seed", value(&self.seed)),
            ("budget", value(&self.budget)),
            ("retry", value(&self.retry)),
            ("parallelism", value(&self.parallelism)),
            ("lease_ttl_ms", value(&self.lease_ttl_ms)),
            ("trial_timeout_ms", value(&self.trial_timeout_ms)),
            ("repeats", value(&self.repeats)),
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

#[cfg(test)]
mod tests {
    use super::super::fixture::spec;
    use super::super::{Budget, NoProgress};
    use crate::space::{Node, Space};
    use crate::suggest::Algorithm;

    #[test]
    fn equal_definitions_do_not_differ() {
        assert_eq!(spec().describe_difference(&spec()), None);
    }

    #[test]
    fn the_first_difference_is_named_with_both_values() {
        type Change = fn(&mut super::StudySpec);
        let cases: [(Change, &str); 7] = [
            (|spec| spec.budget.max_trials = Some(100), "spec.budget.max_trials: 60 here, 100 there"),
            (|spec| spec.budget.max_trials = None, "spec.budget.max_trials: 60 here, none there"),
            (
                |spec| spec.budget.no_progress = Some(NoProgress { trials: 3, percent: 0.5 }),
                "spec.budget.no_progress: none here, `{\"percent\":0.5,\"trials\":3}` there",
            ),
            (|spec| spec.parallelism = Some(4), "spec.parallelism: none here, 4 there"),
            (|spec| spec.note = "new".to_owned(), "spec.note: `\"\"` here, `\"new\"` there"),
            (|spec| spec.seed = 9, "spec.seed: 7 here, 9 there"),
            (
                |spec| drop(spec.tags.insert("team".to_owned(), "blue".to_owned())),
                "spec.tags.team: none here, `\"blue\"` there",
            ),
        ];
        let mut here = spec();
        here.budget = Budget { max_trials: Some(60), ..Budget::default() };
        for (change, says) in cases {
            let mut there = here.clone();
            change(&mut there);
            assert_eq!(here.describe_difference(&there).as_deref(), Some(says));
        }
        let random = super::StudySpec { algorithm: Algorithm::Random, ..here.clone() };
        let difference = here.describe_difference(&random).expect("they differ");
        assert!(difference.starts_with("spec.algorithm"), "{difference}");
    }

    #[test]
    fn spaces_differ_by_a_path_or_by_their_order() {
        let here = spec();
        let Node::Map(mut parts) = here.space.root().clone() else { panic!("a map") };
        let with = |parts: Vec<(String, Node)>| super::StudySpec {
            space: Space::try_from(Node::Map(parts)).expect("valid"),
            ..spec()
        };
        parts.reverse();
        let difference = here.describe_difference(&with(parts.clone())).expect("they differ");
        assert!(difference.starts_with("spec.space"), "{difference}");
        parts.retain(|(name, _)| name != "y");
        let difference = here.describe_difference(&with(parts)).expect("they differ");
        assert!(difference.starts_with("spec.space.y: "), "{difference}");
        assert!(difference.ends_with(" here, none there"), "{difference}");
    }
}
