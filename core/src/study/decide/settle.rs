//! Whether a study ends: its budgets and stop rules, looked at after every command that may have met one.

use super::super::{EndCause, EndReason, Study, TrialState};
use super::draft::Draft;
use crate::Refusal;

impl Draft<'_> {
    /// Ends the study as far as it can end now: leases nothing more once a rule is met, and is over when the last trial
    /// has ended.
    pub(super) fn settle(&mut self) {
        if self.header().may_lease()
            && let Some(cause) = self.met_cause()
        {
            self.close(cause);
        }
        let counts = self.counts();
        if let Some(cause) = self.header().closing
            && !self.header().status.is_terminal()
            && counts.running == 0
            && counts.queued == 0
        {
            let now = self.now;
            let header = self.header_mut();
            header.status = cause.status();
            header.ended_at = Some(now);
        }
    }

    /// The rule that ends the study now, if one does.
    pub(super) fn met_cause(&self) -> Option<EndCause> {
        let header = self.header();
        let budget = &header.spec.budget;
        let counts = self.counts();
        if budget.max_failed.is_some_and(|most| counts.failed > most) {
            return Some(EndCause::MaxFailed);
        }
        if let (Some(threshold), Some(best)) = (budget.loss_threshold, self.best())
            && best <= threshold
        {
            return Some(EndCause::LossThreshold);
        }
        if budget.no_progress.is_some_and(|rule| self.stalled() >= rule.trials) {
            return Some(EndCause::NoProgress);
        }
        if header.deadline().is_some_and(|deadline| deadline <= self.now) {
            return Some(EndCause::Timeout);
        }
        let over = counts.queued == 0 && counts.running == 0;
        let spent = budget.max_trials.is_some_and(|most| counts.budgeted() >= most) || self.is_full();
        (spent && over && header.closing.is_none()).then_some(EndCause::MaxTrials)
    }

    /// Leases nothing more from now on. What is queued has no future then, save when the space is exhausted.
    pub(super) fn close(&mut self, cause: EndCause) {
        self.header_mut().closing = Some(cause);
        if !self.header().may_lease() {
            for number in self.in_state(TrialState::Queued) {
                self.cancel(number, EndReason::StudyEnded);
            }
        }
    }

    /// Refuses if the study has ended.
    pub(super) fn check_alive(&self) -> Result<(), Refusal> {
        let status = self.header().status;
        if status.is_terminal() {
            return Err(Refusal::closed(format!("the study has ended as `{}`", status.as_str())));
        }
        Ok(())
    }

    /// Refuses if the study takes no new trials: it has ended, or is about to, or its budget is given out.
    pub(super) fn check_takes_trials(&self) -> Result<(), Refusal> {
        self.check_alive()?;
        if let Some(cause) = self.header().closing {
            return Err(Refusal::closed(format!("the study is ending for `{}`", cause.as_str())));
        }
        self.check_has_budget()
    }

    /// Whether it has as many trials as a study can have.
    fn is_full(&self) -> bool {
        self.trial(Study::LAST_TRIAL).is_some()
    }

    /// Refuses if all trials of the budget exist already, or as many as a study can have.
    pub(super) fn check_has_budget(&self) -> Result<(), Refusal> {
        if self.is_full() {
            let message = format!("a study has at most {} trials", Study::TRIALS_MAX);
            return Err(
                Refusal::closed(message).with_hint("go on in a new study, and add the best trials to it")
            );
        }
        let max_trials = self.header().spec.budget.max_trials;
        if let Some(most) = max_trials.filter(|most| self.counts().budgeted() >= *most) {
            let message = format!("all {most} trials of the study's budget exist already");
            return Err(Refusal::closed(message).with_hint("raise `budget.max_trials`"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{Bench, x};
    use super::super::super::{Command, EnqueueTrial, Next, NoProgress, Status, Trial, TrialNumber, Waiting};
    use super::*;

    #[test]
    fn a_study_has_so_many_trials_and_ends_with_the_last_of_them() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.complete(&lease, 0.5).expect("completed");
        let before_last = TrialNumber(Study::LAST_TRIAL.0 - 1);
        let trial = Trial { number: before_last, ..bench.trial(0).clone() };
        let header = bench.study.header().clone();
        bench.study = Study::load(header, bench.study.version(), vec![trial], bench.now);
        assert_eq!(bench.study.next(bench.now), Next::Fresh(Study::LAST_TRIAL));
        let lease = bench.lease();
        bench.complete(&lease, 0.5).expect("completed");
        assert_eq!(bench.study.trials().last().map(|trial| trial.number), Some(Study::LAST_TRIAL));
        assert_eq!(bench.status(), Status::Completed);
        assert_eq!(bench.study.header().closing, Some(EndCause::MaxTrials));

        let mut bench = Bench::new(|_| ());
        bench.enqueue(x(0.5));
        let trial = Trial { number: Study::LAST_TRIAL, ..bench.trial(0).clone() };
        let header = bench.study.header().clone();
        bench.study = Study::load(header, bench.study.version(), vec![trial], bench.now);
        let one_more = Command::Enqueue(EnqueueTrial { fixed: x(0.25), request_id: None });
        let refusal = bench.tell(one_more).expect_err("one too many");
        assert_eq!(refusal.message, "a study has at most 10000000 trials");
        let lease = bench.lease();
        bench.complete(&lease, 0.5).expect("completed");
        assert_eq!(bench.status(), Status::Completed);
    }

    #[test]
    fn max_trials_ends_the_study_when_the_last_of_them_has_ended() {
        let mut bench = Bench::new(|spec| spec.budget.max_trials = Some(2));
        let (first, second) = (bench.lease(), bench.lease());
        bench.complete(&first, 0.5).expect("completed");
        assert_eq!((bench.status(), bench.study.header().closing), (Status::Active, None));
        bench.fail(&second, EndReason::Preempted).expect("given back");
        let second = bench.lease();
        assert_eq!((second.trial, second.attempt), (TrialNumber(1), 2));
        bench.fail(&second, EndReason::NoLoss).expect("failed");
        let header = bench.study.header();
        assert_eq!((header.status, header.closing), (Status::Completed, Some(EndCause::MaxTrials)));
        assert_eq!(header.ended_at, Some(bench.now));
        assert_eq!(bench.study.next(bench.now), Next::Ended(EndCause::MaxTrials));
    }

    #[test]
    fn a_cancelled_trial_makes_room_for_another() {
        let mut bench = Bench::new(|spec| spec.budget.max_trials = Some(1));
        bench.lease();
        let waits = Next::Wait { why: Waiting::BudgetInFlight, until: None };
        assert_eq!(bench.study.next(bench.now), waits);
        let cancel = super::super::super::CancelTrial { trial: TrialNumber(0) };
        bench.tell(Command::Cancel(cancel)).expect("cancelled");
        assert_eq!((bench.status(), bench.lease().trial), (Status::Active, TrialNumber(1)));
    }

    #[test]
    fn a_good_enough_loss_ends_the_study() {
        let mut bench = Bench::new(|spec| spec.budget.loss_threshold = Some(0.1));
        let (first, second, third) = (bench.lease(), bench.lease(), bench.lease());
        bench.complete(&first, 0.11).expect("completed");
        bench.enqueue(x(0.5));
        bench.complete(&second, 0.1).expect("completed");
        assert_eq!(bench.study.header().closing, Some(EndCause::LossThreshold));
        assert_eq!(bench.state(3), TrialState::Cancelled);
        assert_eq!(bench.status(), Status::Active);
        bench.complete(&third, 0.05).expect("results still count");
        assert_eq!(bench.status(), Status::Completed);
        assert_eq!(bench.study.best().map(|trial| trial.number), Some(TrialNumber(2)));
    }

    #[test]
    fn no_progress_ends_the_study_also_over_a_restart() {
        let rule = NoProgress { trials: 3, percent: 10.0 };
        let mut bench = Bench::new(|spec| spec.budget.no_progress = Some(rule));
        for loss in [1.0, 0.95, 0.92, 0.85, 0.84, 0.9] {
            let lease = bench.lease();
            bench.complete(&lease, loss).expect("completed");
            assert_eq!(bench.status(), Status::Active);
            bench.pass(1);
            bench.reload();
        }
        let lease = bench.lease();
        bench.complete(&lease, 2.0).expect("completed");
        let header = bench.study.header();
        assert_eq!((header.status, header.closing), (Status::Completed, Some(EndCause::NoProgress)));
    }

    #[test]
    fn too_many_failures_fail_the_study() {
        let mut bench = Bench::new(|spec| spec.budget.max_failed = Some(1));
        for _ in 0..2 {
            assert_eq!(bench.status(), Status::Active);
            let lease = bench.lease();
            bench.fail(&lease, EndReason::StartFailed).expect("failed");
        }
        let header = bench.study.header();
        assert_eq!((header.status, header.closing), (Status::Failed, Some(EndCause::MaxFailed)));
    }

    #[test]
    fn without_a_budget_it_goes_on() {
        let mut bench = Bench::new(|_| ());
        for number in 0..100 {
            let lease = bench.lease();
            assert_eq!(lease.trial, TrialNumber(number));
            bench.complete(&lease, 0.0).expect("completed");
        }
        assert_eq!(bench.status(), Status::Active);
    }
}
