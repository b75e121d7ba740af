//! The keys. The braces are a hash tag: all keys of a study lie in one slot.

use tunewright_core::name::{ProjectName, StudyId, StudyName};
use tunewright_core::study::AttachmentKey;

/// hash: `project/name` -> study
pub(super) const NAMES: &str = "tw:names";
/// set: studies of which some trials' reports may be left
pub(super) const DELETING: &str = "tw:deleting";
/// set: `study/content` of contents that are being put, or whose server ended before they counted
pub(super) const UPLOADS: &str = "tw:uploads";
/// hash: token's id -> token
pub(super) const TOKENS: &str = "tw:tokens";
/// Never there: deleting it asks whether writes are possible.
pub(super) const PROBE: &str = "tw:probe";

/// number: how often it was asked whether replicas have all that was written
pub(super) const ROUNDS: &str = "tw:rounds";

/// hash: `epoch`, `token` and `place` of the server that may write, or that did last; with Sentinels `redis`, where it
/// became the owner
pub(super) const OWNER: &str = "tw:owner";
/// string: there for as long as no other server may take over; the only key that expires
pub(super) const TENURE: &str = "tw:owner:tenure";

/// Names have no slash, so this is unambiguous.
pub(super) fn name_field(project: &ProjectName, name: &StudyName) -> String {
    format!("{project}/{name}")
}

/// string: how many commits the study has seen
pub(super) fn version(study: &StudyId) -> String {
    format!("tw:{{{study}}}:version")
}

/// string: the token of the server whose writes the study takes
pub(super) fn owner(study: &StudyId) -> String {
    format!("tw:{{{study}}}:owner")
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

/// What stands for the study itself where trials have their number.
pub(super) const OF_STUDY: &str = "study";

/// hash: `study/NAME` or `NUMBER/NAME` -> an attachment without its content
pub(super) fn attachments(study: &StudyId) -> String {
    format!("tw:{{{study}}}:attachments")
}

/// The place before the first slash is no name, so this is unambiguous.
pub(super) fn attachment_field(key: &AttachmentKey) -> String {
    match key.trial {
        Some(trial) => format!("{trial}/{}", key.name),
        None => format!("{OF_STUDY}/{}", key.name),
    }
}

/// string: the bytes of all attachments
pub(super) fn attached(study: &StudyId) -> String {
    format!("tw:{{{study}}}:attached")
}

/// string: an attachment's content
pub(super) fn content(study: &StudyId, place: &str) -> String {
    format!("tw:{{{study}}}:content:{place}")
}

/// A content that is being put.
pub(super) fn upload(study: &StudyId, place: &str) -> String {
    format!("{study}/{place}")
}
