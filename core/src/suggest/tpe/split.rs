//! Which trials are good, and which stand for the others.

use std::collections::BTreeSet;

use super::ranking::Ranking;
use crate::suggest::Ask;
use crate::suggest::frame::Frame;
use crate::suggest::history::History;

/// The good set is never larger, and smaller only for want of trials.
const GOOD_MAX: usize = 25;
const GOOD_MIN: usize = 3;

/// So many of the trials next in rank to the good ones are all among the others: it is there that the two have to be
/// told apart.
const NEAREST: usize = 192;

/// So many of the newest trials are all among the others.
const NEWEST: usize = 64;

/// So many of the rest stand for all of it.
const SAMPLED: usize = 192;

/// No more pending points are looked at than so many of the newest.
const PENDING_MAX: usize = 256;

/// Points with weights, as rows of places by parameter.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub weights: Vec<f64>,
    /// Row after row.
    pub places: Vec<f64>,
}

/// The good trials, and some that stand for all others.
///
/// Pruned trials count, for they were judged, but are never good. Failed, infeasible and pending trials keep the search
/// away, the pending ones so that parallel asks spread out ("constant liar", the worst one: D. Ginsbourger, R. Le
/// Riche, L. Carraro, "Kriging is well-suited to parallelize optimization", 2010).
#[derive(Debug, Default)]
pub(super) struct Split {
    pub good: Rows,
    pub others: Rows,
    taken: BTreeSet<u64>,
    sampled: BTreeSet<u64>,
}

impl Rows {
    fn clear(&mut self) {
        self.weights.clear();
        self.places.clear();
    }

    /// Adds a point; its places are those that [`Frame::place`] gives, by parameter.
    pub fn push(&mut self, weight: f64, places: impl Iterator<Item = f64>) {
        self.weights.push(weight);
        self.places.extend(places);
    }

    /// How many parameters are active where parameter `i` is, on average.
    #[expect(clippy::cast_precision_loss, reason = "no space has 2^53 parameters")]
    pub fn dimensions(&self, i: usize) -> f64 {
        let width = self.places.len() / self.weights.len().max(1);
        let (mut points, mut active) = (0, 0);
        for row in self.places.chunks(width.max(1)).filter(|row| !row[i].is_nan()) {
            points += 1;
            active += row.iter().filter(|place| !place.is_nan()).count();
        }
        if points == 0 { 1.0 } else { active as f64 / f64::from(points) }
    }
}

impl Split {
    /// Splits the history, which is the same for any order of telling: by rank, by number and by chance that hangs on
    /// the number alone.
    pub fn update(&mut self, frame: &Frame, history: &History, ranking: &Ranking, ask: &Ask<'_>) {
        self.good.clear();
        self.others.clear();
        self.taken.clear();
        self.sampled.clear();
        let count = good_count(ranking.finished()).min(ranking.eligible());
        let numbers = history.numbers();
        let row = |number: u64| {
            let position = numbers.partition_point(|other| *other < number);
            (0..frame.len()).map(move |i| history.places(i)[position])
        };
        for (weight, number) in good_weights(count).zip(ranking.best()) {
            self.good.push(weight, row(number));
        }
        let newest = numbers.iter().rev().take(NEWEST).copied();
        self.taken.extend(ranking.best().take(count + NEAREST).chain(newest));
        let sampled = ranking.sampled().filter(|number| !self.taken.contains(number)).take(SAMPLED);
        self.sampled.extend(sampled);
        for number in ranking.best().take(count) {
            self.taken.remove(&number);
        }
        for number in &self.taken {
            self.others.push(1.0, row(*number));
        }
        let rest = ranking.len() - count - self.taken.len();
        #[expect(clippy::cast_precision_loss, reason = "no study has 2^53 trials")]
        let weight = rest as f64 / self.sampled.len().max(1) as f64;
        for number in &self.sampled {
            self.others.push(weight, row(*number));
        }
        for (_, point) in ask.pending.iter().rev().take(PENDING_MAX).rev() {
            self.others.push(1.0, (0..frame.len()).map(|i| frame.place(i, point)));
        }
    }
}

/// How many of so many trials with a loss are good: three of twenty, and three at least.
fn good_count(finished: usize) -> usize {
    (finished * 3).div_ceil(20).clamp(GOOD_MIN, GOOD_MAX)
}

