//! Several algorithms that share one search.

use super::prior::draw_index;
use super::{AlgorithmShare, Ask, Credit, MixSettings, Observation, Proposal, Suggester, build};
use crate::space::Space;
use crate::stream::Stream;

/// A mix: each trial's point is proposed by one of its members, drawn by weight from a stream of the trial's own.
/// Every member observes the whole history, whoever proposed it.
#[derive(Debug)]
pub(super) struct Mix {
    seed: u64,
    weights: Vec<f64>,
    members: Vec<Box<dyn Suggester>>,
    /// By member.
    credits: Vec<Credit>,
}

impl Mix {
    pub fn new(settings: &MixSettings, space: &Space, seed: u64) -> Self {
        // The weights are scaled, so that the sum of the largest ones is finite.
        let largest = settings.of.iter().map(|share| share.weight).fold(0.0, f64::max);
        let weights: Vec<f64> = settings.of.iter().map(|share| share.weight / largest).collect();
        let total: f64 = weights.iter().sum();
        let credit = |(share, weight): (&AlgorithmShare, &f64)| Credit {
            member: share.algorithm.name().to_owned(),
            why: format!("drawn, with probability {:.2}", weight / total),
        };
        Self {
            seed,
            credits: settings.of.iter().zip(&weights).map(credit).collect(),
            weights,
            members: settings.of.iter().map(|share| build(&share.algorithm, space, seed)).collect(),
        }
    }

    /// Which member proposes the point of this trial.
    fn member(&self, number: u64) -> usize {
        draw_index(&self.weights, None, Stream::new(self.seed, number, "mix").unit())
    }
}

impl Suggester for Mix {
    fn observe(&mut self, observation: &Observation) {
        for member in &mut self.members {
            member.observe(observation);
        }
    }

    fn heeds_pending(&self) -> bool {
        self.members.iter().any(|member| member.heeds_pending())
    }

    fn takes_long(&self) -> bool {
        self.members.iter().any(|member| member.takes_long())
    }

    fn suggest(&mut self, ask: &Ask<'_>) -> Proposal {
        let at = self.member(ask.number);
        // A mix of nothing is refused when its settings are checked.
        match self.members.get_mut(at).map_or(Proposal::Exhausted, |member| member.suggest(ask)) {
            Proposal::Point(point, _) => Proposal::Point(point, self.credits.get(at).cloned()),
            Proposal::Exhausted => Proposal::Exhausted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Algorithm, Verdict};
    use super::*;
    use crate::space::Point;

    fn space() -> Space {
        let json =
            r#"{"x": {"type": "uniform", "low": 0, "high": 1}, "n": {"type": "int", "low": 1, "high": 99}}"#;
        Space::from_json(json).unwrap()
    }

    fn shares(of: &[(f64, &str)]) -> MixSettings {
        let share = |(weight, name): &(f64, &str)| AlgorithmShare {
            weight: *weight,
            algorithm: Algorithm::named(name).unwrap(),
        };
        MixSettings { of: of.iter().map(share).collect() }
    }

    /// So many rounds of asking and observing; the points.
    fn search(suggester: &mut dyn Suggester, rounds: u64) -> Vec<Point> {
        let fixed = Point::default();
        let mut points = Vec::new();
        for number in 0..rounds {
            let ask = Ask { number, pending: &[], fixed: &fixed, repeats: false, budget: None };
            let Proposal::Point(point, _) = suggester.suggest(&ask) else { panic!("endless") };
            let verdict = Verdict::Completed { loss: (number * 7 % 31) as f64 };
            suggester.observe(&Observation::new(number, point.clone(), verdict));
            points.push(point);
        }
        points
    }

    #[test]
    fn each_member_gets_its_share() {
        const TRIALS: u32 = 20_000;
        let settings = shares(&[(1.0, "random"), (5.0, "tpe"), (2.0, "anneal"), (1e-300, "random")]);
        for seed in 0..5 {
            let mix = Mix::new(&settings, &space(), seed);
            let mut counts = [0_u32; 4];
            for number in 0..u64::from(TRIALS) {
                counts[mix.member(number)] += 1;
            }
            for (count, p) in counts.into_iter().zip([0.125, 0.625, 0.25, 0.0]) {
                let expected = f64::from(TRIALS) * p;
                // 5 standard deviations of a binomial: for 15 counts, about 1 in 100,000 sets of seeds lies outside.
                let spread = 5.0 * (expected * (1.0 - p)).sqrt();
                assert!((f64::from(count) - expected).abs() <= spread, "{counts:?}, seed {seed}");
            }
        }
    }

    #[test]
    fn the_largest_weights_are_shares_as_well() {
        let mix = Mix::new(&shares(&[(f64::MAX, "random"), (f64::MAX, "tpe")]), &space(), 1);
        let firsts = (0..1_000).filter(|number| mix.member(*number) == 0).count();
        // 6 standard deviations of a binomial(1000, 1/2).
        assert!(firsts.abs_diff(500) <= 95, "{firsts}");
    }

    #[test]
    fn the_member_that_proposed_a_point_has_the_credit() {
        let settings = shares(&[(1.0, "random"), (6.0, "tpe"), (3.0, "anneal")]);
        let mut mix = Mix::new(&settings, &space(), 2);
        let fixed = Point::default();
        let mut seen = std::collections::BTreeSet::new();
        for number in 0..50 {
            let ask = Ask { number, pending: &[], fixed: &fixed, repeats: false, budget: None };
            let (name, share) = [("random", "0.10"), ("tpe", "0.60"), ("anneal", "0.30")][mix.member(number)];
            let why = format!("drawn, with probability {share}");
            let credit = Credit { member: name.to_owned(), why };
            let Proposal::Point(_, given) = mix.suggest(&ask) else { panic!("endless") };
            assert_eq!(given, Some(credit), "trial {number}");
            seen.insert(name);
        }
        assert_eq!(seen.len(), 3);
    }

    #[test]
    fn a_mix_of_one_is_that_one() {
        for name in ["random", "tpe", "anneal"] {
            let mut alone = build(&Algorithm::named(name).unwrap(), &space(), 3);
            let mut mixed = Mix::new(&shares(&[(0.5, name)]), &space(), 3);
            assert_eq!(search(&mut mixed, 40), search(alone.as_mut(), 40), "{name}");
        }
    }

    #[test]
    fn every_member_knows_the_whole_history() {
        let mut mixed = Mix::new(&shares(&[(1.0, "random"), (1.0, "tpe")]), &space(), 9);
        let points = search(&mut mixed, 60);
        let mut tpe = build(&Algorithm::named("tpe").unwrap(), &space(), 9);
        let (fixed, mut its_own) = (Point::default(), 0);
        for (number, point) in (0_u64..).zip(&points) {
            if mixed.member(number) == 1 {
                let ask = Ask { number, pending: &[], fixed: &fixed, repeats: false, budget: None };
                let Proposal::Point(alone, _) = tpe.suggest(&ask) else { panic!("endless") };
                assert_eq!(alone, *point, "trial {number}");
                its_own += 1;
            }
            let verdict = Verdict::Completed { loss: (number * 7 % 31) as f64 };
            tpe.observe(&Observation::new(number, point.clone(), verdict));
        }
        assert!((15..45).contains(&its_own), "{its_own}");
    }
}
