//! What must hold, whatever happens.

use std::collections::BTreeMap;

use tunewright_core::study::{
    Change, Command, CompleteTrial, Counts, Effect, LeaseRef, Next, Reply, Study, Transition, Trial,
    TrialNumber, TrialResult, TrialState,
};
use tunewright_core::{Code, Refusal, Timestamp};

use crate::world::Documents;

/// The state in itself: the derived figures are those of the documents, and each document makes sense.
pub fn state_fits(study: &Study, leases: &[LeaseRef], now: Timestamp) {
    let mut counts = Counts::default();
    for (expected, trial) in (0..).zip(study.trials()) {
        assert_eq!(trial.number, TrialNumber(expected), "numbers have no gaps");
        *count(&mut counts, trial.state) += 1;
        document_fits(study, trial);
    }
    assert_eq!(study.counts(), counts);
    for state in TrialState::ALL {
        let numbers = study.trials().filter(|trial| trial.state == state).map(|trial| trial.number);
        assert!(study.in_state(state).eq(numbers), "{state:?}");
    }
    let loss = |trial: &Trial| trial.outcome.as_ref().and_then(|outcome| outcome.loss);
    let completed = study.trials().filter(|trial| trial.state == TrialState::Completed);
    let best = completed.filter_map(|trial| Some((loss(trial)?, trial.number)));
    let best = best.min_by(|a, b| a.partial_cmp(b).expect("losses are finite"));
    assert_eq!(study.best().map(|trial| trial.number), best.map(|(_, number)| number));

    let header = study.header();
    if header.status.is_terminal() {
        assert_eq!((counts.queued, counts.running), (0, 0), "an ended study has no living trials");
        assert!(header.closing.is_some() && header.ended_at.is_some());
        assert_eq!(header.closing.map(|cause| cause.status()), Some(header.status));
    } else {
        assert_eq!(header.ended_at, None);
    }
    one_lease_each(study, leases, now);
    next_fits(study, now);
}

fn document_fits(study: &Study, trial: &Trial) {
    let is_running = trial.state == TrialState::Running;
    assert_eq!(trial.lease.is_some(), is_running, "{trial:?}");
    assert_eq!(trial.outcome.is_some(), trial.state.is_terminal());
    assert_eq!(trial.ended_at.is_some(), trial.state.is_terminal());
    assert!(trial.not_before.is_none() || trial.state == TrialState::Queued);
    assert_eq!(trial.attempt > 0, is_running || !trial.attempts.is_empty());
    assert!(trial.attempt == 0 || trial.point.is_some(), "what was leased has its point");
    if let Some(point) = &trial.point {
        assert_eq!(study.header().spec.space.check(point), Ok(()));
        assert!(trial.fixed.iter().all(|(label, value)| point.get(label) == Some(value)));
    }
    let numbers: Vec<u32> = trial.attempts.iter().map(|attempt| attempt.number).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b) && numbers.last().is_none_or(|last| *last <= trial.attempt));
    assert!(trial.orphans.len() <= Trial::ORPHANS_KEPT);
    let policy = study.header().spec.retry;
    assert!(trial.failures <= policy.max_failures + 1 && trial.losses <= policy.max_losses + 1);
    if !trial.state.is_terminal() {
        assert!(trial.failures <= policy.max_failures && trial.losses <= policy.max_losses);
    }
}

/// Of all leases ever given, those that are valid are those of the running trials, one each.
fn one_lease_each(study: &Study, leases: &[LeaseRef], now: Timestamp) {
    let mut valid: Vec<TrialNumber> = leases
        .iter()
        .filter(|lease| study.decide(&Command::Heartbeat(LeaseRef::clone(lease)), now).is_ok())
        .map(|lease| lease.trial)
        .collect();
    valid.sort_unstable();
    assert!(valid.is_sorted_by(|a, b| a < b), "two valid leases of one trial: {valid:?}");
    for trial in valid {
        assert_eq!(study.trial(trial).map(|trial| trial.state), Some(TrialState::Running));
    }
}

