//! The tables of the file, and their keys.

use redb::{Database, ReadTransaction, ReadableDatabase, TableDefinition, WriteTransaction};
use tunewright_core::name::{ProjectName, StudyId, StudyName};
use tunewright_core::study::{AttachmentKey, TrialNumber};

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
/// the studies that are prepared and not published
pub(super) const UNFINISHED: TableDefinition<'static, &'static str, ()> = TableDefinition::new("unfinished");

/// (study, place, name) -> an attachment without its content
pub(super) const ATTACHMENTS: TableDefinition<'static, (&'static str, u64, &'static str), &'static [u8]> =
    TableDefinition::new("attachments");
/// (study, place, name, number from 0) -> a piece of the attachment's content
pub(super) const CONTENTS: TableDefinition<'static, (&'static str, u64, &'static str, u32), &'static [u8]> =
    TableDefinition::new("contents");
/// study -> (how many attachments it has, of how many bytes)
pub(super) const ATTACHED: TableDefinition<'static, &'static str, (u64, u64)> =
    TableDefinition::new("attached");

/// token's id -> token
pub(super) const TOKENS: TableDefinition<'static, &'static str, &'static [u8]> =
    TableDefinition::new("tokens");

/// The bytes of one piece: with its key it fills a page of 1 MiB, where a whole one would take a page of 2 MiB.
pub(super) const PIECE: usize = (1 << 20) - (8 << 10);

/// What an attachment is beside: 0 is the study, and the others are one more than the trial's number. Trials are
/// numbered without gaps, so none has the last number there is.
pub(super) fn place(key: &AttachmentKey) -> u64 {
    key.trial.map_or(0, |trial| trial.0.saturating_add(1))
}

/// The trial of a place, `None` for the study itself.
pub(super) fn trial_of(place: u64) -> Option<TrialNumber> {
    place.checked_sub(1).map(TrialNumber)
}

/// What sorts behind all keys that begin with this study, and before those of any other: no id has this character.
pub(super) fn behind(study: &str) -> String {
    format!("{study}\0")
}

/// How an attachment's record is named in errors.
pub(super) fn attachment_key(study: &StudyId, key: &AttachmentKey) -> String {
    match key.trial {
        Some(trial) => format!("{study}/{trial}/{}", key.name),
        None => format!("{study}/{}", key.name),
    }
}

/// Names have no slash, so this is unambiguous.
pub(super) fn name_key(project: &ProjectName, name: &StudyName) -> String {
    format!("{project}/{name}")
}

/// How a trial's record is named in errors.
pub(super) fn trial_key(study: &StudyId, trial: TrialNumber) -> String {
    format!("{study}/{trial}")
}

/// Makes the tables that are not there, so that no read has to think of a missing one.
pub(super) fn ensure(database: &Database) -> Result<(), redb::Error> {
    if exist(&database.begin_read()?) {
        return Ok(());
    }
    let write = database.begin_write()?;
    create_all(&write)?;
    write.commit()?;
    Ok(())
}

fn create_all(write: &WriteTransaction) -> Result<(), redb::Error> {
    write.open_table(HEADERS)?;
    write.open_table(VERSIONS)?;
    write.open_table(NAMES)?;
    write.open_table(TRIALS)?;
    write.open_table(REPORTS)?;
    write.open_table(OUTPUTS)?;
    write.open_table(ATTACHMENTS)?;
    write.open_table(CONTENTS)?;
    write.open_table(ATTACHED)?;
    write.open_table(TOKENS)?;
    write.open_table(UNFINISHED)?;
    Ok(())
}

/// Whether all tables are there already.
fn exist(read: &ReadTransaction) -> bool {
    read.open_table(HEADERS).is_ok()
        && read.open_table(VERSIONS).is_ok()
        && read.open_table(NAMES).is_ok()
        && read.open_table(TRIALS).is_ok()
        && read.open_table(REPORTS).is_ok()
        && read.open_table(OUTPUTS).is_ok()
        && read.open_table(ATTACHMENTS).is_ok()
        && read.open_table(CONTENTS).is_ok()
        && read.open_table(ATTACHED).is_ok()
        && read.open_table(TOKENS).is_ok()
        && read.open_table(UNFINISHED).is_ok()
}
