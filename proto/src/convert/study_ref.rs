//! Studies by their names.

use tunewright_core::Refusal;
use tunewright_core::name::{ProjectName, StudyName};
use tunewright_core::study::StudyRef;

use super::field::required;
use crate::v1;

impl TryFrom<v1::StudyRef> for StudyRef {
    type Error = Refusal;

    fn try_from(study: v1::StudyRef) -> Result<Self, Refusal> {
        let at = |field: &str| {
            let field = Some(field.to_owned());
            move |refusal: Refusal| Refusal { field, ..refusal }
        };
        let project = if study.project.is_empty() {
            ProjectName::default()
        } else {
            ProjectName::new(study.project).map_err(at("project"))?
        };
        Ok(Self { project, name: StudyName::new(study.name).map_err(at("name"))? })
    }
}

impl From<&StudyRef> for v1::StudyRef {
    fn from(study: &StudyRef) -> Self {
        Self { project: study.project.to_string(), name: study.name.to_string() }
    }
}

/// The study that a request must name, in its field `study`.
///
/// # Errors
/// `invalid` if it names none, or names it badly.
pub fn study_from_wire(study: Option<v1::StudyRef>) -> Result<StudyRef, Refusal> {
    StudyRef::try_from(required(study, "study")?).map_err(|refusal| refusal.within("study"))
}
