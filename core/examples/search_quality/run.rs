//! One run of an algorithm on a problem.

use std::time::Instant;

use tunewright_core::space::Point;
use tunewright_core::suggest::{Algorithm, Ask, Observation, Proposal, Verdict, build};

use crate::chance::Chance;
use crate::problem::Problem;

/// What came of it, by completed evaluation in the order of completion.
pub struct Run {
    /// The loss without noise of the point that looked best so far; `None` before there was any.
    pub best: Vec<Option<f64>>,
    /// What each suggestion took, telling what ended before it included, in seconds.
    pub seconds: Vec<f64>,
}

impl Run {
    /// With `parallel` evaluations pending at any time, each of a random length that depends on the seed only; what
    /// ends is told before one more point is asked for.
    pub fn of(problem: &Problem, algorithm: &Algorithm, seed: u64, budget: usize, parallel: usize) -> Self {
        let seed = Chance::new(seed, problem.number, &format!("run {}", problem.family)).0.word();
        let mut durations = Chance::new(seed, 0, "durations");
        let mut suggester = build(algorithm, &problem.landscape.space, seed);
        let mut run = Self { best: Vec::new(), seconds: Vec::new() };
        let mut pending: Vec<(u64, Point, f64)> = Vec::new();
        let mut observed: Option<Observation> = None;
        let (mut now, mut is_exhausted, mut best_seen) = (0.0, false, f64::INFINITY);
        loop {
            let mut started = Instant::now();
            if let Some(observation) = observed.take() {
                suggester.observe(&observation);
            }
            while pending.len() < parallel && run.seconds.len() < budget && !is_exhausted {
                let number = run.seconds.len() as u64;
                let points: Vec<_> = pending.iter().map(|(number, point, _)| (*number, point)).collect();
                let fixed = Point::default();
                let budget = Some(budget as u64);
                let ask = Ask { number, pending: &points, fixed: &fixed, repeats: false, budget };
                match suggester.suggest(&ask) {
                    Proposal::Point(point, _) => {
                        let ends = now + libm::exp(0.5 * durations.normal());
                        pending.push((number, point, ends));
                        run.seconds.push(started.elapsed().as_secs_f64());
                        started = Instant::now();
                    }
                    Proposal::Exhausted => is_exhausted = true,
                }
            }
            let Some(first) = (0..pending.len()).min_by(|a, b| pending[*a].2.total_cmp(&pending[*b].2))
            else {
                return run.filled(budget);
            };
            let (number, point, ends) = pending.remove(first);
            now = ends;
            let value = problem.landscape.value(&point);
            let noise = problem.noise * Chance::new(seed, number, "noise").normal();
            let verdict = value.map_or(Verdict::Failed, |loss| Verdict::Completed { loss: loss + noise });
            let mut best = run.best.last().copied().flatten();
            if let Some(loss) = value {
                problem.lower(loss);
                if loss + noise < best_seen {
                    (best_seen, best) = (loss + noise, Some(loss));
                }
            }
            run.best.push(best);
            observed = Some(Observation::new(number, point, verdict));
        }
    }

    /// What was tried of an exhausted space stays the best.
    fn filled(mut self, budget: usize) -> Self {
        let last = self.best.last().copied().flatten();
        self.best.resize(budget, last);
        self.seconds.resize(budget, 0.0);
        self
    }
}
