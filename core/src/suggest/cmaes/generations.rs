//! Which trials make a generation, and the distribution after those that are over.

use std::collections::BTreeMap;

use super::plan::Plan;
use super::run::{Member, Run};
use crate::suggest::Observation;
use crate::suggest::history::History;
use crate::suggest::standing::Standing;

/// How many states are kept, for trials that end late.
const KEPT: usize = 8;

/// The generations of a search.
///
/// A generation is so many trials in a row by their numbers, whoever proposed them. It is over when all of them have
/// ended; or when half of them have, and one after them: no one waits for a trial that hangs, and many workers are not
/// kept at an old distribution. What ends later still counts, as if it had been there in time. So the distribution is a
/// function of the set of observations.
#[derive(Debug)]
pub(super) struct Generations {
    standings: BTreeMap<u64, Standing>,
    /// After successive generations; none after one to which a trial was added since. Never empty.
    runs: Vec<Run>,
}

impl Generations {
    pub fn new(plan: &Plan) -> Self {
        Self { standings: BTreeMap::new(), runs: vec![Run::first(plan)] }
    }

    pub fn add(&mut self, observation: &Observation) {
        self.standings.insert(observation.number, Standing::of(observation));
        self.runs.retain(|run| run.start <= observation.number);
    }

    /// The state after all generations that are over.
    pub fn now(&mut self, plan: &Plan, history: &History) -> &Run {
        if self.runs.is_empty() {
            self.runs.push(Run::first(plan));
        }
        while let Some(next) = self.runs.last().and_then(|run| self.after(run, plan, history)) {
            if self.runs.len() >= KEPT {
                self.runs.remove(0);
            }
            self.runs.push(next);
        }
        &self.runs[self.runs.len() - 1]
    }

    /// The state after the generation that follows `run`; `None` while that is not over.
    fn after(&self, run: &Run, plan: &Plan, history: &History) -> Option<Run> {
        let lambda = run.lambda();
        let end = run.start.checked_add(lambda)?;
        let ended = self.standings.range(run.start..end).count() as u64;
        if ended < lambda {
            let latest = self.standings.last_key_value().map(|(number, _)| *number)?;
            let is_scarce = 2 * ended < lambda;
            let patience = if is_scarce { 2 * lambda } else { lambda };
            if latest - run.start.min(latest) < patience {
                return None;
            }
            if is_scarce {
                // Too few to learn from, and there may be many a gap like this.
                let (next, _) = self.standings.range(end..).next()?;
                let start = run.start + (next - run.start) / lambda * lambda;
                return Some(run.from(start));
            }
        }
        let members = self.standings.range(run.start..end).map(|(number, standing)| {
            let position = history.numbers().partition_point(|other| other < number);
            let places = (0..plan.frame.len()).map(|i| history.places(i)[position]).collect();
            Member { number: *number, standing: *standing, places }
        });
        Some(run.after(plan, members.collect(), end))
    }
}
