//! The tables of the file, and their keys.

use redb::{ReadTransaction, TableDefinition, WriteTransaction};
use tunewright_core::name::{ProjectName, StudyId, StudyName};
use tunewright_core::study::TrialNumber;

pub(super) type Study = TableDefinition<'static, &'static str, &'static [u8]>;
pub(super) type OfTrial = TableDefinition<'static, (&'static str, u64), &'static [u8]>;

/// study -> header
pub(super) const HEADERS: Study = TableDefinition::new("headers");
/// study -> how many commits it has seen
pub(super) const VERSIONS: TableDefinition<'static, &'static str, u64> = TableDefinition::new("versions");
/// `project/name` -> study
pub(super) const NAMES: TableDefinition<'static, &'static str, &'static str> = TableDefinition::new("names");
/// (study, trial) -> trial
pub(super) const TRIALS: OfTrial = TableDefinition::new("trials");
/// (study, trial, place in the list from 0) -> report
pub(super) const REPORTS: TableDefinition<'static, (&'static str, u64, u64), &'static [u8]> =
    TableDefinition::new("reports");
/// (study, trial) -> the kept output
pub(super) const OUTPUTS: OfTrial = TableDefinition::new("outputs");

/// Names have no slash, so this is unambiguous.
pub(super) fn name_key(project: &ProjectName, name: &StudyName) -> String {
    format!("{project}/{name}")
}

/// How a trial's record is named in errors.
pub(super) fn trial_key(study: &StudyId, trial: TrialNumber) -> String {
    format!("{study}/{trial}")
}

/// Makes the tables that are not there, so that no read has to think of a missing one.
pub(super) fn create_all(write: &WriteTransaction) -> Result<(), redb::Error> {
    write.open_table(HEADERS)?;
    write.open_table(VERSIONS)?;
    write.open_table(NAMES)?;
    write.open_table(TRIALS)?;
    write.open_table(REPORTS)?;
    write.open_table(OUTPUTS)?;
    Ok(())
}

/// Whether all tables are there already.
pub(super) fn exist(read: &ReadTransaction) -> bool {
    read.open_table(HEADERS).is_ok()
        && read.open_table(VERSIONS).is_ok()
        && read.open_table(NAMES).is_ok()
        && read.open_table(TRIALS).is_ok()
        && read.open_table(REPORTS).is_ok()
        && read.open_table(OUTPUTS).is_ok()
}
