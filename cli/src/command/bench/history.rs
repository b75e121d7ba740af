//! A study that has come far, written as a server would have written it.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use serde_json::json;
use tunewright::{Algorithm, Point, StudyRef, StudySpec};
use tunewright_core::Timestamp;
use tunewright_core::name::{LeaseId, StudyId};
use tunewright_core::study::{
    Command, CompleteTrial, Header, LeaseRef, LeaseTrial, Lessee, Status, Study, Trial, TrialNumber,
    TrialResult, Version,
};
use tunewright_core::suggest::build;
use tunewright_server::storage::{OpenOptions, Storage, StudyWrite};

use super::suggest;
use crate::alone_store::AloneStore;

/// Trials in one commit.
const BATCH: u64 = 1_000;
/// Between the beginnings of two trials.
const STEP_MS: u64 = 10;
/// A day: no lease ends while it is measured.
const LEASE_TTL_MS: u64 = 86_400_000;

/// A study whose trials are made up one after the other.
#[derive(Debug)]
pub struct History {
    study: Study,
    began: Timestamp,
}

impl History {
    /// Writes a TPE study of so many completed trials of 10 parameters into the store at this address, and closes it.
    ///
    /// # Errors
    /// When the store cannot be opened, refuses a write, or has a study of this name.
    pub async fn write(store: &str, name: &StudyRef, trials: u64) -> anyhow::Result<()> {
        let alone = AloneStore::open(store, OpenOptions { allow_unsafe: true }).await?;
        Self::fill(alone.storage(), name, trials).await?;
        alone.release().await
    }

    async fn fill(storage: &dyn Storage, name: &StudyRef, trials: u64) -> anyhow::Result<()> {
        let mut history = Self::new(name, trials)?;
        let header = history.study.header().clone();
        if storage.create(&header).await?.is_some() {
            bail!("the store has a study `{name}` already");
        }
        let mut source = build(&Algorithm::Random, &header.spec.space, 2);
        for first in (0..trials).step_by(usize::try_from(BATCH)?) {
            let mut ended = Vec::new();
            for number in first..trials.min(first + BATCH) {
                let point = suggest::ask(source.as_mut(), number)?;
                ended.push(history.complete(number, point)?);
            }
            let write = StudyWrite {
                study: header.id.clone(),
                expected: history.study.version(),
                // Its first lease has started the study.
                header: (first == 0).then(|| history.study.header().clone()),
                trials: ended,
                reports: Vec::new(),
                outputs: Vec::new(),
            };
            let version = storage.commit(write).await?;
            history.study.committed(version);
        }
        Ok(())
    }

    fn new(name: &StudyRef, trials: u64) -> anyhow::Result<Self> {
        let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
        let began = Timestamp(now.saturating_sub(trials.saturating_mul(STEP_MS)));
        let spec: StudySpec = serde_json::from_value(json!({
            "space": suggest::space(), "algorithm": "tpe", "seed": 1, "lease_ttl_ms": LEASE_TTL_MS,
        }))?;
        let header = Header {
            id: StudyId::new(name.name.as_str())?,
            project: name.project.clone(),
            name: name.name.clone(),
            spec,
            objective: None,
            status: Status::Active,
            closing: None,
            created_at: began,
            started_at: None,
            ended_at: None,
            rev: Version::default(),
        };
        Ok(Self { study: Study::load(header, Version::default(), Vec::new(), began), began })
    }

    /// Leases a trial and completes it; answers with its document.
    fn complete(&mut self, number: u64, point: Point) -> anyhow::Result<Trial> {
        let trial = TrialNumber(number);
        let lease = LeaseId::new(format!("{number:032x}"))?;
        let leased_at = self.began.plus_millis(number * STEP_MS);
        let loss = suggest::bowl(&point);
        self.carry_out(
            &Command::Lease(LeaseTrial {
                trial,
                lease: lease.clone(),
                lessee: Lessee::Client("bench-0".to_owned()),
                request_id: Some(format!("bench-0-{number}")),
                point: Some(point),
                credit: None,
            }),
            leased_at,
        )?;
        self.carry_out(
            &Command::Complete(CompleteTrial {
                lease: LeaseRef { trial, attempt: 1, lease },
                loss,
                metrics: [].into(),
                output: String::new(),
                result: TrialResult::default(),
            }),
            leased_at.plus_millis(STEP_MS / 2),
        )?;
        self.study.trial(trial).cloned().context("a completed trial is missing")
    }

    fn carry_out(&mut self, command: &Command, now: Timestamp) -> anyhow::Result<()> {
        let decision = self.study.decide(command, now)?;
        for change in &decision.changes {
            // Nobody watches, and the search only starts with the server.
            let _ = self.study.apply(change);
        }
        decision.reply?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tunewright::{ProjectName, StudyName};

    use super::*;

    #[tokio::test]
    async fn what_is_written_can_be_loaded_and_goes_on() {
        let directory = tempfile::tempdir().expect("a directory");
        let store = format!("redb:{}", directory.path().display());
        let name =
            StudyRef { project: ProjectName::default(), name: StudyName::new("far").expect("a legal name") };
        History::write(&store, &name, 1_001).await.expect("written");
        History::write(&store, &name, 1).await.expect_err("it is there already, and stays as it is");

        let storage = tunewright_server::storage::open(&store, OpenOptions::default()).await.expect("opened");
        let stored =
            storage.load(&StudyId::new("far").expect("a legal id")).await.expect("read").expect("there");
        assert_eq!(stored.version, Version(2));
        assert!(stored.header.started_at.is_some());
        let study = Study::load(stored.header, stored.version, stored.trials, Timestamp::default());
        assert_eq!((study.counts().completed, study.counts().budgeted()), (1_001, 1_001));
        let best = study.best().and_then(|trial| trial.outcome.as_ref()?.loss).expect("a loss");
        let losses = study.trials().filter_map(|trial| trial.point.as_ref()).map(suggest::bowl);
        assert!((losses.fold(f64::INFINITY, f64::min) - best).abs() < f64::EPSILON);
    }
}
