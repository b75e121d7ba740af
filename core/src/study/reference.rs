//! How people and programs name a study.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Refusal;
use crate::name::{ProjectName, StudyName};

/// A study by its names; written `name` or `project/name`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StudyRef {
    #[serde(default)]
    pub project: ProjectName,
    pub name: StudyName,
}

impl StudyRef {
    #[must_use]
    pub const fn new(project: ProjectName, name: StudyName) -> Self {
        Self { project, name }
    }
}

impl From<StudyName> for StudyRef {
    /// The study of this name in the default project.
    fn from(name: StudyName) -> Self {
        Self { project: ProjectName::default(), name }
    }
}

impl fmt::Display for StudyRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.project, self.name)
    }
}

impl FromStr for StudyRef {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let (project, name) = match text.split_once('/') {
            Some((project, name)) => (ProjectName::new(project)?, name),
            None => (ProjectName::default(), text),
        };
        Ok(Self { project, name: StudyName::new(name)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_as_it_is_written() {
        let plain: StudyRef = "digits".parse().expect("a name alone");
        assert_eq!(plain.to_string(), "default/digits");
        let full: StudyRef = "vision/digits".parse().expect("both names");
        assert_eq!(full.to_string().parse(), Ok(full));
        for (text, says) in [
            ("", "study: must not be empty"),
            ("/x", "project: must not be empty"),
            ("a/b/c", "study: must be made of letters, digits, `.`, `_` and `-`; `b/c` has '/'"),
        ] {
            assert_eq!(text.parse::<StudyRef>().expect_err("refused").to_string(), says);
        }
    }
}
