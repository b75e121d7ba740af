//! A problem: a landscape, and how good its points are at best and by chance.

use std::sync::Mutex;

use tunewright_core::space::Point;

use crate::chance::Chance;
use crate::families;
use crate::landscape::Landscape;

/// How many random points the median is of.
const MEDIAN_OF: usize = 2_000;

/// A problem is none if one in a hundred random points has a regret below this.
const TOO_EASY: f64 = 0.01;

/// One problem of a family.
pub struct Problem {
    pub family: &'static str,
    pub name: String,
    pub number: u64,
    pub landscape: Landscape,
    /// The median loss of random points, failures among them counted as the worst.
    pub median: f64,
    /// The standard deviation of the noise.
    pub noise: f64,
    least: Mutex<f64>,
}

impl Problem {
    /// Draws problem `number` of a family, and searches it for its minimum.
    pub fn draw(family: &'static str, number: u64) -> Self {
        // A few draws are flat, fail nearly everywhere or are solved by chance: those are no problems.
        for attempt in 0.. {
            let mut chance = Chance::new(number, attempt, family);
            let landscape = families::draw(family, &mut chance);
            let mut losses: Vec<f64> = (0..MEDIAN_OF)
                .map(|_| landscape.sample(&mut chance))
                .map(|point| landscape.value(&point).unwrap_or(f64::INFINITY))
                .collect();
            losses.sort_by(f64::total_cmp);
            let median = losses[MEDIAN_OF / 2];
            if !median.is_finite() || median - losses[0] < 1e-9 * median.abs() {
                continue;
            }
            let least = reference(&landscape, &mut chance);
            if losses[MEDIAN_OF / 100] - least < TOO_EASY * (median - least) {
                continue;
            }
            let noise = landscape.noise * (median - least);
            let name = format!("{family}-{number}");
            return Self { family, name, number, landscape, median, noise, least: Mutex::new(least) };
        }
        unreachable!("attempts are without end")
    }

    /// Takes in that a run has come down to this loss.
    pub fn lower(&self, loss: f64) {
        let mut least = self.least.lock().expect("no holder panics");
        *least = least.min(loss);
    }

    /// 0 at the least known loss, 1 at the median of random points; at most 10, also before there is any loss.
    pub fn regret(&self, loss: Option<f64>) -> f64 {
        let least = *self.least.lock().expect("no holder panics");
        loss.map_or(10.0, |loss| ((loss - least) / (self.median - least)).min(10.0))
    }
}

/// The least loss that a long random search finds, with refinement from its best points and from the hints.
fn reference(landscape: &Landscape, chance: &mut Chance) -> f64 {
    let loss = |point: &Point| landscape.value(point).unwrap_or(f64::INFINITY);
    let mut pool: Vec<(f64, Point)> =
        (0..landscape.effort).map(|_| landscape.sample(chance)).map(|point| (loss(&point), point)).collect();
    pool.sort_by(|a, b| a.0.total_cmp(&b.0));
    pool.truncate(10);
    let hints = landscape.hints.iter().map(|hint| landscape.at(hint, chance)).collect::<Vec<_>>();
    let mut hinted: Vec<_> = hints.into_iter().map(|point| (loss(&point), point)).collect();
    hinted.sort_by(|a, b| a.0.total_cmp(&b.0));
    hinted.truncate(10);
    pool.extend(hinted);
    let steps = landscape.effort / 10;
    let refined = pool.into_iter().map(|(value, point)| refine(landscape, value, point, steps, chance));
    refined.fold(f64::INFINITY, f64::min)
}

/// Goes downhill by random steps, which become shorter while they fail and longer when they succeed.
fn refine(landscape: &Landscape, mut value: f64, mut point: Point, steps: usize, chance: &mut Chance) -> f64 {
    let mut scale: f64 = 0.1;
    for _ in 0..steps {
        let next = landscape.near(&point, scale, chance);
        match landscape.value(&next) {
            Some(loss) if loss < value => {
                (value, point) = (loss, next);
                scale = (scale * 1.3).min(0.3);
            }
            _ => scale = (scale * 0.97).max(1e-4),
        }
    }
    value
}
