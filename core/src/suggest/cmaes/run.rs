//! The distribution after some generations.

use super::gaussian::Gaussian;
use super::margin::widened;
use super::odds::Odds;
use super::plan::{Plan, cell};
use super::strategy::{Strategy, real};
use crate::space::{ParamValue, Point};
use crate::suggest::draft::assemble;
use crate::suggest::prior::draw_index;
use crate::suggest::standing::Standing;
use crate::suggest::wishes::Wishes;

/// The standard deviation of each coordinate at the start, in a cube of width 1.
const SIGMA: f64 = 0.2;

/// A run is over when no coordinate varies by more than this.
const SETTLED: f64 = 1e-6;

/// How often the generations are doubled at most.
const DOUBLINGS_MAX: u32 = 8;

/// The state of a search before the trial `start`.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// The number of the first trial of the generation that comes.
    pub start: u64,
    strategy: Strategy,
    gaussian: Gaussian,
    /// By choice.
    odds: Vec<Odds>,
    restarts: u32,
    /// The least loss of each of the last generations, the newest last.
    least: Vec<f64>,
}

/// A trial of a generation.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub number: u64,
    pub standing: Standing,
    /// By parameter, as [`Frame::place`](crate::suggest::frame::Frame::place) gives it.
    pub places: Vec<f64>,
}

impl Run {
    pub fn first(plan: &Plan) -> Self {
        Self::begin(plan, 0, 0, vec![0.5; plan.numeric.len()])
    }

    fn begin(plan: &Plan, start: u64, restarts: u32, mean: Vec<f64>) -> Self {
        let lambda = Strategy::first_lambda(plan.dimensions()) << restarts.min(DOUBLINGS_MAX);
        Self {
            start,
            strategy: Strategy::new(plan.numeric.len(), lambda, plan.is_separable()),
            gaussian: Gaussian::new(mean, SIGMA, plan.is_separable()),
            odds: plan.choices.iter().map(|(_, prior)| Odds::new(prior, plan.choices.len())).collect(),
            restarts,
            least: Vec::new(),
        }
    }

    /// The same distribution, for a generation that begins with a later trial.
    pub fn from(&self, start: u64) -> Self {
        Self { start, ..self.clone() }
    }

    /// How many trials make a generation.
    pub fn lambda(&self) -> u64 {
        self.strategy.lambda as u64
    }

    /// The coordinates drawn for a trial; some may lie beyond the cube.
    fn draw(&self, plan: &Plan, number: u64, attempt: u32) -> Vec<f64> {
        let wider = 1.0 + 0.25 * f64::from(attempt);
        let normals: Vec<f64> = plan.normals(number, attempt).into_iter().map(|z| wider * z).collect();
        self.gaussian.at(&normals)
    }

    /// The point for a trial; further attempts at it are wider.
    pub fn point(&self, plan: &Plan, wishes: &Wishes, number: u64, attempt: u32) -> Point {
        let drawn = self.draw(plan, number, attempt);
        let mut values: Vec<Option<ParamValue>> = vec![None; plan.frame.len()];
        for (j, u) in drawn.iter().enumerate() {
            let value = plan.latent(j).map(|latent| latent.value(latent.law.quantile(u.clamp(0.0, 1.0))));
            values[plan.numeric[j]] = value;
        }
        for ((i, _), odds) in plan.choices.iter().zip(&self.odds) {
            let even = 1.0 / real(odds.of.len().max(1));
            let share = f64::from(attempt.min(10)) * 0.1;
            let weights: Vec<f64> = odds.of.iter().map(|p| p + share * (even - p)).collect();
            let option = draw_index(&weights, wishes.options(*i), plan.unit(number, attempt, *i));
            values[*i] = Some(plan.frame.option(*i, option));
        }
        assemble(&plan.frame, wishes, |i| values[i].take().unwrap_or_else(|| plan.frame.option(i, 0)))
    }

