//! A point of a space: one value for each active parameter.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ParamValue;

/// Values by label. A full point has every active parameter and no other; a partial one (enqueued by a person)
/// fixes some and leaves the rest to the suggester.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Point(pub BTreeMap<String, ParamValue>);

impl Point {
    #[must_use]
    pub fn get(&self, label: &str) -> Option<&ParamValue> {
        self.0.get(label)
    }

    pub fn set(&mut self, label: impl Into<String>, value: ParamValue) {
        self.0.insert(label.into(), value);
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &ParamValue)> {
        self.0.iter().map(|(label, value)| (label.as_str(), value))
    }
}

impl FromIterator<(String, ParamValue)> for Point {
    fn from_iter<T: IntoIterator<Item = (String, ParamValue)>>(values: T) -> Self {
        Self(values.into_iter().collect())
    }
}
