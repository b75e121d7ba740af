//! Live progress: a bar on a terminal, else a line for each trial that ends.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tunewright::{EndReason, StudyInfo, TrialNumber};
use tunewright_core::study::Counts;

use crate::figures::loss;
use crate::telemetry::{say, write_above};

const WITH_BUDGET: &str = "{bar:32} {pos}/{len}  {msg}  ETA {eta}";
const WITHOUT_BUDGET: &str = "{spinner} {pos} trials  {msg}  {elapsed}";
/// So many failures are told with their whole message.
const REASONS_MAX: u32 = 3;

/// Progress of a study.
#[derive(Debug)]
pub struct Progress {
    /// Only on a terminal.
    bar: Option<ProgressBar>,
    budget: Option<u64>,
    done: u64,
    best: Option<f64>,
    reasons: u32,
}

impl Progress {
    /// Progress from here on.
    pub fn start(info: &StudyInfo) -> Self {
        let budget = info.spec.budget.max_trials;
        let bar = std::io::stderr().is_terminal().then(|| bar(budget));
        if let Some(bar) = &bar {
            bar.set_position(done(info.counts));
            // Trials of earlier runs say nothing about the speed of this one.
            bar.reset_eta();
            bar.set_message(status(info));
            bar.enable_steady_tick(Duration::from_millis(200));
            write_above(Some(bar.clone()));
        }
        let best = info.best.map(|best| best.loss);
        Self { bar, budget, done: done(info.counts), best, reasons: 0 }
    }

    /// The study as it is now.
    pub fn show(&self, info: &StudyInfo) {
        if let Some(bar) = &self.bar {
            bar.set_position(done(info.counts));
            bar.set_message(status(info));
        }
    }

    pub fn completed(&mut self, number: TrialNumber, result: Option<f64>) {
        self.done += 1;
        let Some(result) = result else { return };
        let improved = self.best.is_none_or(|best| result < best);
        if improved {
            self.best = Some(result);
        }
        match self.best {
            Some(_) if improved => {
                self.say(&format!("trial {number}: loss {}, the best so far", loss(result)))
            }
            Some(best) if self.bar.is_none() => {
                self.say(&format!("trial {number}: loss {}, best {}", loss(result), loss(best)));
            }
            _ => {}
        }
    }

    /// Whether the next failure is told with its whole message.
    pub const fn wants_reasons(&self) -> bool {
        self.reasons < REASONS_MAX
    }

    pub fn failed(&mut self, number: TrialNumber, why: &str) {
        self.done += 1;
        if self.wants_reasons() || self.bar.is_none() {
            self.say(&format!("trial {number} failed: {why}"));
        }
        self.reasons = self.reasons.saturating_add(1);
    }

    pub fn requeued(&self, number: TrialNumber, attempt: u32, reason: EndReason) {
        let why = reason.as_str().replace('_', " ");
        self.say(&format!("trial {number}: attempt {attempt} ended ({why}), queued again"));
    }

    pub fn pruned(&mut self, number: TrialNumber) {
        self.done += 1;
        if self.bar.is_none() {
            self.say(&format!("trial {number}: stopped early"));
        }
    }

    pub fn cancelled(&self, number: TrialNumber) {
        self.say(&format!("trial {number}: cancelled"));
    }

    fn say(&self, line: &str) {
        match (&self.bar, self.budget) {
            (None, Some(budget)) => say(&format!("[{}/{budget}] {line}", self.done)),
            (None, None) => say(&format!("[{}] {line}", self.done)),
            (Some(_), _) => say(line),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
            write_above(None);
        }
    }
}

fn bar(budget: Option<u64>) -> ProgressBar {
    let (bar, template) = match budget {
        Some(budget) => (ProgressBar::new(budget), WITH_BUDGET),
        None => (ProgressBar::new_spinner(), WITHOUT_BUDGET),
    };
    let style = ProgressStyle::with_template(template).expect("the templates are ours, and tested");
    bar.with_style(style)
}

/// Cancelled trials are none of the budget.
const fn done(counts: Counts) -> u64 {
    counts.completed + counts.failed + counts.pruned
}

fn status(info: &StudyInfo) -> String {
    let mut parts = Vec::new();
    if let Some(best) = info.best {
        parts.push(format!("best {} (trial {})", loss(best.loss), best.trial));
    }
    for (number, what) in [
        (info.counts.running, "running"),
        (info.counts.queued, "queued"),
        (info.counts.failed, "failed"),
        (info.counts.pruned, "pruned"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_right() {
        for budget in [Some(3), None] {
            assert_eq!(bar(budget).length(), budget);
        }
    }
}
