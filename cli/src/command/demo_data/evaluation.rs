//! What training at a point comes to. It follows from the seed and the point, and from nothing else.

use std::fmt::Write as _;

use tunewright::{Metrics, Point};
use tunewright_core::normal;
use tunewright_core::stream::Stream;

use super::fault::Fault;
use super::model::Model;

/// Where learning begins: a guess among ten classes.
const START: f64 = 2.303;
/// From this loss on, a run may be pruned.
const POOR: f64 = 0.72;
/// Of those, so many are.
const PRUNED: f64 = 0.33;

/// What training at one point comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// After all steps.
    pub loss: f64,
    pub accuracy: f64,
    pub seconds: f64,
    /// The loss after each step, from step 1 to the last one that is made: 10 to 20 of them, fewer where the run ends early.
    pub curve: Vec<f64>,
    pub end: End,
}

/// How it ends.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    Completed,
    Pruned,
    Failed(Fault),
}

impl Evaluation {
    pub fn of(seed: u64, point: &Point) -> Self {
        let mut stream = Stream::new(seed, digest(point), "demo-data");
        let mut chance = |sigma: f64| sigma * normal::quantile(stream.unit());
        let model = Model::of(point);
        let loss = (model.loss() + chance(0.012)).max(0.05);
        let accuracy = ((-0.85 * loss).exp() + 0.08 * (-loss).exp() + chance(0.006)).clamp(0.05, 0.995);
        let seconds = model.seconds() * chance(0.12).exp();
        let steps = 10 + stream.below(11);
        let full = curve(loss, steps, &mut stream);
        let fault = Fault::draw(model.need(), model.excess(), &mut stream);
        let is_pruned = loss > POOR && stream.unit() < PRUNED;
        let (end, last) = match fault {
            Some(fault) => (End::Failed(fault), stream.below(steps)),
            None if is_pruned => (End::Pruned, steps / 4 + 1 + stream.below(steps / 3)),
            None => (End::Completed, steps),
        };
        let curve = full.into_iter().zip(0..last).map(|(value, _)| value).collect();
        Self { loss, accuracy, seconds, curve, end }
    }

    /// The metrics beside the final loss.
    pub fn metrics(&self) -> Metrics {
        [("accuracy".to_owned(), self.accuracy), ("seconds".to_owned(), self.seconds)].into()
    }

    /// The last loss of the curve; that of the end if there is no curve.
    pub fn last(&self) -> f64 {
        self.curve.last().copied().unwrap_or(self.loss)
    }

    /// What the script prints, a line for each step.
    pub fn output(&self) -> String {
        let mut text = String::new();
        for (step, value) in self.curve.iter().enumerate() {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "epoch {:>2}  loss {value:.4}  accuracy {:.4}",
                step + 1,
                (-0.85 * value).exp()
            );
        }
        if let End::Failed(fault) = &self.end {
            text.push_str(&fault.traceback);
        }
        text
    }
}

/// From the start to the loss, quickly first; the noise dies away, and the last value is the loss itself.
fn curve(loss: f64, steps: u64, stream: &mut Stream) -> Vec<f64> {
    let pace = 3.0 + 3.0 * stream.unit();
    let rest = (-pace).exp();
    let values = (1..=steps).map(|step| {
        let done = super::as_f64(step) / super::as_f64(steps);
        let left = ((-pace * done).exp() - rest) / (1.0 - rest);
        let noise = 0.03 * (1.0 - done) * normal::quantile(stream.unit());
        (loss + (START - loss) * left + noise).max(0.01)
    });
    values.collect()
}

/// A number for a point. FNV-1a: G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, "The FNV non-cryptographic hash algorithm".
fn digest(point: &Point) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for (label, value) in point.iter() {
        for byte in label.bytes().chain([b'=']).chain(value.to_string().bytes()).chain([b' ']) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tunewright::{Algorithm, Space};
    use tunewright_core::suggest::{Ask, Proposal, build};

    use super::super::space::space;
    use super::*;

    fn points(count: u64) -> Vec<Point> {
        let space: Space = serde_json::from_value(space()).expect("a space");
        let mut source = build(&Algorithm::Random, &space, 7);
        let fixed = Point::default();
        let ask = |number| Ask { number, pending: &[], fixed: &fixed, repeats: false, budget: None };
        let points = (0..count).map(|number| match source.suggest(&ask(number)) {
            Proposal::Point(point, _) => point,
            Proposal::Exhausted => panic!("an endless space ends"),
        });
        points.collect()
    }

    #[test]
    fn it_follows_from_the_seed_and_the_point() {
        for point in points(20) {
            assert_eq!(Evaluation::of(1, &point), Evaluation::of(1, &point));
            assert_ne!(Evaluation::of(1, &point).loss.to_bits(), Evaluation::of(2, &point).loss.to_bits());
        }
    }

    #[test]
    fn so_many_are_pruned_and_so_many_fail() {
        let points = points(20_000);
        let (mut pruned, mut failed, mut reasons) = (0, 0, BTreeSet::new());
        for point in &points {
            match Evaluation::of(1, point).end {
                End::Completed => {}
                End::Pruned => pruned += 1,
                End::Failed(fault) => {
                    failed += 1;
                    reasons.insert(fault.reason.as_str());
                }
            }
        }
        // About 15% and 4%. The standard deviation of such a share of 20,000 is below 0.26%.
        assert!((2_700..3_300).contains(&pruned), "{pruned} pruned");
        assert!((700..900).contains(&failed), "{failed} failed");
        let all = ["no_loss", "objective_error", "out_of_memory", "timeout"];
        assert_eq!(reasons.into_iter().collect::<Vec<_>>(), all);
    }

    #[test]
    fn curves_come_down_to_the_loss_and_all_values_are_finite() {
        for point in points(2_000) {
            let evaluation = Evaluation::of(3, &point);
            let curve = &evaluation.curve;
            assert!(curve.len() <= 20 && curve.iter().all(|value| value.is_finite()));
            assert!((0.05..=1.0).contains(&evaluation.accuracy) && evaluation.seconds > 1.0);
            match &evaluation.end {
                End::Completed => {
                    assert!(curve.len() >= 10 && curve[0] > evaluation.loss);
                    assert!((evaluation.last() - evaluation.loss).abs() < 1e-12);
                }
                End::Pruned => assert!((3..20).contains(&curve.len())),
                End::Failed(fault) => assert!(!fault.message.is_empty()),
            }
        }
    }
}
