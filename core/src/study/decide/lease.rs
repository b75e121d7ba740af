//! Lease: an attempt begins.

use super::super::{
    Decision, EndCause, Lease, LeaseTrial, Lessee, Next, Origin, Reply, Study, Transition, Trial, TrialState,
    Waiting,
};
use super::draft::Draft;
use super::limits;
use crate::space::Point;
use crate::{Refusal, Timestamp};

/// When to ask again for what no timer will free.
const RETRY_AFTER_MS: u64 = 1_000;

pub(super) fn decide(study: &Study, command: &LeaseTrial, now: Timestamp) -> Result<Decision, Refusal> {
    if let Lessee::Client(client) = &command.lessee {
        limits::check_key("client", client)?;
    }
    if let Some(request) = &command.request_id {
        limits::check_key("request_id", request)?;
        if let Some(leased) = study.leased_by_request(request) {
            let reply = Reply::Leased(Box::new(leased.clone()));
            return Ok(Draft::new(study, now).finish(reply));
        }
    }
    let mut trial = leasable(study, command, now)?;
    trial.point = Some(point(study, &trial, command.point.as_ref())?);
    trial.state = TrialState::Running;
    trial.attempt = trial.attempt.saturating_add(1);
    trial.not_before = None;
    trial.request_id = trial.request_id.or_else(|| command.request_id.clone());
    trial.lease = Some(Lease {
        id: command.lease.clone(),
        lessee: command.lessee.clone(),
        leased_at: now,
        request_id: command.request_id.clone(),
    });

    let mut draft = Draft::new(study, now);
    if study.header().started_at.is_none() {
        draft.header_mut().started_at = Some(now);
    }
    draft.put(trial, Transition::Leased);
    draft.renew(command.trial);
    let leased = draft.trial(command.trial).cloned();
    let leased = leased.ok_or_else(|| Refusal::internal("the leased trial is missing"))?;
    Ok(draft.finish(Reply::Leased(Box::new(leased))))
}

/// The trial to lease as it is now: a queued one whose time has come, or a new one if it is a new one's turn.
fn leasable(study: &Study, command: &LeaseTrial, now: Timestamp) -> Result<Trial, Refusal> {
    let number = command.trial;
    let next = study.next(now);
    if let Next::Ended(cause) = next {
        return Err(ended(study, cause));
    }
    if let Next::Wait { why: why @ (Waiting::Paused | Waiting::Parallelism), .. } = next {
        return Err(wait(why, None, now));
    }
    match study.trial(number) {
        Some(trial) if trial.state != TrialState::Queued => {
            Err(Refusal::conflict(format!("trial {number} is `{}`, not queued", trial.state.as_str())))
        }
        Some(trial) => match trial.not_before.filter(|until| *until > now) {
            Some(until) => Err(wait(Waiting::Backoff, Some(until), now)),
            None => Ok(trial.clone()),
        },
        None => match next {
            Next::Fresh(fresh) if fresh == number => Ok(new(study, number, Origin::Suggested, now)),
            Next::Fresh(fresh) => {
                Err(Refusal::not_found(format!("there is no trial {number}; the next new one is {fresh}")))
            }
            Next::Queued { trial, .. } => {
                Err(Refusal::conflict(format!("trial {trial} is queued and goes before a new one")))
            }
            Next::Wait { why, until } => Err(wait(why, until, now)),
            Next::Ended(cause) => Err(ended(study, cause)),
        },
    }
}

/// A trial that has just been thought of.
pub(super) fn new(study: &Study, number: super::super::TrialNumber, origin: Origin, now: Timestamp) -> Trial {
    Trial {
        number,
        state: TrialState::Queued,
        rev: study.version().next(),
        origin,
        fixed: Point::default(),
        point: None,
        attempt: 0,
        lease: None,
        request_id: None,
        failures: 0,
        losses: 0,
        not_before: None,
        hint: None,
        attempts: Vec::new(),
        outcome: None,
        orphans: Vec::new(),
        created_at: now,
        ended_at: None,
    }
}

/// The point the attempt runs with: the trial's own, for ever the same, or the one that is given.
fn point(study: &Study, trial: &Trial, given: Option<&Point>) -> Result<Point, Refusal> {
    match (&trial.point, given) {
        (Some(own), None) => Ok(own.clone()),
        (Some(own), Some(given)) if own == given => Ok(own.clone()),
        (Some(_), Some(_)) => {
            Err(Refusal::conflict(format!("trial {} has another point already", trial.number)))
        }
        (None, None) => {
            Err(Refusal::invalid("point", format!("must be given: trial {} has none yet", trial.number)))
        }
        (None, Some(given)) => {
            study.header().spec.space.check(given).map_err(|refusal| refusal.within("point"))?;
            let differs = trial.fixed.iter().find(|(label, value)| given.get(label) != Some(*value));
            match differs {
                None => Ok(given.clone()),
                Some((label, value)) => Err(Refusal::conflict(format!(
                    "trial {} fixes `{label}` at `{value}`, the point does not",
                    trial.number
                ))),
            }
        }
    }
}

fn ended(study: &Study, cause: EndCause) -> Refusal {
    let verb = if study.header().status.is_terminal() { "has ended" } else { "is ending" };
    Refusal::closed(format!("the study {verb} for `{}`", cause.as_str()))
}

fn wait(why: Waiting, until: Option<Timestamp>, now: Timestamp) -> Refusal {
    let message = match why {
        Waiting::Paused => "the study is paused",
        Waiting::Parallelism => "as many trials run as may run at once",
        Waiting::BudgetInFlight => "all trials of the budget are running",
        Waiting::Backoff => "the trial waits before its next attempt",
    };
    let wait_ms = until.map_or(RETRY_AFTER_MS, |until| until.as_millis().saturating_sub(now.as_millis()));
    Refusal::exhausted(message, wait_ms.max(1))
}
