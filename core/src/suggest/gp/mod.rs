//! Bayesian optimisation with a Gaussian process that also compares points of different branches.
//!
//! Sources: C. Rasmussen, C. Williams, "Gaussian processes for machine learning", MIT Press 2006; J. Snoek,
//! H. Larochelle, R. Adams, "Practical Bayesian optimization of machine learning algorithms", NIPS 2012; those of each
//! part stand with it.

mod cholesky;
mod crowd;
mod data;
mod descent;
mod embedding;
mod evidence;
mod improvement;
mod kernel;
mod merit;
mod posterior;
mod search;
#[cfg(test)]
mod tests;
mod warp;

use data::Data;
use embedding::{Embedding, Row};
use evidence::{Beliefs, fit, foretold};
use kernel::Kernel;
use merit::Merit;
use posterior::{Posterior, Scratch};
use search::{Found, Search};

use super::frame::Frame;
use super::history::History;
use super::qmc::{Sobol, design};
use super::{Ask, Observation, Proposal, Suggester, prior, unseen};
use crate::space::Space;
use crate::stream::Stream;

/// A Gaussian process over the whole space, and the point of which the greatest improvement is expected under it.
#[derive(Debug)]
pub(super) struct Gp {
    seed: u64,
    frame: Frame,
    embedding: Embedding,
    history: History,
    data: Data,
    sobol: Sobol,
    learnt: Option<Learnt>,
}

impl Gp {
    /// So many trials have ended with a loss, or are pending, before the model is used; a half of them ended.
    pub const STARTUP: usize = 8;

    /// The most observations that the model takes in.
    pub const OBSERVED_MAX: usize = data::OBSERVED_MAX;

    pub fn new(space: &Space, seed: u64) -> Self {
        let frame = Frame::new(space);
        let (history, embedding) = (History::new(&frame), Embedding::new(&frame));
        let sobol = Sobol::new(seed, frame.len());
        Self { seed, frame, embedding, history, data: Data::default(), sobol, learnt: None }
    }

    /// How many trials ended with a loss.
    pub fn known(&self) -> usize {
        self.data.finished()
    }

    /// Whether points are still spread evenly over the space while so many are pending.
    pub fn is_starting(&self, pending: usize) -> bool {
        design::is_starting(self.known(), pending, Self::STARTUP)
    }

    /// How well it foretells what was observed, from the other observations: 1 perfectly, 0 not at all.
    pub fn skill(&mut self) -> f64 {
        if self.known() < Self::STARTUP / 2 {
            return 0.0;
        }
        self.learn().map_or(0.0, |learnt| learnt.skill.clamp(0.0, 1.0))
    }

    /// The kernels for what was observed.
    ///
    /// They are learnt anew whenever the observations have grown by a twelfth, from the first so many of them by number:
    /// what is proposed must not depend on when it was asked.
    fn learn(&mut self) -> Option<&Learnt> {
        let count = checkpoint(self.data.len());
        if self.learnt.as_ref().is_none_or(|learnt| learnt.count != count) {
            let most = affordable(self.embedding.len());
            let sample = self.data.sample(&self.embedding, count, most);
            let beliefs = Beliefs::new(sample.active);
            let losses = fit(&beliefs, &sample.points, &sample.losses, &sample.noises, STEPS)?;
            let limits = self.data.limits(&self.embedding, count, most);
            let limits = limits.and_then(|(points, values)| {
                fit(&beliefs, &points, &values, &vec![0.0; values.len()], STEPS)
            });
            let skill = foretold(&losses, &sample.points, &sample.losses, &sample.noises).unwrap_or(0.0);
            self.learnt = Some(Learnt { count, losses, limits, skill });
        }
        self.learnt.as_ref()
    }

    /// What is believed now; `None` as long as nothing can be.
    fn merit(&mut self, ask: &Ask<'_>) -> Option<Merit> {
        if self.is_starting(ask.pending.len()) {
            return None;
        }
        let Learnt { losses, limits, .. } = self.learn()?.clone();
        let (count, most) = (self.data.len(), Self::OBSERVED_MAX);
        let sample = self.data.sample(&self.embedding, count, most);
        let known = Posterior::new(losses, sample.points.clone(), &sample.losses, &sample.noises)?;
        let limits = limits.zip(self.data.limits(&self.embedding, count, most));
        let limits = limits.and_then(|(kernel, (points, values))| {
            Posterior::new(kernel, points, &values, &vec![0.0; values.len()])
        });
        let mut merit = Merit::new(known, &sample, limits);
        let mut scratch = Scratch::default();
        for (_, point) in ask.pending.iter().rev().take(PENDING_MAX) {
            merit.believe(&Embedding::row(&self.frame, point), &mut scratch);
        }
        Some(merit)
    }
}

/// What was learnt from the first `count` observations.
#[derive(Clone, Debug)]
struct Learnt {
    count: usize,
    losses: Kernel,
    limits: Option<Kernel>,
    /// How much of the spread of the losses it foretells.
    skill: f64,
}

/// Steps of a descent to the likeliest kernel.
const STEPS: usize = 30;

/// The most pending points that it knows.
const PENDING_MAX: usize = 128;

/// From how many observations the kernel is learnt when there are `count`.
fn checkpoint(count: usize) -> usize {
    let mut at = Gp::STARTUP;
    loop {
        let next = at + (at / 12).max(1);
        if next > count {
            return at.min(count);
        }
        at = next;
    }
}

/// From how many observations at most a kernel of so many parameters is learnt in some tens of milliseconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a small number"
)]
fn affordable(width: usize) -> usize {
    ((400_000.0 / width.max(1) as f64).sqrt() as usize).clamp(40, 120)
}

impl Suggester for Gp {
    fn observe(&mut self, observation: &Observation) {
        self.history.add(&self.frame, observation);
        let unchanged = self.data.add(Embedding::row(&self.frame, &observation.point), observation);
        if self.learnt.as_ref().is_some_and(|learnt| unchanged < learnt.count) {
            self.learnt = None;
        }
    }

    fn takes_long(&self) -> bool {
        self.data.finished() >= Self::STARTUP / 2
    }

    fn suggest(&mut self, ask: &Ask<'_>) -> Proposal {
        let mut stream = Stream::new(self.seed, ask.number, "gp");
        let merit = self.merit(ask);
        let Self { frame, history, data, sobol, .. } = self;
        let mut found: Option<Found> = None;
        unseen::propose(frame, history, ask, &mut stream, |wishes, stream, attempt| {
            let Some(merit) = &merit else {
                return design::point(frame, wishes, sobol, design::index(ask.number, attempt));
            };
            let candidates = found.get_or_insert_with(|| {
                let ranked: Vec<&Row> = data.ranked().collect();
                Search::new(frame, wishes, merit, &ranked, stream).run()
            });
            match candidates.take() {
                Some(row) => Embedding::point(frame, wishes, row),
                None => prior::draw_point(frame, wishes, stream),
            }
        })
    }
}
