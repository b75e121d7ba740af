//! What every suggester is: the trait, what it is told and what it answers.

use serde::{Deserialize, Serialize};

use crate::space::{Point, Space};

use super::Algorithm;
use super::anneal::Anneal;
use super::auto::Auto;
use super::cmaes::Cmaes;
use super::gp::Gp;
use super::grid::GridSearch;
use super::hyperopt::HyperoptTpe;
use super::mix::Mix;
use super::qmc::Qmc;
use super::random::Random;
use super::tpe::Tpe;

/// One ended trial, as a suggester sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    pub number: u64,
    pub point: Point,
    pub verdict: Verdict,
    /// The variance of the loss, where the objective knows it; finite, >= 0.
    pub variance: Option<f64>,
    /// Values that must be <= 0 for the point to be feasible; none where nothing is constrained.
    pub constraints: Vec<f64>,
}

impl Observation {
    /// An ended trial of which no more is known than how it ended.
    #[must_use]
    pub const fn new(number: u64, point: Point, verdict: Verdict) -> Self {
        Self { number, point, verdict, variance: None, constraints: Vec::new() }
    }

    /// By how much the constraints are broken, all in all; 0 where the point is feasible.
    #[must_use]
    pub fn violation(&self) -> f64 {
        self.constraints.iter().map(|value| value.max(0.0)).sum()
    }
}

/// How a trial ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// With a finite loss.
    Completed { loss: f64 },
    /// Stopped early; the last loss it reported, if any.
    Pruned { loss: Option<f64> },
    /// Without a result. It must steer the search away, never train it as if it were good.
    Failed,
}

/// A question for one point.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The number of the trial the point is for.
    pub number: u64,
    /// Points of trials that are queued or running, with their numbers, in the order of the numbers. May be empty for a
    /// suggester that does not heed them.
    pub pending: &'a [(u64, &'a Point)],
    /// Values that a person has fixed; empty as a rule. The rest is for the suggester to fill in.
    pub fixed: &'a Point,
    /// Whether points of a finite space may come again once all were tried, instead of [`Proposal::Exhausted`].
    pub repeats: bool,
    /// How many trials the study may have in all, where that is known.
    pub budget: Option<u64>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Proposal {
    /// A full point of the space; with whom to credit, where a suggester is made of several.
    Point(Point, Option<Credit>),
    /// The space is finite and every point of it was observed or is pending.
    Exhausted,
}

/// Who proposed a point, and why it was that one's turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// The name of the algorithm, for example `gp`.
    pub member: String,
    /// In a few words.
    pub why: String,
}

/// A search algorithm over one space.
pub trait Suggester: Send + std::fmt::Debug {
    /// Takes in one ended trial. Each trial is observed at most once; the order of the calls changes nothing.
    fn observe(&mut self, observation: &Observation);

    /// Whether [`Ask::pending`] matters to its proposals. Where it does not, nobody need gather the points.
    fn heeds_pending(&self) -> bool {
        true
    }

    /// Whether a proposal may take tens of milliseconds by now, so that a server had better not let others wait for it.
    fn takes_long(&self) -> bool {
        false
    }

    /// Proposes a point.
    fn suggest(&mut self, ask: &Ask<'_>) -> Proposal;
}

/// The suggester of this algorithm over this space, with all its randomness derived from `seed`.
///
/// The settings must be valid ([`Algorithm::validate`]); with others the points are still points of the space, but
/// the search makes no promise.
#[must_use]
pub fn build(algorithm: &Algorithm, space: &Space, seed: u64) -> Box<dyn Suggester> {
    match algorithm {
        Algorithm::Random | Algorithm::External => Box::new(Random::new(space, seed)),
        Algorithm::Auto => Box::new(Auto::new(space, seed)),
        Algorithm::Gp => Box::new(Gp::new(space, seed)),
        Algorithm::Tpe(settings) => Box::new(Tpe::new(settings, space, seed)),
        Algorithm::HyperoptTpe(settings) => Box::new(HyperoptTpe::new(settings, space, seed)),
        Algorithm::Grid(settings) => Box::new(GridSearch::new(settings, space, seed)),
        Algorithm::Cmaes => Box::new(Cmaes::new(space, seed)),
        Algorithm::Qmc => Box::new(Qmc::new(space, seed)),
        Algorithm::Anneal(settings) => Box::new(Anneal::new(settings, space, seed)),
        Algorithm::Mix(settings) => Box::new(Mix::new(settings, space, seed)),
    }
}
