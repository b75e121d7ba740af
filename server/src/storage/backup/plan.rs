//! What becomes of each study of a backup: decided before anything is written.

use std::collections::{BTreeSet, VecDeque};

use tunewright_core::name::StudyId;
use tunewright_core::study::{Header, StudyRef};
use tunewright_core::{Code, Refusal};

use super::Restoring;
use super::forms::{BackupReport, StudyReport};

/// What becomes of one study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Under this name and id.
    Restore {
        study: StudyRef,
        id: StudyId,
    },
    Leave,
}

/// What becomes of each study, in the order of the backup.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    /// With what the backup has of the study.
    targets: VecDeque<(&'a StudyReport, Target)>,
    pub(super) skipped: Vec<StudyRef>,
}

impl<'a> Plan<'a> {
    /// # Errors
    /// `not_found`, `invalid`, `already_exists`.
    pub(super) fn new(
        contents: &'a BackupReport,
        restoring: &Restoring,
        there: &[Header],
    ) -> Result<Self, Refusal> {
        let wanted = wanted(contents, restoring)?;
        let is_used = |study: &StudyRef| {
            there.iter().any(|header| header.project == study.project && header.name == study.name)
        };
        let (mut targets, mut skipped, mut used) = (VecDeque::new(), Vec::new(), Vec::new());
        for report in &contents.studies {
            let study = restoring.name_of(&report.study);
            let target = if !wanted.contains(&report.study) {
                Target::Leave
            } else if is_used(&study) && restoring.skip_existing {
                skipped.push(study);
                Target::Leave
            } else {
                if is_used(&study) {
                    used.push(study.clone());
                }
                // Under another name it is another study, and lives beside the first one.
                let id = if restoring.rename.is_some() { new_id()? } else { report.id.clone() };
                check_id(&id, &study, there)?;
                Target::Restore { study, id }
            };
            targets.push_back((report, target));
        }
        if used.is_empty() { Ok(Self { targets, skipped }) } else { Err(exists(&used)) }
    }

    /// What the backup has of its next study, which is this one unless the backup has changed; and what becomes of it.
    pub(super) fn next(&mut self, header: &Header) -> Option<(&'a StudyReport, Target)> {
        self.targets.pop_front().filter(|(report, _)| report.id == header.id)
    }
}

/// The names in the backup of those that are to be restored.
fn wanted<'a>(contents: &'a BackupReport, restoring: &Restoring) -> Result<BTreeSet<&'a StudyRef>, Refusal> {
    let all: BTreeSet<_> = contents.studies.iter().map(|report| &report.study).collect();
    if all.len() < contents.studies.len() {
        return Err(Refusal::invalid("backup", "must have each study once"));
    }
    if let Some(missing) = restoring.studies.iter().find(|study| !all.contains(study)) {
        return Err(Refusal::not_found(format!("there is no study `{missing}` in the backup"))
            .with_hint("`tunewright restore FILE --check` shows what is in it"));
    }
    let is_wanted = |study: &&StudyRef| restoring.studies.is_empty() || restoring.studies.contains(study);
    let wanted: BTreeSet<_> = all.into_iter().filter(is_wanted).collect();
    if restoring.rename.is_some() && wanted.len() != 1 {
        let message = format!("must be the name of one study, and {} are to be restored", wanted.len());
        return Err(Refusal::invalid("as", message).with_hint("say which study of the backup it is to be"));
    }
    Ok(wanted)
}

fn new_id() -> Result<StudyId, Refusal> {
    StudyId::new(uuid::Uuid::now_v7().simple().to_string())
}

/// An id belongs to one study of a store, whatever it is called.
fn check_id(id: &StudyId, study: &StudyRef, there: &[Header]) -> Result<(), Refusal> {
    match there.iter().find(|header| header.id == *id) {
        Some(header) if header.project != study.project || header.name != study.name => {
            let message =
                format!("study `{study}` is there already, as `{}/{}`", header.project, header.name);
            Err(Refusal::new(Code::AlreadyExists, message)
                .with_hint("`--as NAME` restores it as another study beside that one"))
        }
        _ => Ok(()),
    }
}

pub(super) fn exists(studies: &[StudyRef]) -> Refusal {
    let names: Vec<_> = studies.iter().map(|study| format!("`{study}`")).collect();
    let verb = if studies.len() == 1 { "is" } else { "are" };
    Refusal::new(Code::AlreadyExists, format!("{} {verb} there already", names.join(", "))).with_hint(
        "`--as NAME` restores a study as another one beside it, `--skip-existing` leaves out what is there",
    )
}
