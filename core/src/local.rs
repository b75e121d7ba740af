//! The whole tuning loop in process, without a server.

use serde_json::Value;

use crate::Refusal;
use crate::space::{Point, Space};
use crate::suggest::{Algorithm, Ask, Observation, Proposal, Verdict, build};

/// What [`minimize`] found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LocalResult {
    /// The trial with the least loss, of equal ones the first; `None` if all failed.
    pub best: Option<LocalTrial>,
    /// All trials, in their order.
    pub history: Vec<LocalTrial>,
}

/// One evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalTrial {
    pub number: u64,
    pub point: Point,
    /// The loss, or why there is none.
    pub outcome: Result<f64, String>,
}

/// Evaluates `objective` at most `max_trials` times, one after the other, at points that the algorithm proposes to
/// make its loss small; fewer times if the space has no more points.
///
/// The objective gets the configuration and the point it was made of. An error of it, or a loss that is not finite,
/// is a failed trial, which the search avoids.
///
/// # Errors
/// `invalid` if a setting of the algorithm is out of range, or it proposes nothing.
///
/// ```
/// use tunewright_core::{local::minimize, space::Space, suggest::Algorithm};
///
/// let space = Space::from_json(r#"{"x": {"type": "uniform", "low": -5, "high": 5}}"#)?;
/// let square = |config: &serde_json::Value, _: &_| Ok((config["x"].as_f64().unwrap_or(9.0) - 1.0).powi(2));
/// let result = minimize(&space, square, &Algorithm::named("tpe")?, 1, 60)?;
/// assert_eq!(result.history.len(), 60);
/// assert!(result.best.is_some_and(|best| best.outcome.is_ok_and(|loss| loss < 0.1)));
/// # Ok::<(), tunewright_core::Refusal>(())
/// ```
pub fn minimize(
    space: &Space,
    mut objective: impl FnMut(&Value, &Point) -> Result<f64, String>,
    algorithm: &Algorithm,
    seed: u64,
    max_trials: u64,
) -> Result<LocalResult, Refusal> {
    algorithm.validate()?;
    if *algorithm == Algorithm::External {
        return Err(Refusal::invalid("algorithm", "must propose points, which `external` does not"));
    }
    let mut suggester = build(algorithm, space, seed);
    let mut result = LocalResult::default();
    let fixed = Point::default();
    for number in 0..max_trials {
        let Proposal::Point(point, _) =
            suggester.suggest(&Ask { number, pending: &[], fixed: &fixed, repeats: false, budget: None })
        else {
            break;
        };
        let outcome = objective(&space.instantiate(&point)?, &point).and_then(|loss| {
            if loss.is_finite() { Ok(loss) } else { Err(format!("the loss must be finite, not {loss}")) }
        });
        let verdict = outcome.as_ref().map_or(Verdict::Failed, |loss| Verdict::Completed { loss: *loss });
        let observation = Observation::new(number, point, verdict);
        suggester.observe(&observation);
        let trial = LocalTrial { number, point: observation.point, outcome };
        result.take_in(trial);
    }
    Ok(result)
}

impl LocalResult {
    fn take_in(&mut self, trial: LocalTrial) {
        let best = self.best.as_ref().and_then(|best| best.outcome.as_ref().ok());
        if let Ok(loss) = &trial.outcome
            && best.is_none_or(|best| loss < best)
        {
            self.best = Some(trial.clone());
        }
        self.history.push(trial);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(json: &str) -> Space {
        Space::from_json(json).unwrap()
    }

    #[test]
    fn a_finite_space_is_searched_through_once() {
        let space = space(r#"{"x": {"type": "int", "low": 1, "high": 7}}"#);
        for name in crate::suggest::ALGORITHMS {
            let algorithm = Algorithm::named(name).unwrap();
            let objective = |config: &Value, _: &Point| Ok((config["x"].as_f64().unwrap() - 3.0).abs());
            let result = minimize(&space, objective, &algorithm, 5, 100).unwrap();
            assert_eq!(result.history.len(), 7, "{name}");
            assert_eq!(result.best.unwrap().outcome, Ok(0.0), "{name}");
        }
    }

    #[test]
    fn failures_are_kept_and_never_the_best() {
        let space = space(r#"{"x": {"type": "uniform", "low": 0, "high": 1}}"#);
        let objective = |config: &Value, _: &Point| match config["x"].as_f64() {
            Some(x) if x < 0.3 => Err("too small".to_owned()),
            Some(x) if x > 0.7 => Ok(f64::NAN),
            x => Ok(x.unwrap()),
        };
        let result = minimize(&space, objective, &Algorithm::default(), 5, 60).unwrap();
        let failed = result.history.iter().filter(|trial| trial.outcome.is_err()).count();
        assert!((10..50).contains(&failed), "{failed}");
        let best = result.best.unwrap();
        assert!((0.3..0.35).contains(&best.outcome.clone().unwrap()), "{best:?}");
        let nothing = minimize(&space, |_, _| Err("no".to_owned()), &Algorithm::default(), 5, 30).unwrap();
        assert_eq!((nothing.best, nothing.history.len()), (None, 30));
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let settings = crate::suggest::HyperoptTpeSettings { gamma: -1.0, ..Default::default() };
        let space = space(r#"{"x": {"type": "uniform", "low": 0, "high": 1}}"#);
        let refused = minimize(&space, |_, _| Ok(0.0), &Algorithm::HyperoptTpe(settings), 5, 60);
        assert_eq!(refused.unwrap_err().field.as_deref(), Some("algorithm.gamma"));
        let refused = minimize(&space, |_, _| Ok(0.0), &Algorithm::External, 5, 60);
        assert_eq!(refused.unwrap_err().field.as_deref(), Some("algorithm"));
    }
}
