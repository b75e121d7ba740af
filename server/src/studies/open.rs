//! A study in memory together with its suggester.

use tracing::warn;
use tunewright_core::name::LeaseId;
use tunewright_core::space::Point;
use tunewright_core::study::{
    Change, Command, Effect, EndCause, LeaseTrial, Next, Reply, Study, StudySpec, Told, Trial, TrialNumber,
    TrialState, Waiting,
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

/// What one step of an ask came to.
enum Leased {
    Trial(Box<Trial>),
    Waiting(Waiting, Option<Timestamp>),
    Ended(EndCause),
}

impl OpenStudy {
    pub(super) fn load(stored: StoredStudy, now: Timestamp) -> Self {
        let suggester = suggester(&stored.header.spec, stored.trials.iter());
        Self { study: Study::load(stored.header, stored.version, stored.trials, now), suggester }
    }

    /// Nothing will happen in it any more by itself.
    pub(super) fn has_ended(&self) -> bool {
        self.study.header().status.is_terminal() && self.study.next_timer().is_none()
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
                    Effect::TakeOver => self.take_over(),
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
        mut lease_id: impl FnMut() -> LeaseId,
        now: Timestamp,
        applied: &mut Applied,
    ) -> Result<Asked, Refusal> {
        let mut asked = Asked { objective: self.study.header().objective.clone(), ..Asked::default() };
        if ask.reclaim {
            asked.trials = self.study.leased_to(&ask.lessee).take(ask.count as usize).cloned().collect();
        }
        for index in 0.. {
            if asked.trials.len() >= ask.count as usize {
                break;
            }
            let request_id = ask.request_id.as_ref().map(|id| numbered(id, index));
            if let Some(known) = request_id.as_ref().and_then(|id| self.study.leased_by_request(id)) {
                if !asked.trials.iter().any(|trial| trial.number == known.number) {
                    asked.trials.push(known.clone());
                }
                continue;
            }
            match self.lease_next(ask, request_id, &mut lease_id, now, applied) {
                Ok(Leased::Trial(trial)) => asked.trials.push(*trial),
                Ok(Leased::Waiting(why, until)) => {
                    asked.waiting = Some((why, until));
                    break;
                }
                Ok(Leased::Ended(cause)) => {
                    asked.ended = Some(cause);
                    break;
                }
                // What was leased so far is the caller's already.
                Err(refusal) if !asked.trials.is_empty() => {
                    warn!(%refusal, "an ask got fewer trials than it could have had");
                    break;
                }
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(asked)
    }

    /// Leases the next trial, with a point from the suggester if it has none.
    fn lease_next(
        &mut self,
        ask: &Ask,
        request_id: Option<String>,
        lease_id: &mut impl FnMut() -> LeaseId,
        now: Timestamp,
        applied: &mut Applied,
    ) -> Result<Leased, Refusal> {
        loop {
            let (trial, needs_point) = match self.study.next(now) {
                Next::Queued { trial, needs_point } => (trial, needs_point),
                Next::Fresh(trial) => (trial, true),
                Next::Wait { why, until } => return Ok(Leased::Waiting(why, until)),
                Next::Ended(cause) => return Ok(Leased::Ended(cause)),
            };
            let (point, credit) = match needs_point.then(|| self.suggest(trial)) {
                None => (None, None),
                Some(Proposal::Point(point, credit)) => (Some(point), credit),
                Some(Proposal::Exhausted) => {
                    // The study ends for it, or cancels what can never get a point: the next look says which.
                    self.carry_out(&Command::Exhaust, now, applied)?;
                    continue;
                }
            };
            let (lease, lessee) = (lease_id(), ask.lessee.clone());
            let lease = LeaseTrial { trial, lease, lessee, request_id, point, credit };
            return match self.carry_out(&Command::Lease(lease), now, applied)? {
                Reply::Leased(trial) => Ok(Leased::Trial(trial)),
                other => Err(Refusal::internal(format!("a lease was answered with {other:?}"))),
            };
        }
    }

    fn suggest(&mut self, number: TrialNumber) -> Proposal {
        let nothing = Point::default();
        let repeats = self.study.header().spec.repeats;
        let budget = self.study.header().spec.budget.max_trials;
        let fixed = self.study.trial(number).map_or(&nothing, |trial| &trial.fixed);
        let pending = if self.suggester.heeds_pending() { pending(&self.study, number) } else { Vec::new() };
        let ask = suggest::Ask { number: number.0, pending: &pending, fixed, repeats, budget };
        let suggester = &mut self.suggester;
        let is_long = self.study.counts().completed > LONG_HISTORY || suggester.takes_long();
        if is_long && is_multi_threaded() {
            tokio::task::block_in_place(|| suggester.suggest(&ask))
        } else {
            suggester.suggest(&ask)
        }
    }

    /// The study has another algorithm: a suggester of it that knows all that has ended.
    fn take_over(&mut self) {
        let study = &self.study;
        let build = || suggester(&study.header().spec, study.trials());
        let is_long = study.counts().completed > LONG_HISTORY && is_multi_threaded();
        self.suggester = if is_long { tokio::task::block_in_place(build) } else { build() };
    }

    fn observe(&mut self, number: TrialNumber) {
        if let Some(observation) = self.study.trial(number).and_then(observation) {
            self.suggester.observe(&observation);
        }
    }
}

/// The points of what is queued or running, but for this trial, in the order of their numbers.
fn pending(study: &Study, asking: TrialNumber) -> Vec<(u64, &Point)> {
    let mut pending: Vec<_> = [TrialState::Running, TrialState::Queued]
        .into_iter()
        .flat_map(|state| study.in_state(state))
        .filter(|other| *other != asking)
        .filter_map(|other| Some((other.0, study.trial(other)?.point.as_ref()?)))
        .collect();
    pending.sort_by_key(|(number, _)| *number);
    pending
}

/// A suggester of the study's algorithm that has observed these trials.
fn suggester<'a>(spec: &StudySpec, trials: impl Iterator<Item = &'a Trial>) -> Box<dyn Suggester> {
    let mut suggester = suggest::build(&spec.algorithm, &spec.space, spec.seed);
    for observation in trials.filter_map(observation) {
        suggester.observe(&observation);
    }
    suggester
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
    let Told { variance, constraints } = Told::of_stored(&trial.result);
    Some(Observation { number: trial.number.0, point: trial.point.clone()?, verdict, variance, constraints })
}

fn is_multi_threaded() -> bool {
    tokio::runtime::Handle::current().runtime_flavor() == tokio::runtime::RuntimeFlavor::MultiThread
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::storage::testing::trial_in_state;

    #[test]
    fn a_suggester_is_told_the_variance_and_the_constraints_of_a_result() {
        let told = |result: serde_json::Value| {
            let mut trial = trial_in_state(3, TrialState::Completed);
            trial.result = result.as_object().expect("a map").clone();
            let Observation { number, point, verdict, variance, constraints } =
                observation(&trial).expect("it has ended");
            assert_eq!((number, Some(&point)), (3, trial.point.as_ref()));
            assert_eq!(verdict, Verdict::Completed { loss: 0.1 + 0.2 });
            (variance, constraints)
        };
        assert_eq!(told(json!({})), (None, Vec::new()));
        assert_eq!(
            told(json!({"loss_variance": 0.25, "constraints": [-1, 0.5]})),
            (Some(0.25), vec![-1.0, 0.5])
        );
        // What was stored before these names meant anything.
        assert_eq!(told(json!({"loss_variance": "low", "constraints": {"a": 1}})), (None, Vec::new()));
    }
}
