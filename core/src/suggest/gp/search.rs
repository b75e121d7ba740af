//! Finding the point of the greatest merit.

use super::descent::descend;
use super::embedding::{Embedding, Row};
use super::merit::Merit;
use super::posterior::Scratch;
use crate::normal;
use crate::stream::Stream;
use crate::suggest::frame::{ABSENT, Axis, Frame};
use crate::suggest::prior::draw_index;
use crate::suggest::wishes::Wishes;

/// Points drawn from the whole space.
const WIDE: usize = 200;
/// The best observed points to look around, and how often around each.
const INCUMBENTS: usize = 5;
const AROUND: usize = 40;
/// How many of the best candidates are improved, in how many rounds, with how many tries each.
const FINALISTS: usize = 4;
const ROUNDS: usize = 3;
const TRIES: usize = 12;
/// Steps of the descent along the continuous numbers.
const STEPS: usize = 15;
/// How far from the ends of an endless law quantiles are looked at: 3.7 deviations.
const EDGE: f64 = 1e-4;
/// A number with more values than this is moved as a continuous one, and then snapped.
const FINE: i64 = 12;

/// A search for one point.
pub(super) struct Search<'a> {
    frame: &'a Frame,
    wishes: &'a Wishes,
    merit: &'a Merit,
    /// The rows of the observed points, from the best.
    observed: &'a [&'a Row],
    stream: &'a mut Stream,
    scratch: Scratch,
    /// By parameter: whether it is moved as a continuous number.
    smooth: Vec<bool>,
    /// The row that was put together last.
    row: Row,
    /// Buffers for putting a row together.
    chosen: Vec<Option<usize>>,
    active: Vec<usize>,
    weights: Vec<f64>,
}

/// A point and how good it is.
#[derive(Clone, Debug)]
struct Candidate {
    row: Row,
    merit: f64,
}

/// The candidates of a search.
#[derive(Debug)]
pub(super) struct Found {
    width: usize,
    /// Row after row.
    rows: Vec<f64>,
    merits: Vec<f64>,
    /// How many were taken so far, and all from the best.
    taken: usize,
    order: Vec<usize>,
}

impl Found {
    fn new(width: usize) -> Self {
        let most = WIDE + INCUMBENTS * AROUND + FINALISTS;
        let (rows, merits) = (Vec::with_capacity(most * width), Vec::with_capacity(most));
        Self { width, rows, merits, taken: 0, order: Vec::with_capacity(most) }
    }

    fn add(&mut self, row: &[f64], merit: f64) {
        self.rows.extend_from_slice(row);
        self.order.push(self.merits.len());
        self.merits.push(merit);
    }

    /// Of equal ones the earlier is better.
    fn sort(&mut self) {
        let merits = &self.merits;
        self.order.sort_by(|a, b| merits[*b].total_cmp(&merits[*a]).then(a.cmp(b)));
    }

    fn row(&self, at: usize) -> &[f64] {
        &self.rows[at * self.width..(at + 1) * self.width]
    }

    /// The best of those that were not taken before.
    pub fn take(&mut self) -> Option<&[f64]> {
        let at = *self.order.get(self.taken)?;
        self.taken += 1;
        Some(self.row(at))
    }
}

