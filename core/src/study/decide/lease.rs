//! Lease: an attempt begins.

use super::super::{
    Decision, EndCause, Lease, LeaseTrial, Lessee, Next, Origin, Reply, Study, Transition, Trial,
    TrialResult, TrialState, Waiting,
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
    let point = point(study, &trial, command.point.as_ref())?;
    if trial.point.is_none() {
        trial.credit.clone_from(&command.credit);
    }
    trial.point = Some(point);
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
        credit: None,
        attempt: 0,
        lease: None,
        request_id: None,
        failures: 0,
        losses: 0,
        not_before: None,
        hint: None,
        attempts: Vec::new(),
        result: TrialResult::default(),
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
        Waiting::NothingQueued => "no trial is enqueued, and the study's algorithm is `external`",
    };
    let wait_ms = until.map_or(RETRY_AFTER_MS, |until| until.as_millis().saturating_sub(now.as_millis()));
    Refusal::exhausted(message, wait_ms.max(1))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{Bench, complete, worker, x, xy};
    use super::super::super::{Change, Command, Effect, EndReason, LeaseTrial, TrialNumber};
    use super::*;
    use crate::Code;
    use crate::name::LeaseId;
    use crate::suggest::Credit;

    fn again(command: &LeaseTrial, lease: &str) -> Command {
        Command::Lease(LeaseTrial { lease: LeaseId::new(lease).expect("legal"), ..command.clone() })
    }

    #[test]
    fn new_trials_are_numbered_from_0_and_get_attempt_1() {
        let mut bench = Bench::new(|_| ());
        for number in 0..3 {
            let lease = bench.lease();
            assert_eq!((lease.trial, lease.attempt), (TrialNumber(number), 1));
            let trial = bench.trial(number);
            assert_eq!(trial.state, TrialState::Running);
            assert_eq!(trial.origin, Origin::Suggested);
            assert_eq!(trial.lease.as_ref().map(|lease| lease.leased_at), Some(bench.now));
            assert!(trial.point.is_some());
        }
    }

    #[test]
    fn the_first_lease_starts_the_study_and_each_gets_a_full_period() {
        let mut bench = Bench::new(|_| ());
        bench.lease();
        let until = bench.now.plus_millis(30_000);
        assert!(bench.changes.contains(&Change::LeaseRenewed { trial: TrialNumber(0), until }));
        assert_eq!(bench.study.header().started_at, Some(bench.now));
        assert_eq!(bench.study.header().rev, bench.study.version());
        let first = bench.now;
        bench.pass(5);
        bench.lease();
        assert_eq!(bench.study.header().started_at, Some(first));
        assert!(!bench.changes.iter().any(|change| matches!(change, Change::StudyChanged(_))));
        assert_eq!(bench.study.next_timer(), Some(until));
    }

    #[test]
    fn queued_trials_go_first_by_number_save_those_that_wait() {
        let mut bench = Bench::new(|spec| spec.retry.backoff_ms = 60_000);
        let lost = bench.lease();
        let kept = bench.lease();
        bench.enqueue(xy(0.5, 3));
        bench.enqueue(x(0.25));
        bench.fail(&lost, EndReason::Preempted).expect("released");
        bench.fail(&kept, EndReason::LeaseExpired).expect("lost");
        let queued = |trial, needs_point| Next::Queued { trial: TrialNumber(trial), needs_point };
        for expected in [queued(0, false), queued(2, false), queued(3, true), Next::Fresh(TrialNumber(4))] {
            assert_eq!(bench.study.next(bench.now), expected);
            bench.lease();
        }
        bench.pass(60_000);
        assert_eq!(bench.study.next(bench.now), queued(1, false));
        let lease = bench.lease();
        assert_eq!((lease.trial, lease.attempt), (TrialNumber(1), 2));
        assert_eq!(bench.trial(1).not_before, None);
    }

    #[test]
    fn a_queued_trial_keeps_its_point_and_what_was_fixed() {
        let mut bench = Bench::new(|_| ());
        bench.enqueue(x(0.25));
        let mut command = bench.lease_next();
        command.point = Some(xy(0.5, 1));
        let (code, text) = bench.refused(Command::Lease(command.clone()));
        assert_eq!(
            (code, text.as_str()),
            (Code::Conflict, "trial 0 fixes `x` at `0.25`, the point does not")
        );
        command.point = None;
        let (code, text) = bench.refused(Command::Lease(command.clone()));
        assert_eq!((code, text.as_str()), (Code::Invalid, "point: must be given: trial 0 has none yet"));
        command.point = Some(xy(0.25, 99));
        let (code, text) = bench.refused(Command::Lease(command.clone()));
        assert_eq!(code, Code::Invalid);
        assert!(text.starts_with("point.y: "), "{text}");
        command.point = Some(xy(0.25, 4));
        bench.tell(Command::Lease(command.clone())).expect("leased");
        bench.expire();
        bench.pass(1_000);
        command.point = Some(xy(0.25, 5));
        let (code, text) = bench.refused(Command::Lease(command));
        assert_eq!((code, text.as_str()), (Code::Conflict, "trial 0 has another point already"));
        bench.lease();
        assert_eq!(bench.trial(0).point, Some(xy(0.25, 4)));
    }

    #[test]
    fn whoever_proposed_the_point_has_the_credit_for_ever() {
        let credit = |member: &str| Some(Credit { member: member.to_owned(), why: "its turn".to_owned() });
        let mut bench = Bench::new(|_| ());
        let command = LeaseTrial { credit: credit("gp"), ..bench.lease_next() };
        bench.tell(Command::Lease(command)).expect("leased");
        bench.expire();
        bench.pass(1_000);
        let command = LeaseTrial { credit: credit("tpe"), ..bench.lease_next() };
        assert_eq!((command.trial, &command.point), (TrialNumber(0), &None));
        bench.tell(Command::Lease(command)).expect("leased again");
        assert_eq!(bench.trial(0).credit, credit("gp"));
        bench.enqueue(xy(0.25, 4));
        let command = LeaseTrial { credit: credit("tpe"), ..bench.lease_next() };
        bench.tell(Command::Lease(command)).expect("leased");
        assert_eq!((bench.trial(1).attempt, &bench.trial(1).credit), (1, &None), "a person's point");
    }

    #[test]
    fn a_request_sent_twice_gets_the_same_lease() {
        let mut bench = Bench::new(|_| ());
        let command = LeaseTrial { request_id: Some("ask-1".to_owned()), ..bench.lease_next() };
        let first = bench.tell(Command::Lease(command.clone()));
        let fresh = LeaseTrial { trial: TrialNumber(1), ..command.clone() };
        let second = bench.tell(again(&fresh, "other"));
        assert_eq!(first, second);
        assert_eq!(bench.changes, []);
        bench.reload();
        assert_eq!(bench.tell(again(&fresh, "other")), first);
        assert_eq!(bench.study.trials().count(), 1);
    }

    #[test]
    fn a_later_attempts_request_is_known_too_and_the_enqueuers_stays_known() {
        let mut bench = Bench::new(|_| ());
        let enqueue = Command::Enqueue(super::super::super::EnqueueTrial {
            fixed: xy(0.5, 5),
            request_id: Some("enqueue-1".to_owned()),
        });
        bench.tell(enqueue.clone()).expect("enqueued");
        let command = LeaseTrial { request_id: Some("ask-1".to_owned()), ..bench.lease_next() };
        let first = bench.tell(Command::Lease(command.clone()));
        assert_eq!(bench.tell(again(&command, "other")), first);
        assert_eq!(bench.tell(enqueue), Ok(Reply::Enqueued(TrialNumber(0))));
        assert_eq!(bench.study.counts().budgeted(), 1);
    }

    #[test]
    fn a_request_whose_lease_is_over_does_not_get_another_ones_lease() {
        let mut bench = Bench::new(|_| ());
        let command = LeaseTrial { request_id: Some("ask-1".to_owned()), ..bench.lease_next() };
        bench.tell(Command::Lease(command.clone())).expect("leased");
        bench.expire();
        bench.pass(60_000);
        let other = bench.lease();
        assert_eq!((other.trial, other.attempt), (TrialNumber(0), 2));
        assert_eq!(bench.study.leased_by_request("ask-1"), None);
        assert_eq!(bench.study.by_request("ask-1").map(|trial| trial.number), Some(TrialNumber(0)));
        let fresh = LeaseTrial { request_id: Some("ask-1".to_owned()), ..bench.lease_next() };
        match bench.tell(Command::Lease(fresh)) {
            Ok(Reply::Leased(trial)) => assert_eq!(trial.number, TrialNumber(1)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_client_gets_its_running_trials_back() {
        let mut bench = Bench::new(|_| ());
        let client = Lessee::Client("trainer".to_owned());
        bench.lease();
        let command = LeaseTrial { lessee: client.clone(), ..bench.lease_next() };
        bench.tell(Command::Lease(command)).expect("leased");
        bench.reload();
        let mine: Vec<_> = bench.study.leased_to(&client).map(|trial| trial.number).collect();
        assert_eq!(mine, [TrialNumber(1)]);
        assert_eq!(bench.study.leased_to(&worker("w1")).count(), 1);
    }

    #[test]
    fn parallelism_and_budget_are_kept() {
        let mut bench = Bench::new(|spec| {
            spec.parallelism = Some(2);
            spec.budget.max_trials = Some(3);
        });
        let first = bench.lease();
        let mut command = bench.lease_next();
        bench.lease();
        command.trial = TrialNumber(2);
        assert_eq!(bench.study.next(bench.now), Next::Wait { why: Waiting::Parallelism, until: None });
        let (code, text) = bench.refused(Command::Lease(command.clone()));
        assert_eq!((code, text.as_str()), (Code::Exhausted, "as many trials run as may run at once"));
        bench.complete(&first, 0.5).expect("completed");
        assert!(bench.effects.contains(&Effect::OfferWork));
        let second = bench.lease();
        bench.complete(&second, 0.5).expect("completed");
        command.trial = TrialNumber(3);
        let expected = Next::Wait { why: Waiting::BudgetInFlight, until: None };
        assert_eq!(bench.study.next(bench.now), expected);
        let (code, text) = bench.refused(Command::Lease(command));
        assert_eq!((code, text.as_str()), (Code::Exhausted, "all trials of the budget are running"));
    }

    #[test]
    fn only_what_is_next_is_leased() {
        let mut bench = Bench::new(|_| ());
        let command = bench.lease_next();
        let held = bench.lease();
        let mut refused = |trial: u64| {
            bench.refused(Command::Lease(LeaseTrial { trial: TrialNumber(trial), ..command.clone() }))
        };
        assert_eq!(refused(0), (Code::Conflict, "trial 0 is `running`, not queued".to_owned()));
        let text = "there is no trial 2; the next new one is 1";
        assert_eq!(refused(2), (Code::NotFound, text.to_owned()));
        bench.fail(&held, EndReason::LeaseExpired).expect("lost");
        let refusal = bench.tell(Command::Lease(command.clone())).expect_err("it waits");
        assert_eq!(refusal.code, Code::Exhausted);
        assert!((500..=1_000).contains(&refusal.retry_after_ms.expect("retryable")));
        bench.enqueue(xy(0.5, 5));
        let fresh = LeaseTrial { trial: TrialNumber(2), ..command };
        let text = "trial 1 is queued and goes before a new one";
        assert_eq!(bench.refused(Command::Lease(fresh)), (Code::Conflict, text.to_owned()));
    }

    #[test]
    fn nothing_is_leased_while_paused_ending_or_ended() {
        let mut bench = Bench::new(|_| ());
        let held = bench.lease();
        let command = bench.lease_next();
        bench.tell(Command::Pause).expect("paused");
        let (code, text) = bench.refused(Command::Lease(command.clone()));
        assert_eq!((code, text.as_str()), (Code::Exhausted, "the study is paused"));
        let stop = super::super::super::StopStudy { cancel_running: false };
        bench.tell(Command::Stop(stop)).expect("stopping");
        assert_eq!(bench.study.next(bench.now), Next::Ended(EndCause::Stopped));
        let (code, text) = bench.refused(Command::Lease(command.clone()));
        assert_eq!((code, text.as_str()), (Code::Closed, "the study is ending for `stopped`"));
        bench.tell(complete(&held, 1.0)).expect("completed");
        let (code, text) = bench.refused(Command::Lease(command));
        assert_eq!((code, text.as_str()), (Code::Closed, "the study has ended for `stopped`"));
    }

    #[test]
    fn keys_that_are_empty_or_too_long_are_refused() {
        let mut bench = Bench::new(|_| ());
        let command = bench.lease_next();
        let lessee = Lessee::Client("x".repeat(257));
        let (code, text) = bench.refused(Command::Lease(LeaseTrial { lessee, ..command.clone() }));
        assert_eq!((code, text.as_str()), (Code::Invalid, "client: must be of 1 to 256 bytes, not 257"));
        let request_id = Some(String::new());
        let (code, text) = bench.refused(Command::Lease(LeaseTrial { request_id, ..command }));
        assert_eq!((code, text.as_str()), (Code::Invalid, "request_id: must be of 1 to 256 bytes, not 0"));
    }
}
