//! A study in memory together with its suggester.

use tunewright_core::space::Point;
use tunewright_core::study::{
    Change, Command, Effect, LeaseTrial, Next, Reply, Study, Trial, TrialNumber, TrialState,
};
use tunewright_core::suggest::{self, Observation, Proposal, Suggester, Verdict};
use tunewright_core::{Refusal, Timestamp};

use super::request::{Ask, Asked};
use crate::storage::StoredStudy;

/// Histories longer than this may take a suggester milliseconds: other tasks get the thread's place meanwhile.
const LONG_HISTORY: u64 = 1_000;

/// A study in memory together with its suggester. Both are dropped and loaded again if a commit fails.
#[derive(Debug)]
pub(super) struct OpenStudy {
    pub(super) study: Study,
    suggester: Box<dyn Suggester>,
}

/// What applying some changes has named for later.
#[derive(Debug, Default)]
pub(super) struct Applied {
    pub(super) changes: Vec<Change>,
    pub(super) effects: Vec<Effect>,
}

impl OpenStudy {
    pub(super) fn load(stored: StoredStudy, now: Timestamp) -> Self {
        let spec = &stored.header.spec;
        let mut suggester = suggest::build(&spec.algorithm, &spec.space, spec.seed);
        for observation in stored.trials.iter().filter_map(observation) {
            suggester.observe(&observation);
        }
        Self { study: Study::load(stored.header, stored.version, stored.trials, now), suggester }
    }

    /// Decides and applies one command. What it changed is true only once stored.
    pub(super) fn carry_out(
        &mut self,
        command: &Command,
        now: Timestamp,
        applied: &mut Applied,
    ) -> Result<Reply, Refusal> {
        let decision = self.study.decide(command, now)?;
        for change in decision.changes {
            for effect in self.study.apply(&change) {
                match effect {
                    Effect::Observe(number) => self.observe(number),
                    effect => applied.effects.push(effect),
                }
            }
            applied.changes.push(change);
        }
        decision.reply
    }

    /// Leases up to `ask.count` trials, fresh ones with points from the suggester.
    pub(super) fn ask(
        &mut self,
        ask: &Ask,
        mut lease_id: impl FnMut() -> tunewright_core::name::LeaseId,
        now: Timestamp,
        applied: &mut Applied,
    ) -> Result<Asked, Refusal> {
        let mut asked = Asked::default();
        if ask.reclaim {
            asked.trials = self.running_of(ask);
        }
        for index in 0..ask.count {
            if asked.trials.len() >= ask.count as usize {
                break;
            }
            let request_id = ask.request_id.as_ref().map(|id| numbered(id, index));
            if let Some(known) = request_id.as_ref().and_then(|id| self.study.by_request(id)) {
                asked.trials.push(known.clone());
                continue;
            }
            let (trial, needs_point) = match self.study.next(now) {
                Next::Queued { trial, needs_point } => (trial, needs_point),
                Next::Fresh(trial) => (trial, true),
                Next::Wait { why, until } => {
                    asked.waiting = Some((why, until));
                    break;
                }
                Next::Ended(cause) => {
                    asked.ended = Some(cause);
                    break;
                }
            };
            let point = match needs_point.then(|| self.suggest(trial)) {
                None => None,
                Some(Proposal::Point(point)) => Some(point),
                Some(Proposal::Exhausted) => {
                    self.carry_out(&Command::Exhaust, now, applied)?;
                    continue;
                }
            };
            let lease =
                LeaseTrial { trial, lease: lease_id(), lessee: ask.lessee.clone(), request_id, point };
            match self.carry_out(&Command::Lease(lease), now, applied)? {
                Reply::Leased(trial) => asked.trials.push(*trial),
                other => return Err(Refusal::internal(format!("a lease was answered with {other:?}"))),
            }
        }
        Ok(asked)
    }

    fn running_of(&self, ask: &Ask) -> Vec<Trial> {
        let running = self.study.in_state(TrialState::Running).filter_map(|number| self.study.trial(number));
        running
            .filter(|trial| trial.lease.as_ref().is_some_and(|lease| lease.lessee == ask.lessee))
            .take(ask.count as usize)
            .cloned()
            .collect()
    }

    fn suggest(&mut self, number: TrialNumber) -> Proposal {
        let nothing = Point::default();
        let fixed = self.study.trial(number).map_or(&nothing, |trial| &trial.fixed);
        let mut pending: Vec<(u64, &Point)> = [TrialState::Running, TrialState::Queued]
            .into_iter()
            .flat_map(|state| self.study.in_state(state))
            .filter(|other| *other != number)
            .filter_map(|other| Some((other.0, self.study.trial(other)?.point.as_ref()?)))
            .collect();
        pending.sort_by_key(|(number, _)| *number);
        let ask = suggest::Ask { number: number.0, pending: &pending, fixed };
        let suggester = &mut self.suggester;
        if self.study.counts().completed > LONG_HISTORY && is_multi_threaded() {
            tokio::task::block_in_place(|| suggester.suggest(&ask))
        } else {
            suggester.suggest(&ask)
        }
    }

    fn observe(&mut self, number: TrialNumber) {
        if let Some(observation) = self.study.trial(number).and_then(observation) {
            self.suggester.observe(&observation);
        }
    }
}

/// The idempotency key of the `index`th trial of one ask.
fn numbered(request_id: &str, index: u32) -> String {
    if index == 0 { request_id.to_owned() } else { format!("{request_id}#{index}") }
}

fn observation(trial: &Trial) -> Option<Observation> {
    let loss = trial.outcome.as_ref().and_then(|outcome| outcome.loss);
    let verdict = match (trial.state, loss) {
        (TrialState::Completed, Some(loss)) => Verdict::Completed { loss },
        (TrialState::Pruned, loss) => Verdict::Pruned { loss },
        (TrialState::Failed, _) => Verdict::Failed,
        _ => return None,
    };
    Some(Observation { number: trial.number.0, point: trial.point.clone()?, verdict })
}

fn is_multi_threaded() -> bool {
    tokio::runtime::Handle::current().runtime_flavor() == tokio::runtime::RuntimeFlavor::MultiThread
}
