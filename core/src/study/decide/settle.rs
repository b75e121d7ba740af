//! Whether a study ends: its budgets and stop rules, looked at after every command that may have met one.

use super::super::{EndCause, EndReason, TrialState};
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
        let spent = budget.max_trials.is_some_and(|most| counts.budgeted() >= most);
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
        let max_trials = self.header().spec.budget.max_trials;
        if let Some(most) = max_trials.filter(|most| self.counts().budgeted() >= *most) {
            let message = format!("all {most} trials of the study's budget exist already");
            return Err(Refusal::closed(message).with_hint("raise `budget.max_trials`"));
        }
        Ok(())
    }
}
