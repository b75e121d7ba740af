//! The fields of one written parameter.

use std::collections::BTreeSet;

use super::path::Path;
use super::spelling::{cut, nearest};
use super::value_kind::integer;
use super::written::Written;
use crate::Refusal;

/// A map of known fields.
pub(super) struct Fields<'a> {
    map: &'a Written,
    path: &'a Path,
}

impl<'a> Fields<'a> {
    /// The fields of this map; any that is not among the known is refused.
    pub(super) fn new(map: &'a Written, path: &'a Path, what: &str, known: &[&str]) -> Result<Self, Refusal> {
        let Written::Map(entries) = map else {
            return Err(path.refuse(format!("{what} must be a map, not {}", map.what())));
        };
        check_keys(entries, path)?;
        if let Some((unknown, _)) = entries.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            let known: Vec<&str> = known.iter().copied().filter(|name| *name != "type").collect();
            let fields = format!("the fields of {what} are {}", known.join(", "));
            let hint = match nearest(unknown, known) {
                Some(meant) => format!("did you mean `{meant}`? {fields}"),
                None => fields,
            };
            return Err(path.refuse(format!("unknown field `{}`", cut(unknown))).with_hint(hint));
        }
        Ok(Self { map, path })
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Written> {
        self.map.get(name)
    }

    pub(super) fn required(&self, name: &str) -> Result<&'a Written, Refusal> {
        self.get(name).ok_or_else(|| self.path.refuse(format!("{name} is missing")))
    }

    /// A finite number.
    pub(super) fn number(&self, name: &str) -> Result<f64, Refusal> {
        match self.required(name)? {
            Written::Number(number) => number.as_f64().ok_or_else(|| self.wrong(name, "a number", "another")),
            Written::NonFinite(value) => Err(self.path.refuse(format!("{name} must be finite, not {value}"))),
            other => Err(self.wrong(name, "a number", other.what())),
        }
    }

    pub(super) fn integer(&self, name: &str) -> Result<i64, Refusal> {
        match self.required(name)? {
            Written::Number(number) => integer(&number.clone().into())
                .ok_or_else(|| self.wrong(name, "an integer of at most 2^53", &format!("`{number}`"))),
            Written::NonFinite(value) => Err(self.path.refuse(format!("{name} must be finite, not {value}"))),
            other => Err(self.wrong(name, "an integer", other.what())),
        }
    }

    /// A boolean, `false` if it is absent.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.get(name) {
            None => Ok(false),
            Some(Written::Bool(value)) => Ok(*value),
            Some(other) => Err(self.wrong(name, "true or false", other.what())),
        }
    }

    /// A string; absent is not the same as empty.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Written::Text(value)) => Ok(Some(value.clone())),
            Some(other) => Err(self.wrong(name, "a string", other.what())),
        }
    }

    fn wrong(&self, name: &str, must: &str, is: &str) -> Refusal {
        self.path.refuse(format!("{name} must be {must}, not {is}"))
    }
}

/// Refuses a map in which a key stands twice: formats differ in which of the two would win.
pub(super) fn check_keys(entries: &[(String, Written)], path: &Path) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    match entries.iter().find(|(key, _)| !seen.insert(key)) {
        Some((key, _)) => Err(path.refuse(format!("key `{}` stands here twice", cut(key)))),
        None => Ok(()),
    }
}
