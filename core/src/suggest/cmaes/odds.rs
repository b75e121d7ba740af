//! The probabilities of a choice's options.

use super::strategy::real;

/// How much of the distance to the options of the best points is gone in a generation.
const RATE: f64 = 0.3;

/// The probability that is left to the other options, whatever the generations had, shared among all choices.
const OPEN: f64 = 0.2;

/// The probabilities of one choice's options, which follow the options of good points.
///
/// The idea is that of R. Hamano, S. Saito, M. Nomura, K. Uchida and S. Shirakawa, "CatCMA: stochastic optimization for
/// mixed-category problems", GECCO 2024, arXiv:2405.09962: weights by rank, and a floor under each probability. The
/// step is of a fixed size here.
#[derive(Clone, Debug)]
pub(super) struct Odds {
    pub of: Vec<f64>,
    floor: f64,
}

impl Odds {
    /// Those of the prior; `choices` is how many choices the space has.
    pub fn new(prior: &[f64], choices: usize) -> Self {
        let others = real(prior.len().saturating_sub(1).max(1));
        let mut odds = Self { of: prior.to_vec(), floor: OPEN / real(choices.max(1)) / others };
        odds.floor = odds.floor.min(0.5 / real(prior.len().max(1)));
        odds.lift();
        odds
    }

    /// Moves to the options of weighted points; only those that have one of this choice are given.
    pub fn update(&mut self, taken: impl Iterator<Item = (f64, usize)>) {
        let (mut total, mut step) = (0.0, vec![0.0; self.of.len()]);
        for (weight, option) in taken {
            total += weight;
            if let Some(step) = step.get_mut(option) {
                *step += weight;
            }
        }
        for (p, step) in self.of.iter_mut().zip(step) {
            *p += RATE * (step - total * *p);
        }
        self.lift();
    }

    /// Lifts what is below the floor, at the cost of what is above it.
    fn lift(&mut self) {
        let floor = self.floor;
        self.of.iter_mut().for_each(|p| *p = p.max(floor));
        let above: f64 = self.of.iter().map(|p| p - floor).sum();
        let room = 1.0 - floor * real(self.of.len());
        if above > 0.0 {
            self.of.iter_mut().for_each(|p| *p = floor + (*p - floor) * room / above);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_follow_what_is_good_down_to_the_floor() {
        let mut odds = Odds::new(&[0.7, 0.2, 0.1], 2);
        assert_eq!(odds.floor, 0.05);
        for _ in 0..100 {
            let before = odds.of.clone();
            odds.update([(0.6, 2), (0.4, 2)].into_iter());
            assert!(odds.of[2] >= before[2]);
            assert!((odds.of.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
        assert!((odds.of[0] - 0.05).abs() < 1e-9 && (odds.of[2] - 0.9).abs() < 1e-9, "{:?}", odds.of);
        // No point of a generation has the choice.
        let before = odds.of.clone();
        odds.update(std::iter::empty());
        assert!(odds.of.iter().zip(before).all(|(after, before)| (after - before).abs() < 1e-12));
    }

    #[test]
    fn rare_and_many_options_keep_their_floor() {
        let odds = Odds::new(&[1e-9, 1.0 - 1e-9], 1);
        assert!((odds.of[0] - 0.2).abs() < 1e-12);
        let one = Odds::new(&[1.0], 1);
        assert!((one.of[0] - 1.0).abs() < 1e-12);
        let many = Odds::new(&vec![0.001; 1_000], 1);
        assert!(many.of.iter().all(|p| (p - 0.001).abs() < 1e-12));
    }
}
