//! Pause and Resume: a paused study leases nothing; what runs goes on.

use super::super::{Decision, Status, Study};
use super::draft::Draft;
use crate::{Refusal, Timestamp};

pub(super) fn pause(study: &Study, now: Timestamp) -> Result<Decision, Refusal> {
    set(study, Status::Paused, now)
}

pub(super) fn resume(study: &Study, now: Timestamp) -> Result<Decision, Refusal> {
    set(study, Status::Active, now)
}

fn set(study: &Study, status: Status, now: Timestamp) -> Result<Decision, Refusal> {
    let mut draft = Draft::new(study, now);
    draft.check_alive()?;
    if draft.header().status != status {
        draft.header_mut().status = status;
        draft.settle();
    }
    Ok(draft.finish_with_study())
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::Bench;
    use super::super::super::{Command, Effect, Next, StopStudy, TrialNumber, Waiting};
    use super::*;
    use crate::Code;

    #[test]
    fn a_paused_study_leases_nothing_until_it_is_resumed() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.tell(Command::Pause).expect("paused");
        assert_eq!(bench.status(), Status::Paused);
        assert_eq!(bench.study.next(bench.now), Next::Wait { why: Waiting::Paused, until: None });
        bench.complete(&lease, 0.5).expect("what runs goes on");
        bench.tell(Command::Pause).expect("idempotent");
        assert_eq!(bench.changes, []);
        bench.tell(Command::Resume).expect("resumed");
        assert!(bench.effects.contains(&Effect::OfferWork));
        assert_eq!(bench.study.next(bench.now), Next::Fresh(TrialNumber(1)));
        bench.tell(Command::Resume).expect("idempotent");
        assert_eq!(bench.changes, []);
    }

    #[test]
    fn an_ended_study_is_closed() {
        let mut bench = Bench::new(|_| ());
        bench.tell(Command::Stop(StopStudy { cancel_running: false })).expect("stopped");
        let closed = (Code::Closed, "the study has ended as `stopped`".to_owned());
        assert_eq!(bench.refused(Command::Pause), closed);
        assert_eq!(bench.refused(Command::Resume), closed);
    }
}
