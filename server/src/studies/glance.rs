//! A study at a glance: what lists and headers show of it.

use std::collections::BTreeSet;

use tunewright_core::Timestamp;
use tunewright_core::study::{Study, Trial, TrialNumber, TrialState};

use super::request::StudyView;

/// How far back the rate looks.
const RECENT_MS: u64 = 60_000;
/// It looks at so many trials at most, and takes them for all of a shorter time then.
const RECENT_MAX: usize = 5_000;

/// A study at a glance.
#[derive(Clone, Debug)]
pub(crate) struct Glance {
    pub(crate) view: StudyView,
    /// How many trials there are, of any state.
    pub(crate) trials: u64,
    /// Number and loss of each trial that was better than all before it.
    pub(crate) improvements: Vec<(TrialNumber, f64)>,
    /// How many hold a running trial.
    pub(crate) lessees: usize,
    /// Trials that end in a minute, from what ended in the last one.
    pub(crate) rate_per_minute: f64,
    /// When a trial last changed; before the first one, when the study was created.
    pub(crate) changed_at: Timestamp,
}

impl Glance {
    pub(super) fn of(study: &Study, now: Timestamp) -> Self {
        let running = study.in_state(TrialState::Running).filter_map(|number| study.trial(number));
        let lessees: BTreeSet<_> = running.filter_map(|trial| Some(&trial.lease.as_ref()?.lessee)).collect();
        let newest = study.last_revised().next();
        Self {
            trials: study.trials().next_back().map_or(0, |trial| trial.number.0.saturating_add(1)),
            improvements: study.improvements().collect(),
            lessees: lessees.len(),
            rate_per_minute: rate_per_minute(study, now),
            changed_at: newest.map_or(study.header().created_at, changed_at),
            view: StudyView::of(study),
        }
    }

    /// The same of a study in which nothing happens any more.
    pub(super) fn at_rest(self) -> Self {
        Self { rate_per_minute: 0.0, ..self }
    }
}

/// When a trial last changed.
fn changed_at(trial: &Trial) -> Timestamp {
    let leased_at = trial.lease.as_ref().map(|lease| lease.leased_at);
    let attempted_at = trial.attempts.last().map(|attempt| attempt.ended_at);
    [leased_at, attempted_at, trial.ended_at].into_iter().flatten().fold(trial.created_at, Timestamp::max)
}

#[expect(clippy::cast_precision_loss, reason = "counts of a minute")]
fn rate_per_minute(study: &Study, now: Timestamp) -> f64 {
    let since = Timestamp(now.0.saturating_sub(RECENT_MS));
    // Newest first: from the first that changed before the minute on, all did.
    let recent = study.last_revised().take_while(|trial| changed_at(trial) >= since).take(RECENT_MAX);
    let (mut seen, mut ended, mut oldest) = (0, 0_u64, now);
    for trial in recent {
        seen += 1;
        if trial.ended_at.is_some_and(|at| at >= since) {
            ended += 1;
        }
        oldest = oldest.min(changed_at(trial));
    }
    let span =
        if seen == RECENT_MAX { now.since(oldest).as_millis().max(1) as f64 } else { RECENT_MS as f64 };
    ended as f64 * RECENT_MS as f64 / span
}
