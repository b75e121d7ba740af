//! How far it has come: a bar on a terminal, else a line now and then.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::task::AbortOnDropHandle;
use tunewright::StudyInfo;

use crate::figures::loss;
use crate::telemetry::{say, write_above};

const BAR: &str = "{bar:32} {pos}/{len}  {per_sec:.0}  {msg}  ETA {eta}";
const BAR_REFRESH: Duration = Duration::from_millis(200);
const LINE_EVERY: Duration = Duration::from_secs(10);

/// What has been done so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// Ended trials of earlier runs.
    before: u64,
    completed: AtomicU64,
    pruned: AtomicU64,
    failed: AtomicU64,
    best: Mutex<Option<f64>>,
}

impl Tally {
    pub fn completed(&self, loss: f64) {
        self.completed.fetch_add(1, Ordering::Relaxed);
        let mut best = self.best.lock().unwrap_or_else(PoisonError::into_inner);
        if best.is_none_or(|best| loss < best) {
            *best = Some(loss);
        }
    }

    pub fn pruned(&self) {
        self.pruned.fetch_add(1, Ordering::Relaxed);
    }

    pub fn failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    fn done(&self) -> u64 {
        let counts = [&self.completed, &self.pruned, &self.failed];
        self.before + counts.into_iter().map(|count| count.load(Ordering::Relaxed)).sum::<u64>()
    }

    fn words(&self) -> String {
        let (pruned, failed) = (self.pruned.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed));
        let best = *self.best.lock().unwrap_or_else(PoisonError::into_inner);
        let best = best.map_or_else(String::new, |best| format!("best {}, ", loss(best)));
        format!("{best}{pruned} pruned, {failed} failed")
    }
}

/// Shows a tally on stderr, for as long as it lives.
#[derive(Debug)]
pub struct Progress {
    tally: Arc<Tally>,
    /// Only on a terminal.
    bar: Option<ProgressBar>,
    _showing: AbortOnDropHandle<()>,
}

impl Progress {
    /// Progress from here on.
    pub fn start(info: &StudyInfo) -> Self {
        let counts = info.counts;
        let tally = Arc::new(Tally {
            before: counts.completed + counts.failed + counts.pruned,
            best: Mutex::new(info.best.map(|best| best.loss)),
            ..Tally::default()
        });
        let max = info.spec.budget.max_trials.unwrap_or_default();
        let bar = std::io::stderr().is_terminal().then(|| bar(max));
        if let Some(bar) = &bar {
            bar.set_position(tally.before);
            // Trials of earlier runs say nothing about the speed of this one.
            bar.reset_eta();
            write_above(Some(bar.clone()));
        }
        let showing = tokio::spawn(show(Arc::clone(&tally), bar.clone(), max));
        Self { tally, bar, _showing: AbortOnDropHandle::new(showing) }
    }

    pub fn tally(&self) -> Arc<Tally> {
        Arc::clone(&self.tally)
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

fn bar(max: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(BAR).expect("the template is ours, and tested");
    ProgressBar::new(max).with_style(style)
}

async fn show(tally: Arc<Tally>, bar: Option<ProgressBar>, max: u64) {
    let mut ticks = interval(if bar.is_some() { BAR_REFRESH } else { LINE_EVERY });
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick is at once, when there is nothing to tell.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        match &bar {
            Some(bar) => {
                bar.set_position(tally.done());
                bar.set_message(tally.words());
            }
            None => say(&format!("[{}/{max}] {}", tally.done(), tally.words())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_right_and_the_tally_tells_what_was_done() {
        assert_eq!(bar(3).length(), Some(3));
        let tally = Tally { before: 10, ..Tally::default() };
        tally.completed(0.5);
        tally.completed(0.75);
        tally.pruned();
        tally.failed();
        assert_eq!((tally.done(), tally.words().as_str()), (14, "best 0.5, 1 pruned, 1 failed"));
    }
}
