//! One drain of a study's mailbox: what to store, and what to say and do once it is stored.

use std::collections::BTreeMap;

use tunewright_core::Refusal;
use tunewright_core::name::StudyId;
use tunewright_core::study::{Change, Effect, Header, Report, Trial, TrialNumber, Version};

use super::open::Applied;
use super::request::ReadFn;
use crate::storage::StudyWrite;

/// Says the answer of one request: the real one if the commit went well, else why it did not.
pub(super) type Saying = Box<dyn FnOnce(Result<(), &Refusal>) + Send>;

/// One drain: what to store, and what to say and do once it is stored.
#[derive(Default)]
pub(super) struct Batch {
    header: Option<Header>,
    trials: BTreeMap<TrialNumber, Trial>,
    reports: Vec<(TrialNumber, Report)>,
    outputs: BTreeMap<TrialNumber, (u32, String)>,
    pub(super) effects: Vec<Effect>,
    pub(super) sayings: Vec<Saying>,
    pub(super) reads: Vec<ReadFn>,
}

impl Batch {
    /// Takes in what a command changed. Of several documents of one trial the last one counts.
    pub(super) fn take(&mut self, applied: Applied) {
        self.effects.extend(applied.effects);
        for change in applied.changes {
            match change {
                Change::StudyChanged(header) => self.header = Some(*header),
                Change::TrialChanged { trial, .. } => {
                    self.trials.insert(trial.number, *trial);
                }
                Change::ReportAdded { trial, report } => self.reports.push((trial, report)),
                Change::OutputKept { trial, attempt, output } => {
                    self.outputs.insert(trial, (attempt, output));
                }
                Change::LeaseRenewed { .. } | Change::BackoffEnded { .. } => {}
            }
        }
    }

    /// What has to be stored; `None` if nothing durable has changed.
    pub(super) fn take_write(&mut self, study: &StudyId, expected: Version) -> Option<StudyWrite> {
        let is_empty = self.header.is_none()
            && self.trials.is_empty()
            && self.reports.is_empty()
            && self.outputs.is_empty();
        (!is_empty).then(|| StudyWrite {
            study: study.clone(),
            expected,
            header: self.header.take(),
            trials: std::mem::take(&mut self.trials).into_values().collect(),
            reports: std::mem::take(&mut self.reports),
            outputs: std::mem::take(&mut self.outputs)
                .into_iter()
                .map(|(trial, (attempt, output))| (trial, attempt, output))
                .collect(),
        })
    }
}
