//! Cancel: a trial ends for good, running or queued.

use super::super::{CancelTrial, Decision, EndReason, Reply, Study, TrialState};
use super::draft::Draft;
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: CancelTrial, now: Timestamp) -> Result<Decision, Refusal> {
    let Some(trial) = study.trial(command.trial) else {
        return Err(Refusal::not_found(format!("there is no trial {}", command.trial)));
    };
    let mut draft = Draft::new(study, now);
    match trial.state {
        TrialState::Cancelled => {}
        TrialState::Queued | TrialState::Running => {
            draft.cancel(command.trial, EndReason::UserCancelled);
            draft.settle();
        }
        state => {
            let message = format!("trial {} has already ended as `{}`", command.trial, state.as_str());
            return Err(Refusal::closed(message));
        }
    }
    Ok(draft.finish(Reply::Cancelled))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{Bench, worker, x};
    use super::super::super::{Command, Effect, Transition, TrialNumber};
    use super::*;
    use crate::Code;

    fn cancel(trial: u64) -> Command {
        Command::Cancel(CancelTrial { trial: TrialNumber(trial) })
    }

    #[test]
    fn a_running_trial_ends_and_its_lessee_is_told() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        assert_eq!(bench.tell(cancel(0)), Ok(Reply::Cancelled));
        assert_eq!(bench.transitions(), [(0, Transition::Cancelled)]);
        assert!(bench.effects.contains(&Effect::Revoke { lessee: worker("w1"), lease: lease.clone() }));
        assert!(!bench.effects.contains(&Effect::Observe(TrialNumber(0))));
        let trial = bench.trial(0);
        let reason = trial.outcome.as_ref().and_then(|outcome| outcome.reason);
        assert_eq!(reason, Some(EndReason::UserCancelled));
        assert_eq!(trial.attempts.last().and_then(|attempt| attempt.reason), reason);
        let text = "trial 0 was cancelled";
        assert_eq!(bench.refused(Command::Heartbeat(lease)), (Code::LeaseLost, text.to_owned()));
    }

    #[test]
    fn a_queued_trial_never_starts() {
        let mut bench = Bench::new(|_| ());
        bench.enqueue(x(0.5));
        assert_eq!(bench.tell(cancel(0)), Ok(Reply::Cancelled));
        assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Revoke { .. })));
        assert_eq!(bench.lease().trial, TrialNumber(1));
    }

    #[test]
    fn again_is_fine_but_another_end_stands() {
        let mut bench = Bench::new(|_| ());
        bench.lease();
        bench.tell(cancel(0)).expect("cancelled");
        assert_eq!(bench.tell(cancel(0)), Ok(Reply::Cancelled));
        assert_eq!(bench.changes, []);
        let lease = bench.lease();
        bench.complete(&lease, 0.5).expect("completed");
        let closed = (Code::Closed, "trial 1 has already ended as `completed`".to_owned());
        assert_eq!(bench.refused(cancel(1)), closed);
        assert_eq!(bench.refused(cancel(9)), (Code::NotFound, "there is no trial 9".to_owned()));
    }
}