fn next_fits(study: &Study, now: Timestamp) {
    let (header, counts) = (study.header(), study.counts());
    let most = header.spec.budget.max_trials.unwrap_or(u64::MAX);
    let may_run = header.spec.parallelism.is_none_or(|most| counts.running < u64::from(most));
    let is_ready = |number: &TrialNumber| {
        study.trial(*number).is_some_and(|trial| trial.not_before.is_none_or(|until| until <= now))
    };
    let ready = study.in_state(TrialState::Queued).find(is_ready);
    match study.next(now) {
        Next::Queued { trial, needs_point } => {
            assert!(may_run && header.may_lease());
            assert_eq!(ready, Some(trial), "the lowest that is ready");
            assert_eq!(study.trial(trial).map(|trial| trial.point.is_none()), Some(needs_point));
        }
        Next::Fresh(number) => {
            assert!(may_run && header.closing.is_none() && ready.is_none());
            assert!(counts.budgeted() < most);
            assert_eq!(number.0, study.trials().count() as u64);
        }
        Next::Wait { until, .. } => {
            assert!(!header.status.is_terminal());
            assert!(until.is_none_or(|until| until > now));
        }
        Next::Ended(_) => {
            let time_is_up = header.deadline().is_some_and(|deadline| deadline <= now);
            assert!(!header.may_lease() || time_is_up);
        }
    }
}

/// What a command did to the documents is legal.
pub fn changes_fit(before: &Study, after: &Study, changes: &[Change]) {
    for new in after.trials() {
        let Some(old) = before.trial(new.number) else { continue };
        assert!(new.attempt == old.attempt || new.attempt == old.attempt + 1, "attempts only grow");
        assert!(new.failures >= old.failures && new.losses >= old.losses);
        assert!(old.point.is_none() || new.point == old.point, "a point is for ever");
        assert_eq!((&new.fixed, new.origin, new.created_at), (&old.fixed, old.origin, old.created_at));
        if old.state.is_terminal() {
            let same = Trial { rev: old.rev, orphans: old.orphans.clone(), ..new.clone() };
            assert_eq!(same, *old, "terminal is immutable");
        }
    }
    let (leased, created) = changes.iter().fold((false, false), |(leased, created), change| match change {
        Change::TrialChanged { trial, transition } => {
            assert_eq!(trial.rev, before.version().next());
            let is_new = before.trial(trial.number).is_none();
            (leased || *transition == Transition::Leased, created || is_new)
        }
        Change::StudyChanged(header) => {
            assert_eq!(header.rev, before.version().next());
            (leased, created)
        }
        _ => (leased, created),
    });
    let (header, counts) = (after.header(), after.counts());
    if leased {
        assert!(header.spec.parallelism.is_none_or(|most| counts.running <= u64::from(most)));
        assert!(before.header().may_lease() && !before.header().status.is_terminal());
    }
    if created {
        assert!(header.spec.budget.max_trials.is_none_or(|most| counts.budgeted() <= most));
    }
}

/// The answer says what happened.
pub fn reply_fits(
    before: &Study,
    after: &Study,
    command: &Command,
    reply: &Result<Reply, Refusal>,
    now: Timestamp,
) {
    match (command, reply) {
        (Command::Complete(result), Ok(Reply::Ended { duplicate, late, requeued: false })) => {
            let old = before.trial(result.lease.trial).expect("there");
            let new = after.trial(result.lease.trial).expect("there");
            let outcome = new.outcome.as_ref().expect("ended");
            assert_eq!((new.state, outcome.loss), (TrialState::Completed, Some(result.loss)));
            assert_eq!((outcome.attempt, outcome.late), (Some(result.lease.attempt), *late));
            assert_eq!(old.state.is_terminal(), *duplicate);
            assert_eq!(old.attempt, result.lease.attempt, "only the newest attempt ends a trial");
        }
        (Command::Complete(result), Err(refusal)) => {
            assert!(matches!(refusal.code, Code::LeaseLost | Code::Closed));
            let (old, new) = (before.trial(result.lease.trial), after.trial(result.lease.trial));
            assert_eq!(old.map(|trial| trial.state), new.map(|trial| trial.state));
        }
        (Command::Lease(ask), Ok(Reply::Leased(trial))) => {
            assert_eq!(Some(trial.as_ref()), after.trial(trial.number));
            assert_eq!(trial.state, TrialState::Running);
            let lease = trial.lease.as_ref().expect("leased");
            assert_eq!(lease.request_id, ask.request_id);
            let is_new = before.trial(trial.number).is_none_or(|old| old.attempt < trial.attempt);
            assert!(is_new || ask.request_id.is_some(), "only a request sent twice gets an old lease");
            assert!(!is_new || lease.leased_at == now);
        }
        (Command::Heartbeat(_), Ok(reply)) => {
            let until = now.plus_millis(before.header().spec.lease_ttl_ms);
            assert_eq!(*reply, Reply::Renewed { until });
        }
        (Command::Cancel(cancel), Ok(_)) => {
            assert_eq!(after.trial(cancel.trial).map(|trial| trial.state), Some(TrialState::Cancelled));
        }
        (_, Ok(Reply::Study(header))) => assert_eq!(header.as_ref(), after.header()),
        _ => {}
    }
}