    /// The state after a generation that began with the trial `start`; `end` is the first trial after it.
    pub fn after(&self, plan: &Plan, mut members: Vec<Member>, end: u64) -> Self {
        members.sort_by(|a, b| a.standing.compare(&b.standing).then(a.number.cmp(&b.number)));
        let mut next = self.from(end);
        let judged = members.iter().take_while(|member| member.standing != Standing::Failed).count();
        if judged == 0 {
            // Nothing is known of where it is better, but that it is not here.
            next.gaussian.sigma *= 1.5;
            next.contain();
            return next;
        }
        let count = members.len();
        let fewer;
        let strategy = if count == self.strategy.lambda {
            &self.strategy
        } else {
            fewer = Strategy::new(plan.numeric.len(), count, plan.is_separable());
            &fewer
        };
        let points: Vec<Vec<f64>> = members.iter().map(|member| self.coordinates(plan, member)).collect();
        next.gaussian.update(strategy, &points);
        for ((i, _), odds) in plan.choices.iter().zip(&mut next.odds) {
            odds.update(members.iter().zip(&strategy.weights).filter_map(|(member, w)| {
                let place = member.places[*i];
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
                (*w > 0.0 && !place.is_nan()).then_some((*w, place as usize))
            }));
        }
        if members[0].standing == members[count * 7 / 10].standing {
            // A plateau: further out it may end.
            next.gaussian.sigma *= libm::exp(0.2 + strategy.c_sigma / strategy.d_sigma);
        }
        next.contain();
        next.keep_margins(plan);
        next.remember(plan, &members[0].standing);
        if next.is_settled(plan) {
            return Self::begin(plan, end, self.restarts + 1, plan.anywhere(self.restarts + 1));
        }
        next
    }

    /// A member's coordinates: where its values are if continuous; as they were drawn if that gives its value; else the
    /// middle of the stretch with that value. Where it has no value it says nothing, as if it lay on the mean.
    fn coordinates(&self, plan: &Plan, member: &Member) -> Vec<f64> {
        let mut drawn = self.draw(plan, member.number, 0);
        for (j, u) in drawn.iter_mut().enumerate() {
            let (place, Some(latent)) = (member.places[plan.numeric[j]], plan.latent(j)) else { continue };
            let lies = latent.law.cdf(place);
            match cell(latent, *u) {
                _ if place.is_nan() => *u = self.gaussian.mean[j],
                Some((low, high)) if low <= lies && lies <= high => {}
                _ => *u = lies,
            }
            *u = u.clamp(-0.2, 1.2);
        }
        drawn
    }

    /// Keeps the mean in the cube, and the deviations within half of its width.
    fn contain(&mut self) {
        self.gaussian.mean.iter_mut().for_each(|mean| *mean = mean.clamp(0.0, 1.0));
        let widest = (0..self.gaussian.mean.len()).map(|j| self.gaussian.deviation(j)).fold(0.0, f64::max);
        if widest > 0.5 {
            self.gaussian.sigma *= 0.5 / widest;
        }
    }

    fn keep_margins(&mut self, plan: &Plan) {
        let alpha = 1.0 / (real(plan.numeric.len().max(1)) * real(self.strategy.lambda));
        for j in 0..self.gaussian.mean.len() {
            let Some((low, high)) = plan.latent(j).and_then(|latent| cell(latent, self.gaussian.mean[j]))
            else {
                continue;
            };
            let beyond = ((low > 1e-9).then_some(low), (high < 1.0 - 1e-9).then_some(high));
            let before = self.gaussian.deviation(j);
            let (mean, deviation) = widened(self.gaussian.mean[j], before, beyond, alpha);
            self.gaussian.mean[j] = mean;
            self.gaussian.scale[j] *= deviation / before;
        }
    }

    fn remember(&mut self, plan: &Plan, best: &Standing) {
        if let Standing::Feasible { loss } = best {
            let most = 10 + 30 * plan.dimensions() / self.strategy.lambda;
            if self.least.len() >= most {
                self.least.drain(..=self.least.len() - most);
            }
            self.least.push(*loss);
        }
    }

    /// Whether nothing new is to be expected of this run: all coordinates have come to rest, or the best loss has been
    /// the same for long.
    fn is_settled(&self, plan: &Plan) -> bool {
        let rests = |j: usize| {
            let width = plan.latent(j).and_then(|latent| cell(latent, self.gaussian.mean[j]));
            self.gaussian.deviation(j) < width.map_or(SETTLED, |(low, high)| (high - low).max(SETTLED))
        };
        let smooth = |j: &usize| plan.latent(*j).is_some_and(|latent| latent.grid().is_none());
        let coordinates = 0..self.gaussian.mean.len();
        let is_at_rest = coordinates.clone().any(|j| smooth(&j)) && coordinates.clone().all(rests);
        let most = 10 + 30 * plan.dimensions() / self.strategy.lambda;
        let is_flat = self.least.len() >= most && self.least.iter().all(|loss| *loss == self.least[0]);
        is_at_rest || is_flat
    }
}
