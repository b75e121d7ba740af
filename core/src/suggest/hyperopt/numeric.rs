//! The model of a numeric parameter.

use super::mixture::Mixture;
use super::parzen::Parzen;
use super::sample::Sample;
use crate::space::{Latent, ParamValue};
use crate::stream::Stream;

/// Two mixtures over the latent variable of one parameter.
#[derive(Debug)]
pub(super) struct Numeric {
    latent: Latent,
    good: Mixture,
    other: Mixture,
    parzen: Parzen,
    /// Scratch: the cells already scored in this proposal.
    scored: Vec<i64>,
}

impl Numeric {
    pub fn new(latent: Latent) -> Self {
        let (good, other) = (Mixture::default(), Mixture::default());
        Self { latent, good, other, parzen: Parzen::default(), scored: Vec::new() }
    }

    /// Takes the good and the other observations.
    pub fn build(&mut self, prior_weight: f64, good: Sample<'_>, others: Sample<'_>) {
        let law = self.latent.law;
        self.parzen.fill(&mut self.good, law, prior_weight, good);
        self.good.make_drawable();
        self.parzen.fill(&mut self.other, law, prior_weight, others);
    }

    /// The candidate, of so many drawn from the good density, where it exceeds the other density most; the first
    /// of equal ones.
    pub fn propose(&mut self, candidates: u32, stream: &mut Stream) -> ParamValue {
        let mut best = (f64::NEG_INFINITY, f64::NAN);
        self.scored.clear();
        for _ in 0..candidates {
            let z = self.good.draw(stream);
            let Some(score) = self.score(z) else { continue };
            if best.1.is_nan() || score > best.0 {
                best = (score, z);
            }
        }
        self.latent.value(best.1)
    }

    /// The logarithm of the ratio of the densities at `z`, or of the probabilities of its cell; `None` if this
    /// cell was scored before.
    fn score(&mut self, z: f64) -> Option<f64> {
        let (good, other) = match self.latent.grid() {
            None => (self.good.density(z), self.other.density(z)),
            Some(grid) => {
                let index = self.latent.index_at(grid, z);
                if self.scored.contains(&index) {
                    return None;
                }
                self.scored.push(index);
                let (a, b) = self.latent.cell(grid, index);
                (self.good.mass(a, b), self.other.mass(a, b))
            }
        };
        // Far out a density can be too small for a number.
        let log = |density: f64| libm::log(density.max(f64::MIN_POSITIVE));
        Some(log(good) - log(other))
    }
}
