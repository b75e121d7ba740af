//! Playing training code: clients that ask for trials and see them to their ends.

use std::sync::Arc;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tunewright::{Error, LeasedTrial, Metrics, RunSummary, Study, TrialNumber};

use super::DemoDataArgs;
use super::evaluation::{End, Evaluation};
use super::pace::Pace;
use super::progress::Tally;

/// Up to this rate each trial reports its curve.
const ALL_REPORT_RATE: f64 = 200.0;
/// Beyond it, only one of so many does.
const REPORTS_EVERY: u64 = 20;
/// At most so many clients; each has a connection.
const PLAYERS_MAX: u16 = 16;
/// So many of them are on one made-up machine.
const PER_MACHINE: u16 = 4;

/// One client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// Such as `gpu-a-0`.
    pub id: String,
    pub slots: u16,
}

/// The clients that have so many slots together, each with about as many.
pub fn players(slots: u16) -> Vec<Player> {
    let count = slots.clamp(1, PLAYERS_MAX);
    let machines = 'a'..='z';
    let ids = machines.flat_map(|machine| (0..PER_MACHINE).map(move |card| format!("gpu-{machine}-{card}")));
    ids.zip(0..count)
        .map(|(id, at)| Player { id, slots: slots / count + u16::from(at < slots % count) })
        .collect()
}

/// What all clients share.
#[derive(Clone, Debug)]
pub struct Game {
    seed: u64,
    all_report: bool,
    pace: Arc<Pace>,
    tally: Arc<Tally>,
}

impl Game {
    pub fn new(args: &DemoDataArgs, tally: Arc<Tally>) -> Self {
        let all_report = args.rate > 0.0 && args.rate <= ALL_REPORT_RATE;
        Self { seed: args.seed, all_report, pace: Arc::new(Pace::of(args.rate)), tally }
    }

    /// Plays one client until the study ends, or until `stop`: then it gives back what it runs.
    ///
    /// # Errors
    /// When the server is away for too long, or refuses.
    pub async fn play(self, study: Study, slots: u16, stop: CancellationToken) -> Result<RunSummary, Error> {
        study.run_until(slots.into(), stop, |trial| self.clone().train(trial)).await
    }

    /// One trial from its beginning to its end.
    async fn train(self, trial: LeasedTrial) -> Result<f64, Error> {
        let begin = Instant::now();
        let end = self.pace.end_of(begin);
        let evaluation = Evaluation::of(self.seed, trial.point());
        let reports = self.reports(trial.number());
        let output =
            if reports { self.report(&trial, &evaluation, begin, end).await? } else { String::new() };
        if end > begin {
            sleep_until(end).await;
        }
        match &evaluation.end {
            End::Completed => {
                trial.complete(evaluation.loss, evaluation.metrics(), output).await?;
                self.tally.completed(evaluation.loss);
            }
            End::Pruned => {
                trial.prune(evaluation.last(), evaluation.metrics(), output).await?;
                self.tally.pruned();
            }
            End::Failed(fault) => {
                trial.fail(fault.reason, fault.message.clone(), evaluation.output()).await?;
                self.tally.failed();
            }
        }
        Ok(evaluation.loss)
    }

    fn reports(&self, number: TrialNumber) -> bool {
        self.all_report || number.0.is_multiple_of(REPORTS_EVERY)
    }

    /// Reports the curve, evenly over the trial's time; answers with what the script has printed.
    async fn report(
        &self,
        trial: &LeasedTrial,
        evaluation: &Evaluation,
        begin: Instant,
        end: Instant,
    ) -> Result<String, Error> {
        let steps = u32::try_from(evaluation.curve.len()).unwrap_or(u32::MAX);
        for (step, value) in (1..).zip(&evaluation.curve) {
            if end > begin {
                sleep_until(begin + (end - begin) * step / (steps + 1)).await;
            }
            let metrics: Metrics = [("accuracy".to_owned(), (-0.85 * value).exp())].into();
            trial.report(step.into(), *value, metrics).await?;
        }
        Ok(evaluation.output())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_shared_out_among_named_clients() {
        let ids = |slots| players(slots).into_iter().map(|player| player.id).collect::<Vec<_>>();
        assert_eq!(ids(5), ["gpu-a-0", "gpu-a-1", "gpu-a-2", "gpu-a-3", "gpu-b-0"]);
        for slots in [1, 15, 16, 17, 100, 1_024] {
            let players = players(slots);
            assert_eq!(players.len(), usize::from(slots.min(16)));
            assert_eq!(players.iter().map(|player| player.slots).sum::<u16>(), slots);
            assert!(players.iter().all(|player| player.slots > 0));
        }
    }
}
