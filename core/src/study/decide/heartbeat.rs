//! Heartbeat: pushes the lease's end back by a full period. Also while the study is paused or ending.

use super::super::{Decision, LeaseRef, Reply, Study};
use super::draft::Draft;
use super::standing;
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, lease: &LeaseRef, now: Timestamp) -> Result<Decision, Refusal> {
    standing::holder(study, lease)?;
    let mut draft = Draft::new(study, now);
    let until = draft.renew(lease.trial);
    Ok(draft.finish(Reply::Renewed { until }))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::Bench;
    use super::super::super::{Change, Command, EndReason, StopStudy, TrialNumber};
    use super::*;
    use crate::Code;
    use crate::name::LeaseId;

    #[test]
    fn it_pushes_the_end_of_the_lease_back_and_stores_nothing() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.pass(20_000);
        let until = bench.now.plus_millis(30_000);
        assert_eq!(bench.tell(Command::Heartbeat(lease.clone())), Ok(Reply::Renewed { until }));
        assert_eq!(bench.changes, [Change::LeaseRenewed { trial: TrialNumber(0), until }]);
        assert!(!bench.changes[0].is_durable());
        assert_eq!(bench.study.next_timer(), Some(until));
        bench.pass(29_999);
        bench.tick();
        assert_eq!(bench.transitions(), []);
        bench.pass(1);
        bench.tick();
        assert_eq!(bench.transitions().len(), 1);
    }

    #[test]
    fn it_goes_on_while_the_study_is_paused_or_ending() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.tell(Command::Pause).expect("paused");
        bench.tell(Command::Heartbeat(lease.clone())).expect("renewed");
        bench.tell(Command::Stop(StopStudy { cancel_running: false })).expect("stopping");
        bench.tell(Command::Heartbeat(lease)).expect("renewed");
    }

    #[test]
    fn a_stale_lease_is_told_what_happened() {
        let mut bench = Bench::new(|_| ());
        let first = bench.lease();
        let lost = |text: &str| (Code::LeaseLost, text.to_owned());
        let of = |lease: &LeaseRef| Command::Heartbeat(lease.clone());
        let nowhere = LeaseRef { trial: TrialNumber(5), ..first.clone() };
        assert_eq!(bench.refused(of(&nowhere)), (Code::NotFound, "there is no trial 5".to_owned()));
        let forged = LeaseRef { lease: LeaseId::new("forged").expect("legal"), ..first.clone() };
        assert_eq!(bench.refused(of(&forged)), lost("attempt 1 of trial 0 has another lease"));
        let early = LeaseRef { attempt: 2, ..first.clone() };
        assert_eq!(bench.refused(of(&early)), lost("trial 0 has no attempt 2"));
        bench.expire();
        assert_eq!(bench.refused(of(&first)), lost("attempt 1 of trial 0 has ended for `lease_expired`"));
        assert_eq!(bench.refused(of(&forged)), lost("attempt 1 of trial 0 had another lease"));
        bench.pass(60_000);
        let second = bench.lease();
        assert_eq!(bench.refused(of(&first)), lost("trial 0 was given to attempt 2"));
        bench.complete(&second, 0.5).expect("completed");
        assert_eq!(bench.refused(of(&second)), lost("trial 0 has already ended as `completed`"));
        let third = bench.lease();
        bench.fail(&third, EndReason::OutOfMemory).expect("failed");
        assert_eq!(bench.refused(of(&third)), lost("trial 1 has failed for `out_of_memory`"));
    }
}