impl<'a> Search<'a> {
    pub fn new(
        frame: &'a Frame,
        wishes: &'a Wishes,
        merit: &'a Merit,
        observed: &'a [&'a Row],
        stream: &'a mut Stream,
    ) -> Self {
        let is_smooth = |axis: &Axis| match axis {
            Axis::Choice(_) => false,
            Axis::Numeric(latent) => {
                latent.grid().is_none() || latent.indices().is_none_or(|(first, last)| last - first >= FINE)
            }
        };
        let smooth = frame.axes.iter().map(is_smooth).collect();
        let row = vec![ABSENT; frame.len()];
        let (chosen, active, weights) = (Vec::new(), Vec::new(), Vec::new());
        let scratch = Scratch::default();
        Self { frame, wishes, merit, observed, stream, scratch, smooth, row, chosen, active, weights }
    }

    /// The candidates found.
    pub fn run(&mut self) -> Found {
        let mut found = Found::new(self.frame.len());
        for _ in 0..WIDE {
            self.draw();
            let merit = self.judge();
            found.add(&self.row, merit);
        }
        for incumbent in self.observed.iter().take(INCUMBENTS) {
            for _ in 0..AROUND {
                self.step(incumbent);
                let merit = self.judge();
                found.add(&self.row, merit);
            }
        }
        found.sort();
        for rank in 0..FINALISTS.min(found.order.len()) {
            let at = found.order[rank];
            let improved = self.improved(Candidate { row: found.row(at).to_vec(), merit: found.merits[at] });
            found.add(&improved.row, improved.merit);
        }
        found.sort();
        found
    }

    /// How good the row is that was put together last.
    fn judge(&mut self) -> f64 {
        let merit = self.merit.of(&self.row, &mut self.scratch);
        // What is no number is worse than any.
        if merit.is_nan() { f64::NEG_INFINITY } else { merit }
    }

    /// A better point close to this one: the numbers follow the slope, the rest is tried.
    fn improved(&mut self, mut best: Candidate) -> Candidate {
        for _ in 0..ROUNDS {
            let before = best.merit;
            self.ascend(&best.row);
            self.keep_better(&mut best);
            for _ in 0..TRIES {
                self.step(&best.row);
                self.keep_better(&mut best);
            }
            if best.merit <= before + 1e-3 {
                break;
            }
        }
        best
    }

    /// Keeps the row that was put together last if it is better.
    fn keep_better(&mut self, best: &mut Candidate) {
        let merit = self.judge();
        if merit > best.merit {
            best.merit = merit;
            best.row.copy_from_slice(&self.row);
        }
    }

    /// Where the slope of the merit leads along the continuous numbers.
    fn ascend(&mut self, row: &[f64]) {
        let free = |i: &usize| self.smooth[*i] && !row[*i].is_nan() && self.wishes.fixed(*i).is_none();
        let of: Vec<usize> = (0..row.len()).filter(free).collect();
        let mut x: Vec<f64> = of.iter().map(|i| row[*i]).collect();
        let bounds: Vec<(f64, f64)> = of.iter().map(|i| self.ends(*i)).collect();
        let mut moved = std::mem::take(&mut self.row);
        moved.copy_from_slice(row);
        if !of.is_empty() {
            let (merit, scratch) = (self.merit, &mut self.scratch);
            descend(&mut x, &bounds, STEPS, 1e-4, |x: &[f64], gradient: &mut [f64]| {
                of.iter().zip(x).for_each(|(i, x)| moved[*i] = *x);
                let value = merit.with_slopes(&moved, &of, gradient, scratch);
                gradient.iter_mut().for_each(|slope| *slope = -*slope);
                -value
            });
        }
        of.iter().zip(&x).for_each(|(i, x)| moved[*i] = Embedding::snapped(self.frame, *i, *x));
        self.row = moved;
    }

    /// The quantiles at which parameter `i` is looked at.
    fn ends(&self, i: usize) -> (f64, f64) {
        match &self.frame.axes[i] {
            Axis::Numeric(latent) if latent.law.bounds().0.is_infinite() => (EDGE, 1.0 - EDGE),
            _ => (0.0, 1.0),
        }
    }

    /// Puts together a row drawn from the prior.
    fn draw(&mut self) {
        self.assemble(Self::drawn);
    }

    /// Puts together a row close to this one: some of its numbers moved a little or more, now and then another option.
    fn step(&mut self, row: &[f64]) {
        self.active.clear();
        self.active.extend((0..row.len()).filter(|i| !row[*i].is_nan()));
        let count = self.active.len();
        #[expect(clippy::cast_precision_loss, reason = "no space has 2^53 parameters")]
        let chance = if self.stream.unit() < 0.3 { 1.0 } else { (2.0 / count.max(1) as f64).min(1.0) };
        // From a hundredth of the range to a third of it, each order of magnitude alike.
        let reach = 0.01 * libm::exp(3.5 * self.stream.unit());
        let must = self.active.get(self.stream.below(count as u64) as usize).copied();
        // Where something is now active that was not, it does best where it did best before.
        let donor = self.donor();
        self.assemble(|search, i| {
            if row[i].is_nan() {
                return match donor {
                    Some(donor) if !donor[i].is_nan() => donor[i],
                    _ => search.drawn(i),
                };
            }
            let is_moved = Some(i) == must || search.stream.unit() < chance;
            if is_moved { search.moved(i, row[i], reach, Some(i) == must) } else { row[i] }
        })
    }

    /// One of the better observed points.
    fn donor(&mut self) -> Option<&'a Row> {
        let u = self.stream.unit();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a position in a list"
        )]
        self.observed.get((u * u * self.observed.len() as f64) as usize).copied()
    }

    /// Another value of parameter `i` than this one, if it must be and there is one.
    fn moved(&mut self, i: usize, value: f64, reach: f64, must: bool) -> f64 {
        match &self.frame.axes[i] {
            Axis::Choice(prior) => {
                // An option is kept as often as not where much is moved.
                if !must && self.stream.unit() < 0.7 {
                    return value;
                }
                let mut others = std::mem::take(&mut self.weights);
                others.clone_from(prior);
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
                if let Some(own) = others.get_mut(value as usize) {
                    *own = 0.0;
                }
                let option = self.option(i, &others);
                self.weights = others;
                option.unwrap_or(value)
            }
            Axis::Numeric(latent) => {
                let (low, high) = self.ends(i);
                let far = value + reach * normal::quantile(self.stream.unit());
                // What would leave the range is mirrored at its end, and cut off if that is not enough.
                let inside = if far < low {
                    2.0 * low - far
                } else if far > high {
                    2.0 * high - far
                } else {
                    far
                };
                let to = Embedding::snapped(self.frame, i, inside.clamp(low, high));
                #[expect(clippy::float_cmp, reason = "the very same cell")]
                match latent.grid() {
                    Some(grid) if to == value => {
                        let index = latent.index_at(grid, latent.law.quantile(value));
                        let (a, b) = latent.cell(grid, index);
                        let edge = if self.stream.unit() < 0.5 {
                            latent.law.cdf(a) - 1e-9
                        } else {
                            latent.law.cdf(b) + 1e-9
                        };
                        Embedding::snapped(self.frame, i, edge.clamp(low, high))
                    }
                    _ => to,
                }
            }
        }
    }

    /// A value of parameter `i` from its prior.
    fn drawn(&mut self, i: usize) -> f64 {
        match &self.frame.axes[i] {
            Axis::Choice(prior) => self.option(i, prior).unwrap_or(0.0),
            Axis::Numeric(_) => Embedding::snapped(self.frame, i, self.stream.unit()),
        }
    }

    /// An option of choice `i` drawn by weight, of those that may be taken; `None` if all of these weigh nothing.
    fn option(&mut self, i: usize, weights: &[f64]) -> Option<f64> {
        let open = self.wishes.options(i);
        let index = draw_index(weights, open, self.stream.unit());
        let is_open = open.is_none_or(|open| open.contains(&index));
        #[expect(clippy::cast_precision_loss, reason = "no choice has 2^53 options")]
        (is_open && weights.get(index).is_some_and(|weight| *weight > 0.0)).then_some(index as f64)
    }

    /// The value, or if that is an option that may not be taken, one that may.
    fn opened(&mut self, i: usize, value: f64) -> f64 {
        let frame = self.frame;
        match (&frame.axes[i], self.wishes.options(i)) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
            (Axis::Choice(prior), Some(open)) if !open.contains(&(value as usize)) => {
                #[expect(clippy::cast_precision_loss, reason = "no choice has 2^53 options")]
                let first = open.first().map_or(0.0, |first| *first as f64);
                self.option(i, prior).unwrap_or(first)
            }
            _ => value,
        }
    }

    /// Puts together a row with fixed values as they are and `pick` for every other active parameter.
    fn assemble(&mut self, mut pick: impl FnMut(&mut Self, usize) -> f64) {
        let mut chosen = std::mem::take(&mut self.chosen);
        chosen.clear();
        chosen.resize(self.frame.len(), None);
        for i in 0..self.frame.len() {
            self.row[i] = match self.wishes.fixed(i) {
                _ if !self.frame.is_active(i, &chosen) => ABSENT,
                Some(value) => Embedding::coordinate(self.frame, i, self.frame.place_of(i, value)),
                None => {
                    let picked = pick(self, i);
                    self.opened(i, picked)
                }
            };
            if matches!(self.frame.axes[i], Axis::Choice(_)) && !self.row[i].is_nan() {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
                let option = self.row[i].max(0.0) as usize;
                chosen[i] = Some(option);
            }
        }
        self.chosen = chosen;
    }
}
