//! Follows the study to its end.

use std::time::Duration;

use anyhow::bail;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};
use tunewright::{EndReason, Study, StudyInfo, Transition, TrialEvent, Watch, WatchEvent};
use tunewright_core::study::Counts;

use super::crew::Crew;
use super::progress::Progress;
use crate::signals::Signals;

/// How often the study is looked at while trials end.
const REFRESH: Duration = Duration::from_millis(250);
/// How often it is looked at while none do, in refreshes: deadlines pass without a trial ending.
const IDLE_REFRESHES: u32 = 8;
/// So many trials failed, and none has ever completed: the command is wrong, not the points.
const HOPELESS_AFTER: u64 = 20;

/// How long events are told at the end, when they go on and on, and when none comes.
const CATCH_UP: Duration = Duration::from_secs(1);
const SILENCE: Duration = Duration::from_millis(100);

/// Why following ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The study has ended.
    Ended,
    /// A signal asked for it.
    Interrupted,
    /// Every trial fails; the study is left as it is, to go on once the command is mended.
    Hopeless,
}

/// Shows progress until the study ends, a signal comes, or there is no hope.
///
/// # Errors
/// When the server cannot be asked any more, or no worker lives.
pub async fn follow(
    study: &Study,
    opened: &StudyInfo,
    crew: &mut Crew,
    signals: &Signals,
) -> anyhow::Result<End> {
    let mut progress = Progress::start(opened);
    let mut watch = study.watch();
    let mut refresh = interval(REFRESH);
    refresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut idle = 0;
    loop {
        tokio::select! {
            () = signals.drain.cancelled() => return Ok(End::Interrupted),
            error = crew.hopeless() => return Err(error),
            event = watch.next() => match event {
                Some(event) => {
                    if let WatchEvent::Trial(event) = event? {
                        idle = IDLE_REFRESHES;
                        tell(study, &mut progress, &event).await;
                    }
                }
                None => bail!("the study can no longer be followed"),
            },
            _ = refresh.tick() => {
                idle += 1;
                if idle < IDLE_REFRESHES {
                    continue;
                }
                idle = 0;
                let info = study.info().await?;
                progress.show(&info);
                let end = if info.status.is_terminal() {
                    End::Ended
                } else if is_hopeless(opened.counts, info.counts) {
                    End::Hopeless
                } else {
                    continue;
                };
                catch_up(study, &mut watch, &mut progress).await?;
                return Ok(end);
            }
        }
    }
}

/// The counts are ahead of the events: tells what is on its way still, for a moment.
async fn catch_up(study: &Study, watch: &mut Watch, progress: &mut Progress) -> anyhow::Result<()> {
    let deadline = Instant::now() + CATCH_UP;
    while let Ok(Some(event)) = timeout_at(deadline.min(Instant::now() + SILENCE), watch.next()).await {
        if let WatchEvent::Trial(event) = event? {
            tell(study, progress, &event).await;
        }
    }
    Ok(())
}

/// Failures of earlier runs do not count: the command may have been mended since.
const fn is_hopeless(before: Counts, now: Counts) -> bool {
    now.completed == 0 && now.failed.saturating_sub(before.failed) >= HOPELESS_AFTER
}

async fn tell(study: &Study, progress: &mut Progress, event: &TrialEvent) {
    match event.transition {
        Transition::Completed => progress.completed(event.number, event.loss),
        Transition::Failed(reason) => {
            let why =
                if progress.wants_reasons() { message(study, event, reason).await } else { plain(reason) };
            progress.failed(event.number, &why);
        }
        Transition::Requeued(reason) => progress.requeued(event.number, event.attempt, reason),
        Transition::Pruned => progress.pruned(event.number),
        Transition::Cancelled => progress.cancelled(event.number),
        Transition::Enqueued | Transition::Leased | Transition::HintKept | Transition::OrphanKept => {}
    }
}

/// The trial's own message, where it can be had.
async fn message(study: &Study, event: &TrialEvent, reason: EndReason) -> String {
    match study.trial(event.number).await {
        Ok(detail) if !detail.trial.message.is_empty() => {
            format!("{}: {}", plain(reason), detail.trial.message.trim_end())
        }
        _ => plain(reason),
    }
}

fn plain(reason: EndReason) -> String {
    reason.as_str().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_failures_of_this_run_and_no_success_at_all_are_hopeless() {
        let counts = |completed, failed| Counts { completed, failed, ..Counts::default() };
        assert!(is_hopeless(counts(0, 0), counts(0, 20)));
        assert!(!is_hopeless(counts(0, 0), counts(0, 19)));
        assert!(!is_hopeless(counts(0, 20), counts(0, 39)));
        assert!(!is_hopeless(counts(0, 0), counts(1, 100)));
    }
}
