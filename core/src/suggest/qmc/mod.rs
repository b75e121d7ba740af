//! Quasi-random search.

pub(super) mod design;
mod directions;
mod sobol;

use super::frame::Frame;
use super::history::History;
use super::{Ask, Observation, Proposal, Suggester, unseen};
use crate::space::Space;
use crate::stream::Stream;
pub(super) use sobol::Sobol;

/// Scrambled Sobol' points, whatever the losses: trial n has point n of the sequence, at these quantiles of the prior.
/// A finite space is gone through without repeats.
#[derive(Debug)]
pub(super) struct Qmc {
    seed: u64,
    frame: Frame,
    history: History,
    sobol: Sobol,
}

impl Qmc {
    pub fn new(space: &Space, seed: u64) -> Self {
        let frame = Frame::new(space);
        Self { seed, history: History::new(&frame), sobol: Sobol::new(seed, frame.len()), frame }
    }
}

impl Suggester for Qmc {
    fn observe(&mut self, observation: &Observation) {
        self.history.add(&self.frame, observation);
    }

    fn heeds_pending(&self) -> bool {
        !self.frame.is_always_new()
    }

    fn suggest(&mut self, ask: &Ask<'_>) -> Proposal {
        let mut stream = Stream::new(self.seed, ask.number, "qmc");
        unseen::propose(&self.frame, &self.history, ask, &mut stream, |wishes, _, attempt| {
            design::point(&self.frame, wishes, &self.sobol, design::index(ask.number, attempt))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Point;

    const SPACE: &str = r#"{
        "lr": {"type": "loguniform", "low": 1e-4, "high": 1},
        "n": {"type": "int", "low": 1, "high": 8},
        "x": {"type": "normal", "mu": 2, "sigma": 3},
        "kind": {"type": "pchoice", "options": [
            {"p": 0.25, "value": {"depth": {"type": "int", "low": 0, "high": 3}}}, {"p": 0.75, "value": "no"}]}
    }"#;

    fn points(seed: u64, numbers: std::ops::Range<u64>) -> Vec<Point> {
        let mut qmc = Qmc::new(&Space::from_json(SPACE).unwrap(), seed);
        let fixed = Point::default();
        let ask = |number| Ask { number, pending: &[], fixed: &fixed, repeats: false, budget: None };
        let proposals = numbers.map(|number| qmc.suggest(&ask(number)));
        proposals
            .map(|proposal| match proposal {
                Proposal::Point(point, _) => point,
                Proposal::Exhausted => panic!("an endless space is never exhausted"),
            })
            .collect()
    }

    #[test]
    fn a_block_of_trials_is_balanced_on_every_parameter() {
        for seed in 0..10 {
            let points = points(seed, 64..128);
            let count = |is: &dyn Fn(&Point) -> bool| points.iter().filter(|point| is(point)).count();
            let real = |point: &Point, label: &str| point.get(label).and_then(|value| value.as_f64());
            for decade in -4..0 {
                let range = libm::exp10(f64::from(decade))..libm::exp10(f64::from(decade + 1));
                assert_eq!(count(&|point| real(point, "lr").is_some_and(|lr| range.contains(&lr))), 16);
            }
            for n in 1..=8 {
                assert_eq!(count(&|point| real(point, "n") == Some(f64::from(n))), 8);
            }
            assert_eq!(count(&|point| real(point, "x").is_some_and(|x| x < 2.0)), 32);
            // A quarter of the prior, and half of the next parameter's where it is active.
            let deep = count(&|point| real(point, "kind.0.depth").is_some());
            assert_eq!(deep, 16, "{points:?}");
        }
    }

    #[test]
    fn seeds_differ() {
        let firsts: std::collections::BTreeSet<String> =
            (0..50).map(|seed| format!("{:?}", points(seed, 0..1))).collect();
        assert_eq!(firsts.len(), 50);
    }
}
