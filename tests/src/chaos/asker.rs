//! A client that asks for trials and tells how they ended; and now and then is slow, forgetful, double or racing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;
use tunewright_core::Code;

use super::caller::{Caller, until_known};
use super::dice::Dice;
use super::history::{Held, Outcome, Verdict};
use super::lane::Lane;

/// Trials that may be held beyond the end of their lease at once.
const HOLD_MAX: usize = 4;
/// More than any asker holds that has not told of them yet.
const RECLAIM: u32 = 16;

/// A client that asks and tells.
#[derive(Debug)]
pub struct Asker {
    pub caller: Caller,
    /// The connection of whoever cancels, and looks.
    pub other: Caller,
    pub lane: Arc<Lane>,
    pub dice: Dice,
    /// Makes every loss one of its own, so that it says who told it.
    pub losses: Arc<AtomicU64>,
    /// Asks that were made before, also by an earlier life of this client.
    pub asks: u64,
    pub name: String,
    /// How long evaluating a trial takes, in milliseconds: at least, and at most.
    pub evaluation_ms: (u64, u64),
    /// How long it waits before it asks again where there is nothing to do, in milliseconds: at least, and at most.
    pub pause_ms: (u64, u64),
    /// It was killed before, and wants its trials back.
    pub is_restarted: bool,
}

impl Asker {
    /// Works until the last study of the lane has ended.
    pub async fn run(mut self) {
        let mut held_long = JoinSet::new();
        while let Some(at) = self.lane.current() {
            while held_long.try_join_next().is_some() {}
            let study = self.lane.study(at);
            match self.ask(&study).await {
                Outcome::Leased(leased) => {
                    for held in leased {
                        self.evaluate(&study, held, &mut held_long).await;
                    }
                }
                Outcome::Ended => self.lane.ended(at),
                Outcome::Refused(Code::NotFound) => {
                    let spec = self.lane.spec(at);
                    self.caller.create(&study, spec).await;
                }
                _ => sleep(Duration::from_millis(self.dice.between(self.pause_ms.0, self.pause_ms.1))).await,
            }
        }
        while held_long.join_next().await.is_some() {}
    }

    async fn ask(&mut self, study: &str) -> Outcome {
        self.asks += 1;
        let request_id = format!("{}/{study}/{}", self.name, self.asks);
        let reclaim = std::mem::take(&mut self.is_restarted);
        let count = if reclaim { RECLAIM } else { u32::from(self.dice.percent(20)) + 1 };
        let mut outcome = self.caller.ask(study, &request_id, count, reclaim).await;
        if outcome == Outcome::Unknown {
            outcome = until_known(|| self.caller.ask(study, &request_id, count, reclaim)).await;
        } else if matches!(outcome, Outcome::Leased(_)) && self.dice.percent(5) {
            // As if the answer had been lost on its way.
            self.caller.ask(study, &request_id, count, reclaim).await;
        }
        outcome
    }

    async fn evaluate(&mut self, study: &str, held: Held, held_long: &mut JoinSet<()>) {
        let (loss, number) = (self.loss(), held.trial);
        sleep(Duration::from_millis(self.dice.between(self.evaluation_ms.0, self.evaluation_ms.1))).await;
        match self.dice.between(0, 99) {
            // Its program died, and nobody says so.
            0 => {}
            1 if held_long.len() < HOLD_MAX => {
                let (caller, study) = (self.caller.clone(), study.to_owned());
                let long = self.lane.lease() + Duration::from_millis(self.dice.between(100, 1_500));
                held_long.spawn(async move {
                    sleep(long).await;
                    until_known(|| caller.tell(&study, &held, Verdict::Complete(loss))).await;
                });
            }
            2..=4 => self.tell(study, &held, Verdict::Fail).await,
            5..=6 => self.tell(study, &held, Verdict::Release).await,
            7..=9 => self.tell(study, &held, Verdict::Prune(loss)).await,
            10..=13 => self.race(study, &held, loss).await,
            14..=16 => {
                self.tell(study, &held, Verdict::Complete(loss)).await;
                self.caller.tell(study, &held, Verdict::Complete(loss)).await;
                let other = self.loss();
                self.caller.tell(study, &held, Verdict::Complete(other)).await;
            }
            _ => self.tell(study, &held, Verdict::Complete(loss)).await,
        }
        if self.dice.percent(3) {
            self.other.look(study, self.dice.throw() % (number + 1)).await;
        }
    }

    async fn tell(&self, study: &str, held: &Held, verdict: Verdict) {
        until_known(|| self.caller.tell(study, held, verdict)).await;
    }

    /// A cancel races the completion; then both sides look who has won.
    async fn race(&mut self, study: &str, held: &Held, loss: f64) {
        let head_start = Duration::from_micros(self.dice.between(0, 1_500));
        let cancelling = async {
            sleep(head_start).await;
            until_known(|| self.other.cancel(study, held.trial)).await
        };
        let completing = self.tell(study, held, Verdict::Complete(loss));
        tokio::join!(completing, cancelling);
        tokio::join!(self.caller.look(study, held.trial), self.other.look(study, held.trial));
    }

    /// A loss that nobody else tells.
    fn loss(&self) -> f64 {
        let number = self.losses.fetch_add(1, Ordering::SeqCst);
        f64::from(u32::try_from(number).unwrap_or(u32::MAX)) / 8.0
    }
}
