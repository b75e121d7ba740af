//! Which points were tried, and how they ended.

use std::collections::BTreeMap;

use super::mesh::{Key, Mark, Mesh};
use crate::space::Point;
use crate::suggest::wishes::Wishes;
use crate::suggest::{Observation, Verdict};

/// How often a point that failed is proposed again.
const RETRIES: u32 = 2;

/// What was observed, by point.
#[derive(Clone, Debug, Default)]
pub(super) struct Tried {
    ends: BTreeMap<Key, End>,
    /// How many of them are points of the grid.
    on_grid: u64,
}

/// How the trials of one point ended.
#[derive(Clone, Debug)]
enum End {
    /// One of them with a result.
    Judged,
    /// All of them without.
    Failed { times: u32, point: Point },
}

impl Tried {
    pub fn add(&mut self, mesh: &Mesh, observation: &Observation) {
        let key = mesh.key(&observation.point);
        let is_judged = match observation.verdict {
            Verdict::Completed { loss } => loss.is_finite(),
            Verdict::Pruned { .. } => true,
            Verdict::Failed => false,
        };
        if !self.ends.contains_key(&key) && is_on_grid(&key) {
            self.on_grid += 1;
        }
        let failed = || End::Failed { times: 0, point: observation.point.clone() };
        let end = self.ends.entry(key).or_insert_with(failed);
        match end {
            _ if is_judged => *end = End::Judged,
            End::Failed { times, .. } => *times += 1,
            End::Judged => {}
        }
    }

    pub fn has(&self, key: &Key) -> bool {
        self.ends.contains_key(key)
    }

    /// How many different points of the grid were tried.
    pub fn on_grid(&self) -> u64 {
        self.on_grid
    }

    /// A point that failed and may be tried again: the one that failed least often, of several the first in the order
    /// of the grid. `None` if there is none that holds the fixed values, was not given up and is not `pending`.
    pub fn again(&self, mesh: &Mesh, wishes: &Wishes, pending: impl Fn(&Key) -> bool) -> Option<Point> {
        let mut least: Option<(u32, &Point)> = None;
        for (key, end) in &self.ends {
            let End::Failed { times, point } = end else { continue };
            let is_less = *times <= RETRIES && least.is_none_or(|(least, _)| *times < least);
            if is_less && mesh.holds(key, wishes) && !pending(key) {
                least = Some((*times, point));
            }
        }
        least.map(|(_, point)| point.clone())
    }
}

pub(super) fn is_on_grid(key: &Key) -> bool {
    !key.iter().any(|mark| matches!(mark, Mark::Off(_)))
}