/// Whether it changes a trial that runs until then.
pub fn is_running(study: &Study, change: &Change) -> bool {
    let Change::TrialChanged { trial, .. } = change else { return false };
    study.trial(trial.number).is_some_and(|old| old.state == TrialState::Running)
}

/// Each change is published, a lessee that lost its trial is told, and what ended is observed.
pub fn effects_fit(was_running: bool, change: &Change, effects: &[Effect]) {
    let has = |wanted: fn(&Effect) -> bool| effects.iter().filter(|effect| wanted(effect)).count();
    let published = has(|effect| matches!(effect, Effect::Publish(_)));
    let is_told =
        matches!(change, Change::StudyChanged(_) | Change::TrialChanged { .. } | Change::ReportAdded { .. });
    assert_eq!(published, usize::from(is_told));
    if let Change::TrialChanged { transition, .. } = change {
        let is_result =
            matches!(transition, Transition::Completed | Transition::Pruned | Transition::Failed(_));
        assert_eq!(has(|effect| matches!(effect, Effect::Observe(_))), usize::from(is_result));
        if was_running && *transition == Transition::Cancelled {
            assert_eq!(has(|effect| matches!(effect, Effect::Revoke { .. })), 1);
        }
    }
}

/// The documents that the changes left in the store are the whole truth.
pub fn replay_fits(study: &Study, stored: &Documents, now: Timestamp) {
    let loaded = stored.load(study.version(), now);
    assert_eq!(loaded.header(), study.header());
    assert!(loaded.trials().eq(study.trials()));
    assert_eq!(loaded.counts(), study.counts());
    assert_eq!(loaded.best().map(|trial| trial.number), study.best().map(|trial| trial.number));
    assert_eq!(loaded.next(now), study.next(now));
    for number in study.in_state(TrialState::Running) {
        // Looks into what no question shows: how close the study is to its stop rules.
        let trial = study.trial(number).expect("running");
        let lease = trial.lease.as_ref().expect("running");
        let lease = LeaseRef { trial: number, attempt: trial.attempt, lease: lease.id.clone() };
        let (loss, metrics, output, result) = (2.5, BTreeMap::new(), String::new(), TrialResult::default());
        let command = Command::Complete(CompleteTrial { lease, loss, metrics, output, result });
        assert_eq!(loaded.decide(&command, now), study.decide(&command, now));
    }
}

/// What was acknowledged counts, once, with the loss that was acknowledged; and nothing else does.
pub fn ledger_fits(study: &Study, ledger: &BTreeMap<TrialNumber, f64>) {
    let completed = study.in_state(TrialState::Completed).filter_map(|number| study.trial(number));
    let counted: BTreeMap<TrialNumber, f64> =
        completed.filter_map(|trial| Some((trial.number, trial.outcome.as_ref()?.loss?))).collect();
    assert_eq!(counted, *ledger);
    assert_eq!(study.counts().completed, ledger.len() as u64);
}

fn count(counts: &mut Counts, state: TrialState) -> &mut u64 {
    match state {
        TrialState::Queued => &mut counts.queued,
        TrialState::Running => &mut counts.running,
        TrialState::Completed => &mut counts.completed,
        TrialState::Failed => &mut counts.failed,
        TrialState::Pruned => &mut counts.pruned,
        TrialState::Cancelled => &mut counts.cancelled,
    }
}
