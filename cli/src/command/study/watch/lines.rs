//! The events of a study as lines.

use tunewright::{StudyInfo, TrialEvent, WatchEvent};
use tunewright_core::study::{EndCause, Transition};

use crate::command::study::show::trials;
use crate::figures;

/// Turns events into lines, and remembers the best loss for it.
#[derive(Debug)]
pub struct Lines {
    best: Option<f64>,
    reports: bool,
}

impl Lines {
    /// With or without lines for intermediate values.
    pub const fn new(reports: bool) -> Self {
        Self { best: None, reports }
    }

    /// The line of an event that is told.
    pub fn of(&mut self, event: &WatchEvent) -> Option<String> {
        match event {
            WatchEvent::Study(info) => {
                self.best = info.best.map(|best| best.loss);
                Some(study_line(info))
            }
            WatchEvent::Trial(event) => self.trial_line(event),
            WatchEvent::Report(event) if self.reports => {
                let (at, loss) = (figures::time_of_day(event.at), figures::loss_if_any(event.loss));
                Some(format!("{at}  trial {}  step {}  loss {loss}", event.number, event.step))
            }
            WatchEvent::Report(_) => None,
            WatchEvent::Gap { missed } => Some(format!("(missed {missed} events)")),
        }
    }

    fn trial_line(&mut self, event: &TrialEvent) -> Option<String> {
        let what = match event.transition {
            Transition::Enqueued => "queued".to_owned(),
            Transition::Leased if event.attempt == 1 => "running".to_owned(),
            Transition::Leased => format!("running, attempt {}", event.attempt),
            Transition::Requeued(reason) => format!("queued again ({})", reason.as_str()),
            Transition::Completed => {
                let loss = figures::loss_if_any(event.loss);
                if self.improves(event.loss) {
                    format!("completed  loss {loss}  best so far")
                } else {
                    format!("completed  loss {loss}")
                }
            }
            Transition::Pruned => format!("pruned     loss {}", figures::loss_if_any(event.loss)),
            Transition::Failed(reason) => format!("failed ({})", reason.as_str()),
            Transition::Cancelled => "cancelled".to_owned(),
            Transition::OrphanKept => "a late result was kept aside".to_owned(),
            Transition::HintKept => return None,
        };
        Some(format!("{}  trial {}  {what}", figures::time_of_day(event.at), event.number))
    }

    fn improves(&mut self, loss: Option<f64>) -> bool {
        let Some(loss) = loss else { return false };
        let improves = self.best.is_none_or(|best| loss < best);
        if improves {
            self.best = Some(loss);
        }
        improves
    }
}

/// A study as it stands, in one line.
pub fn study_line(info: &StudyInfo) -> String {
    let why = info.closing.map(|cause| format!(" ({})", EndCause::as_str(cause))).unwrap_or_default();
    let best =
        info.best.map(|best| format!("; best loss {} of trial {}", figures::loss(best.loss), best.trial));
    let (study, status) = (info.study_ref(), info.status.as_str());
    format!("{study} is {status}{why}: {}{}", trials(info.counts), best.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use tunewright_core::Timestamp;
    use tunewright_core::study::{EndReason, TrialNumber, TrialState, Version};

    use super::*;

    fn event(transition: Transition, attempt: u32, loss: Option<f64>) -> WatchEvent {
        WatchEvent::Trial(TrialEvent {
            number: TrialNumber(7),
            state: TrialState::Running,
            transition,
            attempt,
            loss,
            at: Timestamp(1_700_000_000_000),
            version: Version(3),
        })
    }

    #[test]
    fn each_event_is_a_line_and_the_best_is_marked() {
        let mut lines = Lines::new(false);
        for (event, line) in [
            (event(Transition::Leased, 1, None), Some("22:13:20  trial 7  running")),
            (event(Transition::Leased, 2, None), Some("22:13:20  trial 7  running, attempt 2")),
            (
                event(Transition::Completed, 2, Some(0.5)),
                Some("22:13:20  trial 7  completed  loss 0.5  best so far"),
            ),
            (event(Transition::Completed, 2, Some(0.75)), Some("22:13:20  trial 7  completed  loss 0.75")),
            (
                event(Transition::Requeued(EndReason::LeaseExpired), 2, None),
                Some("22:13:20  trial 7  queued again (lease_expired)"),
            ),
            (event(Transition::HintKept, 2, None), None),
            (WatchEvent::Gap { missed: 12 }, Some("(missed 12 events)")),
        ] {
            assert_eq!(lines.of(&event).as_deref(), line);
        }
    }
}
