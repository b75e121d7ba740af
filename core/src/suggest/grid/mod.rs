//! Every point of a grid, each once.

mod mesh;
#[cfg(test)]
mod tests;
mod ticks;
mod tried;

use std::collections::BTreeSet;

use super::qmc::{Sobol, design};
use super::wishes::Wishes;
use super::{Ask, GridSettings, Observation, Proposal, Suggester};
use crate::space::Space;
use crate::stream::Stream;
use mesh::{Key, Mesh};
use tried::{Tried, is_on_grid};

/// How many points of the sequence are looked at before the grid is walked through.
const ATTEMPTS: u32 = 12;

/// Grid search: all combinations of the parameters' values, of which a parameter that is not active has none.
///
/// Trial n takes the point of the grid at point n of a quasi-random sequence, so that a search which is stopped early
/// has tried all values of each parameter about as often; where that point was tried before, one further on in the
/// sequence, and at last the first that is left. Points that failed are tried again after all others.
#[derive(Debug)]
pub(super) struct GridSearch {
    seed: u64,
    mesh: Mesh,
    sobol: Sobol,
    tried: Tried,
}

impl GridSearch {
    pub fn new(settings: &GridSettings, space: &Space, seed: u64) -> Self {
        let mesh = Mesh::new(space, settings.resolution);
        Self { seed, sobol: Sobol::new(seed, mesh.frame.len()), mesh, tried: Tried::default() }
    }

    /// How many points the grid has; `None` if that is more than 2^53.
    #[cfg(test)]
    pub fn count(&self) -> Option<u64> {
        self.mesh.count
    }
}

impl Suggester for GridSearch {
    fn observe(&mut self, observation: &Observation) {
        self.tried.add(&self.mesh, observation);
    }

    fn suggest(&mut self, ask: &Ask<'_>) -> Proposal {
        let Self { mesh, sobol, tried, .. } = self;
        let wishes = Wishes::new(&mesh.frame, ask.fixed);
        let pending: BTreeSet<Key> = ask.pending.iter().map(|(_, point)| mesh.key(point)).collect();
        let is_taken = |key: &Key| tried.has(key) || pending.contains(key);
        let attempt = |attempt| {
            let index = design::index(ask.number, attempt);
            mesh.point(&wishes, |i| mesh.ticks[i].at(sobol.unit(index, i), wishes.options(i)))
        };
        let waiting = pending.iter().filter(|key| !tried.has(key) && is_on_grid(key)).count() as u64;
        let is_through = wishes.is_empty() && mesh.count == Some(tried.on_grid() + waiting);
        if !is_through {
            if let Some(point) = (0..ATTEMPTS).map(attempt).find(|point| !is_taken(&mesh.key(point))) {
                return Proposal::Point(point, None);
            }
            let mut stream = Stream::new(self.seed, ask.number, "grid");
            if let Some(point) = mesh.walk(&wishes, &mut stream, is_taken) {
                return Proposal::Point(point, None);
            }
        }
        match tried.again(mesh, &wishes, |key| pending.contains(key)) {
            Some(point) => Proposal::Point(point, None),
            None if wishes.is_empty() && !ask.repeats => Proposal::Exhausted,
            None => Proposal::Point(attempt(0), None),
        }
    }
}
