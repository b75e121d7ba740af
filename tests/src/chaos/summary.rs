//! What a run came to.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::checker::{Ending, Violation};
use super::history::{Entry, Op, Outcome, Verdict};
use super::schedule::FaultKind;
use super::store::StoreKind;

/// So many broken promises are shown with all that was said about them.
const SHOWN: usize = 20;

/// A broken promise, with all that was asked and heard about it.
#[derive(Debug)]
pub struct Broken {
    pub violation: Violation,
    pub evidence: Vec<String>,
}

impl Broken {
    #[must_use]
    pub fn new(violation: Violation, entries: &[Entry]) -> Self {
        let evidence = violation.evidence(entries).iter().map(ToString::to_string).collect();
        Self { violation, evidence }
    }
}

/// What a run came to.
#[derive(Debug)]
pub struct Summary {
    pub store: StoreKind,
    pub seed: u64,
    pub elapsed: Duration,
    /// From the healing until everything had ended.
    pub to_end: Duration,
    pub faults: BTreeMap<FaultKind, u64>,
    pub studies: usize,
    /// Trials that have ended.
    pub trials: usize,
    pub requests: usize,
    /// Requests whose outcome the client never learned from that one answer.
    pub unknown: usize,
    /// Results that were acknowledged.
    pub acknowledged: usize,
    pub broken: Vec<Broken>,
    /// What nobody did, and happened all the same.
    pub surprises: Vec<String>,
    /// Where the logs and the data are, if something was wrong.
    pub kept: Option<PathBuf>,
}

impl Summary {
    #[must_use]
    pub fn new(store: StoreKind, seed: u64, entries: &[Entry], ending: &Ending) -> Self {
        let trials = ending.values().flat_map(|study| study.trials.values());
        let is_acknowledged = |entry: &&Entry| {
            matches!(entry.op, Op::Tell { verdict: Verdict::Complete(_) | Verdict::Prune(_), .. })
                && matches!(entry.outcome(), Outcome::Told { .. })
        };
        Self {
            store,
            seed,
            elapsed: Duration::ZERO,
            to_end: Duration::ZERO,
            faults: BTreeMap::new(),
            studies: ending.len(),
            trials: trials.filter(|trial| trial.state.is_terminal()).count(),
            requests: entries.len(),
            unknown: entries.iter().filter(|entry| *entry.outcome() == Outcome::Unknown).count(),
            acknowledged: entries.iter().filter(is_acknowledged).count(),
            broken: Vec::new(),
            surprises: Vec::new(),
            kept: None,
        }
    }

    /// Nothing was wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.broken.is_empty() && self.surprises.is_empty()
    }

    /// Acknowledged transitions that are not there in the end.
    #[must_use]
    pub fn losses(&self) -> usize {
        self.broken.iter().filter(|broken| broken.violation.promise == 1).count()
    }

    #[must_use]
    pub fn injected(&self) -> u64 {
        self.faults.values().sum()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Broken { violation, evidence } in self.broken.iter().take(SHOWN) {
            writeln!(f, "BROKEN {violation}")?;
            for line in evidence {
                writeln!(f, "    {line}")?;
            }
        }
        if self.broken.len() > SHOWN {
            writeln!(f, "and {} more broken promises", self.broken.len() - SHOWN)?;
        }
        for surprise in &self.surprises {
            writeln!(f, "SURPRISE {surprise}")?;
        }
        if let Some(kept) = &self.kept {
            writeln!(f, "logs and data are kept in {}", kept.display())?;
        }
        let (store, seed, elapsed) = (self.store.as_str(), self.seed, self.elapsed.as_secs_f64());
        writeln!(
            f,
            "store {store}, seed {seed}, {elapsed:.1} s, ended {:.1} s after healing",
            self.to_end.as_secs_f64()
        )?;
        let kinds = self.faults.iter().map(|(kind, times)| format!("{kind:?} {times}"));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        writeln!(f, "{} faults of {} kinds: {kinds}", self.injected(), self.faults.len())?;
        writeln!(
            f,
            "{} trials in {} studies, {} results acknowledged",
            self.trials, self.studies, self.acknowledged
        )?;
        writeln!(f, "{} requests, {} of them without a known outcome", self.requests, self.unknown)?;
        let losses = self.losses();
        write!(f, "{losses} losses and {} other broken promises found", self.broken.len() - losses)
    }
}
