//! Records on their way into a store.

use std::mem::replace;

use tunewright_core::Refusal;
use tunewright_core::name::StudyId;
use tunewright_core::study::{Header, Report, Trial, TrialNumber, Version};

use super::BackupError;
use crate::storage::record::Output;
use crate::storage::{CommitError, Storage, StudyWrite};

/// What goes into one commit at most, unless one record is larger.
const RECORDS: usize = 500;
const BYTES: usize = 4 << 20;

/// Records of one study on their way into the store, in commits of a bearable size.
pub(super) struct Writing {
    write: StudyWrite,
    /// What comes belongs to this one.
    trial: TrialNumber,
    bytes: usize,
}

impl Writing {
    pub(super) fn new(study: StudyId) -> Self {
        Self { write: empty(study, Version(0)), trial: TrialNumber(0), bytes: 0 }
    }

    /// The next record has so many bytes.
    pub(super) fn count(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    pub(super) fn trial(&mut self, trial: Trial) {
        self.trial = trial.number;
        self.write.trials.push(trial);
    }

    pub(super) fn report(&mut self, report: Report) {
        self.write.reports.push((self.trial, report));
    }

    pub(super) fn output(&mut self, Output { attempt, text }: Output) {
        self.write.outputs.push((self.trial, attempt, text));
    }

    pub(super) fn is_full(&self) -> bool {
        let StudyWrite { trials, reports, outputs, .. } = &self.write;
        trials.len() + reports.len() + outputs.len() >= RECORDS || self.bytes >= BYTES
    }

    pub(super) async fn commit(&mut self, storage: &dyn Storage, header: &Header) -> Result<(), BackupError> {
        let next = empty(self.write.study.clone(), self.write.expected.next());
        self.bytes = 0;
        match storage.commit(replace(&mut self.write, next)).await {
            Ok(_) => Ok(()),
            Err(CommitError::Storage(error)) => Err(error.into()),
            Err(CommitError::Missing | CommitError::Conflict { .. }) => Err(gone(header)),
        }
    }
}

fn empty(study: StudyId, expected: Version) -> StudyWrite {
    StudyWrite { study, expected, header: None, trials: Vec::new(), reports: Vec::new(), outputs: Vec::new() }
}

pub(super) fn gone(header: &Header) -> BackupError {
    let message =
        format!("somebody else writes to the store: what was restored of `{}` is gone", header.name);
    Refusal::conflict(message).with_hint("restore while nobody else uses the store").into()
}
