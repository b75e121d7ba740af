//! Search in a neighbourhood, shrinking with time, of trials that did well.

use super::draft::assemble;
use super::frame::{Axis, Frame};
use super::history::History;
use super::wishes::Wishes;
use super::{AnnealSettings, Ask, Observation, Proposal, Suggester, prior, unseen};
use crate::normal;
use crate::space::{Latent, Law, ParamValue, Point, Space};
use crate::stream::Stream;

/// Hyperopt's `anneal`: each parameter is drawn from its prior, shrunk around its value in one of the best trials.
///
/// The share of the prior's width that is left is 1 / (1 + `shrink_coef` * T) after T finished trials with that
/// parameter. There is no temperature, hence no annealing in the sense of Kirkpatrick et al.
#[derive(Debug)]
pub(super) struct Anneal {
    settings: AnnealSettings,
    seed: u64,
    frame: Frame,
    history: History,
}

impl Anneal {
    pub fn new(settings: &AnnealSettings, space: &Space, seed: u64) -> Self {
        let frame = Frame::new(space);
        Self { settings: settings.clone(), seed, history: History::new(&frame), frame }
    }
}

impl Suggester for Anneal {
    fn observe(&mut self, observation: &Observation) {
        self.history.add(&self.frame, observation);
    }

    fn heeds_pending(&self) -> bool {
        !self.frame.is_always_new()
    }

    fn suggest(&mut self, ask: &Ask<'_>) -> Proposal {
        let mut stream = Stream::new(self.seed, ask.number, "anneal");
        unseen::propose(&self.frame, &self.history, ask, &mut stream, |wishes, stream, attempt| {
            // A neighbourhood that holds nothing new is doubled.
            self.neighbour(wishes, stream, 2.0_f64.powi(i32::try_from(attempt).unwrap_or(i32::MAX)))
        })
    }
}

impl Anneal {
    fn neighbour(&self, wishes: &Wishes, stream: &mut Stream, widened: f64) -> Point {
        let mut parents = Vec::new();
        assemble(&self.frame, wishes, |i| {
            let Some(parent) = self.parent(i, &mut parents, stream) else {
                return prior::draw_value(&self.frame, wishes, i, stream);
            };
            #[expect(clippy::cast_precision_loss, reason = "no study has 2^53 trials")]
            let finished = self.history.finished_with(i) as f64;
            let share = (widened / (1.0 + self.settings.shrink_coef * finished)).min(1.0);
            let place = self.history.places(i)[parent];
            match &self.frame.axes[i] {
                Axis::Numeric(latent) => near(latent, place, share, stream),
                Axis::Choice(options) => {
                    #[expect(clippy::cast_precision_loss, reason = "no choice has 2^53 options")]
                    let weight = |(index, p): (usize, &f64)| {
                        share * p + if index as f64 == place { 1.0 - share } else { 0.0 }
                    };
                    let weights: Vec<_> = options.iter().enumerate().map(weight).collect();
                    prior::draw_option(&self.frame, wishes, i, &weights, stream)
                }
            }
        })
    }

    /// The trial around whose value of parameter `i` to search: one already taken for this point if it has the
    /// parameter, so that values that did well together stay together; else one whose rank among the completed
    /// trials is geometrically distributed. `None` if no completed trial has it.
    fn parent(&self, i: usize, parents: &mut Vec<usize>, stream: &mut Stream) -> Option<usize> {
        let places = self.history.places(i);
        let has = |position: &usize| !places[*position].is_nan();
        if let Some(parent) = parents.iter().copied().find(has) {
            return Some(parent);
        }
        let rank = geometric(1.0 / self.settings.avg_best_idx, stream.unit());
        let parent = self.history.by_loss().filter(has).take(rank.saturating_add(1)).last()?;
        parents.push(parent);
        Some(parent)
    }
}

/// The quantile `u` of the number of failures before the first success of probability `p`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
fn geometric(p: f64, u: f64) -> usize {
    if p >= 1.0 { 0 } else { (libm::log(u) / libm::log1p(-p)) as usize }
}

/// A draw from the prior shrunk to a share of its width around `place`.
fn near(latent: &Latent, place: f64, share: f64, stream: &mut Stream) -> ParamValue {
    let u = stream.unit();
    latent.value(match latent.law {
        Law::Uniform { low, high } => {
            let half = 0.5 * (high - low) * share;
            let centre = place.max(low + half).min(high - half);
            (centre + (2.0 * u - 1.0) * half).clamp(low, high.max(low))
        }
        Law::Normal { sigma, .. } => place + sigma * share * normal::quantile(u),
    })
}
