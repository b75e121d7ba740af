//! The keys. The braces are a hash tag: all keys of a study lie in one slot.

use tunewright_core::name::{ProjectName, StudyId, StudyName};

/// hash: `project/name` -> study
pub(super) const NAMES: &str = "tw:names";
/// set: studies of which some trials' reports may be left
pub(super) const DELETING: &str = "tw:deleting";
/// Never there: deleting it asks whether writes are possible.
pub(super) const PROBE: &str = "tw:probe";

/// Names have no slash, so this is unambiguous.
pub(super) fn name_field(project: &ProjectName, name: &StudyName) -> String {
    format!("{project}/{name}")
}

/// string: how many commits the study has seen
pub(super) fn version(study: &StudyId) -> String {
    format!("tw:{{{study}}}:version")
}

/// string: the header
pub(super) fn header(study: &StudyId) -> String {
    format!("tw:{{{study}}}:header")
}

/// hash: number -> trial
pub(super) fn trials(study: &StudyId) -> String {
    format!("tw:{{{study}}}:trials")
}

/// hash: trial's number -> the kept output
pub(super) fn outputs(study: &StudyId) -> String {
    format!("tw:{{{study}}}:outputs")
}

/// list: a trial's reports
pub(super) fn reports(study: &StudyId, trial: u64) -> String {
    format!("tw:{{{study}}}:reports:{trial}")
}
