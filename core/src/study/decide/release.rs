//! Release: a trial is given back. It is queued at once, and nothing is counted.

use super::super::{Decision, EndReason, ReleaseTrial, Reply, Study, TrialResult};
use super::draft::Draft;
use super::fail::was_requeued;
use super::report::check_uri;
use super::standing::{Standing, conflict, too_late};
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: &ReleaseTrial, now: Timestamp) -> Result<Decision, Refusal> {
    let uri = command.hint.as_ref().map(|hint| hint.checkpoint_uri.as_str());
    uri.map_or(Ok(()), |uri| check_uri("hint.checkpoint_uri", uri))?;
    let number = command.lease.trial;
    let nothing = TrialResult::default();
    let mut draft = Draft::new(study, now);
    match Standing::of(study, &command.lease)? {
        Standing::Holds(_) => {}
        Standing::Late(_, past) => {
            let late = past.reason == Some(EndReason::LeaseExpired);
            if let Some(hint) = &command.hint {
                draft.keep_hint(number, hint);
            }
            return Ok(draft.finish(Reply::Ended { duplicate: true, late, requeued: true }));
        }
        Standing::Brought(trial, _) => {
            return Err(conflict(trial, &command.lease, trial.state.as_str()));
        }
        Standing::Past(trial, past) if past.reason == Some(EndReason::Preempted) => {
            let requeued = was_requeued(trial, past);
            return Ok(draft.finish(Reply::Ended { duplicate: true, late: false, requeued }));
        }
        Standing::Past(trial, _) => return Err(too_late(trial, &command.lease)),
    }
    if let Some(hint) = &command.hint {
        draft.keep_hint(number, hint);
    }
    let requeued = draft.lose(number, EndReason::Preempted, "", Some((&command.lease, &nothing)));
    draft.settle();
    Ok(draft.finish(Reply::Ended { duplicate: false, late: false, requeued }))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{Bench, DUPLICATE, REQUEUED};
    use super::super::super::{
        Command, Effect, LeaseRef, Next, ResumeHint, StopStudy, Transition, TrialNumber, TrialState,
    };
    use super::*;
    use crate::Code;

    fn release(lease: &LeaseRef, uri: Option<&str>) -> Command {
        let hint = uri.map(|uri| ResumeHint { step: 4, checkpoint_uri: uri.to_owned() });
        Command::Release(ReleaseTrial { lease: lease.clone(), hint })
    }

    #[test]
    fn the_trial_is_queued_at_once_and_nothing_is_counted() {
        let mut bench = Bench::new(|spec| spec.retry.max_losses = 0);
        for attempt in 1..=70 {
            let lease = bench.lease();
            assert_eq!((lease.trial, lease.attempt), (TrialNumber(0), attempt));
            assert_eq!(bench.tell(release(&lease, None)), Ok(REQUEUED));
            assert_eq!(bench.transitions(), [(0, Transition::Requeued(EndReason::Preempted))]);
            assert!(bench.effects.contains(&Effect::OfferWork));
        }
        let trial = bench.trial(0);
        assert_eq!((trial.failures, trial.losses, trial.not_before), (0, 0, None));
        assert_eq!(trial.attempts.len(), super::super::super::Trial::ATTEMPTS_KEPT);
        assert_eq!(trial.attempts.last().map(|attempt| attempt.number), Some(70));
        let expected = Next::Queued { trial: TrialNumber(0), needs_point: false };
        assert_eq!(bench.study.next(bench.now), expected);
    }

    #[test]
    fn its_hint_is_handed_on() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.tell(release(&lease, Some("file:///ckpt/4"))).expect("released");
        bench.lease();
        let hint = bench.trial(0).hint.clone().expect("kept");
        assert_eq!((hint.step, hint.checkpoint_uri.as_str()), (4, "file:///ckpt/4"));
    }

    #[test]
    fn again_is_fine_before_and_after_the_next_attempt_began() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.tell(release(&lease, None)).expect("released");
        let again = Reply::Ended { duplicate: true, late: false, requeued: true };
        assert_eq!(bench.tell(release(&lease, None)), Ok(again.clone()));
        bench.lease();
        assert_eq!(bench.tell(release(&lease, None)), Ok(again));
        assert_eq!(bench.changes, []);
    }

    #[test]
    fn a_late_release_brings_its_hint_all_the_same() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.expire();
        let late = Reply::Ended { duplicate: true, late: true, requeued: true };
        assert_eq!(bench.tell(release(&lease, Some("s3://c"))), Ok(late));
        assert_eq!(bench.transitions(), [(0, Transition::HintKept)]);
        assert_eq!((bench.state(0), bench.trial(0).losses), (TrialState::Queued, 1));
    }

    #[test]
    fn while_the_study_is_ending_the_trial_is_cancelled() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.tell(Command::Stop(StopStudy { cancel_running: false })).expect("stopping");
        let cancelled = Reply::Ended { duplicate: false, late: false, requeued: false };
        assert_eq!(bench.tell(release(&lease, None)), Ok(cancelled));
        assert_eq!(bench.tell(release(&lease, None)), Ok(DUPLICATE));
        assert!(bench.status().is_terminal());
    }

    #[test]
    fn bad_hints_and_ended_trials_are_refused() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        let text = "hint.checkpoint_uri: must be of 1 to 4096 bytes, not 0";
        assert_eq!(bench.refused(release(&lease, Some(""))), (Code::Invalid, text.to_owned()));
        bench.complete(&lease, 0.5).expect("completed");
        let text = "attempt 1 of trial 0 has already ended as `completed`";
        assert_eq!(bench.refused(release(&lease, None)), (Code::Conflict, text.to_owned()));
    }
}
