//! What a screen shows of a study: put together from its events and from what is asked for now and then.

use std::collections::BTreeMap;
use std::time::Duration;

use tunewright::{
    EndReason, StudyInfo, Transition, TrialEvent, TrialInfo, TrialNumber, TrialState, WatchEvent, WorkerInfo,
};

use super::descent::Descent;
use super::speed::Speed;

/// What is known.
#[derive(Clone, Debug)]
pub struct Board {
    pub info: StudyInfo,
    /// The completed trial with the lowest loss.
    pub best: Option<TrialInfo>,
    /// In the order of their numbers.
    pub running: Vec<TrialInfo>,
    /// The last value that each running trial has reported, with its step.
    pub reports: BTreeMap<TrialNumber, (u64, Option<f64>)>,
    pub workers: Vec<WorkerInfo>,
    pub failed: BTreeMap<TrialNumber, EndReason>,
    /// The message of a failed trial, the last one that was looked at.
    pub message: Option<(TrialNumber, String)>,
    pub descent: Descent,
    pub speed: Speed,
    /// Since when the server has not answered, in time since the start.
    pub away_since: Option<Duration>,
}

/// What was asked for, all at about the same time.
#[derive(Clone, Debug)]
pub struct Look {
    pub info: StudyInfo,
    pub best: Option<TrialInfo>,
    pub running: Vec<TrialInfo>,
    pub workers: Vec<WorkerInfo>,
    /// The last reported values of trials that nothing was heard of.
    pub reports: Vec<(TrialNumber, u64, Option<f64>)>,
    /// The failed trial that was asked for.
    pub failure: Option<TrialInfo>,
}

impl Board {
    /// What is known of a study at first.
    pub fn new(info: StudyInfo) -> Self {
        Self {
            info,
            best: None,
            running: Vec::new(),
            reports: BTreeMap::new(),
            workers: Vec::new(),
            failed: BTreeMap::new(),
            message: None,
            descent: Descent::default(),
            speed: Speed::default(),
            away_since: None,
        }
    }

    /// Trials that count to the budget and have ended.
    pub const fn done(&self) -> u64 {
        let counts = self.info.counts;
        counts.completed + counts.failed + counts.pruned
    }

    /// How long the rest of the budget's trials will take, where that can be said.
    pub fn remaining(&self) -> Option<Duration> {
        let rest = self.info.spec.budget.max_trials?.saturating_sub(self.done());
        self.speed.time_for(rest)
    }

    /// The failed trial with the highest number.
    pub fn newest_failure(&self) -> Option<(TrialNumber, EndReason)> {
        self.failed.last_key_value().map(|(number, reason)| (*number, *reason))
    }

    /// How many failed for which reason, the most frequent first.
    pub fn reasons(&self) -> Vec<(EndReason, u64)> {
        let mut counts = BTreeMap::<EndReason, u64>::new();
        for reason in self.failed.values() {
            *counts.entry(*reason).or_default() += 1;
        }
        let mut reasons: Vec<_> = counts.into_iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        reasons
    }

    /// Takes in an event; tells whether others were missed.
    pub fn hear(&mut self, event: WatchEvent) -> bool {
        match event {
            WatchEvent::Study(info) => self.info = *info,
            WatchEvent::Trial(event) => self.hear_trial(&event),
            WatchEvent::Report(event) => {
                self.reports.insert(event.number, (event.step, event.loss));
            }
            WatchEvent::Gap { .. } => return true,
        }
        false
    }

    fn hear_trial(&mut self, event: &TrialEvent) {
        match event.transition {
            Transition::Completed => self.add_loss(event.number, event.loss),
            Transition::Failed(reason) => {
                self.failed.insert(event.number, reason);
            }
            Transition::Enqueued | Transition::HintKept | Transition::OrphanKept => return,
            Transition::Leased | Transition::Requeued(_) | Transition::Pruned | Transition::Cancelled => {}
        }
        // What was reported was of another attempt, or of a trial that runs no more.
        self.reports.remove(&event.number);
        if event.state != TrialState::Running {
            self.running.retain(|trial| trial.number != event.number);
        }
    }

    /// Takes in a trial that ended before the events began.
    pub fn add_past(&mut self, number: TrialNumber, loss: Option<f64>, reason: Option<EndReason>) {
        self.add_loss(number, loss);
        if let Some(reason) = reason {
            self.failed.insert(number, reason);
        }
    }

    fn add_loss(&mut self, number: TrialNumber, loss: Option<f64>) {
        if let Some(loss) = loss {
            self.descent.add(number, loss);
        }
    }

    /// Takes in what was asked for, at this time since the start.
    pub fn look(&mut self, look: Look, at: Duration) {
        self.away_since = None;
        self.info = look.info;
        self.speed.add(at, self.done());
        self.best = look.best;
        if let Some(best) = self.info.best {
            self.descent.add(best.trial, best.loss);
        }
        self.running = look.running;
        self.workers = look.workers;
        for (number, step, loss) in look.reports {
            self.reports.entry(number).or_insert((step, loss));
        }
        let running: Vec<_> = self.running.iter().map(|trial| trial.number).collect();
        self.reports.retain(|number, _| running.binary_search(number).is_ok());
        if let Some(failure) = look.failure {
            self.message = Some((failure.number, failure.message));
        }
    }

    /// The server does not answer, at this time since the start.
    pub fn miss(&mut self, at: Duration) {
        self.away_since.get_or_insert(at);
    }
}