/// The weights of so many good trials, from the best: log(n + 1) - log(rank), as they are in evolution strategies (N.
/// Hansen, A. Ostermeier, "Completely derandomized self-adaptation in evolution strategies", 2001); 1 on average.
#[expect(clippy::cast_precision_loss, reason = "at most some dozens")]
fn good_weights(count: usize) -> impl Iterator<Item = f64> {
    let weight = move |rank: usize| libm::log((count + 1) as f64 / rank as f64);
    let total: f64 = (1..=count).map(weight).sum();
    (1..=count).map(move |rank| weight(rank) * count as f64 / total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::{ParamValue, Space};
    use crate::suggest::{Observation, Verdict};

    fn split(history: &[Observation]) -> Split {
        let frame =
            Frame::new(&Space::from_json(r#"{"x": {"type": "int", "low": 0, "high": 1000000}}"#).unwrap());
        let (mut told, mut ranking) = (History::new(&frame), Ranking::default());
        for observation in history {
            told.add(&frame, observation);
            ranking.add(observation);
        }
        let mut split = Split::default();
        let ask = Ask { number: 0, pending: &[], fixed: &Default::default(), repeats: false, budget: None };
        split.update(&frame, &told, &ranking, &ask);
        split
    }

    /// A trial whose place is its number.
    fn observation(number: u64, verdict: Verdict, constraint: f64) -> Observation {
        let value = ParamValue::Int(i64::try_from(number).unwrap());
        let point = [("x".to_owned(), value)].into_iter().collect();
        Observation { constraints: vec![constraint], ..Observation::new(number, point, verdict) }
    }

    #[test]
    fn only_completed_feasible_trials_are_good() {
        let history: Vec<_> = (0..100)
            .map(|number| match number % 5 {
                0 => observation(number, Verdict::Completed { loss: 1000.0 - number as f64 }, 0.0),
                1 => observation(number, Verdict::Pruned { loss: Some(-1.0) }, 0.0),
                2 => observation(number, Verdict::Completed { loss: -5.0 }, 0.1),
                3 => observation(number, Verdict::Failed, 0.0),
                _ => observation(number, Verdict::Pruned { loss: None }, 0.0),
            })
            .collect();
        let split = split(&history);
        // Nine, of the 60 with a loss: the best of the twenty in question are the last.
        assert_eq!(split.good.places, [95.0, 90.0, 85.0, 80.0, 75.0, 70.0, 65.0, 60.0, 55.0]);
        let others: Vec<f64> =
            (0..100).map(f64::from).filter(|place| !split.good.places.contains(place)).collect();
        assert_eq!(split.others.places, others);
        assert_eq!(split.others.weights, [1.0; 91]);
    }

    #[test]
    fn while_nothing_is_feasible_the_least_violations_are_good() {
        let history: Vec<_> = (0..20)
            .map(|number| {
                observation(number, Verdict::Completed { loss: number as f64 }, 20.5 - number as f64)
            })
            .collect();
        assert_eq!(split(&history).good.places, [19.0, 18.0, 17.0]);
    }

    #[test]
    fn some_hundreds_stand_for_all_of_a_long_history() {
        let loss = |number: u64| (number * 7_919 % 100_003) as f64;
        let history: Vec<_> = (0..20_000)
            .map(|number| observation(number, Verdict::Completed { loss: loss(number) }, 0.0))
            .collect();
        let split = split(&history);
        let weights = &split.good.weights;
        assert_eq!(weights.len(), GOOD_MAX);
        assert!(weights.windows(2).all(|pair| pair[0] > pair[1]), "{weights:?}");
        assert!((weights.iter().sum::<f64>() - GOOD_MAX as f64).abs() < 1e-12);
        assert!(split.others.weights.len() <= NEAREST + NEWEST + SAMPLED);
        let weight: f64 = split.others.weights.iter().sum();
        assert!((weight - (20_000 - GOOD_MAX) as f64).abs() < 1e-6, "{weight}");
        // The sample is spread evenly: so is its weighted mean. Of a random one the deviation is about 400.
        let places = split.others.places.iter().zip(&split.others.weights);
        let mean = places.map(|(place, weight)| place * weight).sum::<f64>() / weight;
        assert!((mean - 10_000.0).abs() < 150.0, "{mean}");
    }
}
