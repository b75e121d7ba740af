//! Studies as `backup` and `restore` are told them.

use std::str::FromStr;

use tunewright_core::Refusal;
use tunewright_core::name::{ProjectName, StudyName};
use tunewright_core::study::StudyRef;

/// `NAME` or `PROJECT/NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenName {
    pub project: Option<ProjectName>,
    pub name: StudyName,
}

impl GivenName {
    /// The study, in this project if none was named.
    pub fn within(self, project: &ProjectName) -> StudyRef {
        StudyRef::new(self.project.unwrap_or_else(|| project.clone()), self.name)
    }
}

impl FromStr for GivenName {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let (project, name) = match text.split_once('/') {
            Some((project, name)) => (Some(ProjectName::new(project)?), name),
            None => (None, text),
        };
        Ok(Self { project, name: StudyName::new(name)? })
    }
}
