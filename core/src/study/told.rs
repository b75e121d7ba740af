//! What the search heeds of a result beside the loss.

use serde_json::Value;

use super::TrialResult;
use crate::Refusal;

/// What the search heeds of a result beside the loss: of its entries `loss_variance` and `constraints`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// The variance of the loss; finite, >= 0.
    pub variance: Option<f64>,
    /// Finite, at most [`Told::CONSTRAINTS_MAX`]; each is <= 0 where the point is feasible. None where nothing is
    /// constrained.
    pub constraints: Vec<f64>,
}

impl Told {
    /// How many constraints a trial has at most.
    pub const CONSTRAINTS_MAX: usize = 100;

    /// Reads the two entries; one that is null is as if it were not there.
    ///
    /// # Errors
    /// `invalid` if one of them is not what it must be.
    pub fn read(result: &TrialResult) -> Result<Self, Refusal> {
        Ok(Self { variance: variance(result)?, constraints: constraints(result)? })
    }

    /// The same of a result that was stored, perhaps before these entries meant anything: one that is not what it must
    /// be is as if it were not there.
    #[must_use]
    pub fn of_stored(result: &TrialResult) -> Self {
        Self {
            variance: variance(result).unwrap_or_default(),
            constraints: constraints(result).unwrap_or_default(),
        }
    }

    /// Whether all constraints hold.
    #[must_use]
    pub fn is_feasible(&self) -> bool {
        self.constraints.iter().all(|value| *value <= 0.0)
    }
}

fn variance(result: &TrialResult) -> Result<Option<f64>, Refusal> {
    let Some(value) = entry(result, "loss_variance") else { return Ok(None) };
    match value.as_f64().filter(|variance| variance.is_finite() && *variance >= 0.0) {
        Some(variance) => Ok(Some(variance)),
        None => {
            let message = format!("must be a finite number >= 0, not {}", shown(value));
            Err(Refusal::invalid("result.loss_variance", message))
        }
    }
}

fn constraints(result: &TrialResult) -> Result<Vec<f64>, Refusal> {
    let Some(value) = entry(result, "constraints") else { return Ok(Vec::new()) };
    let Value::Array(values) = value else {
        let message = format!("must be a list of numbers, not {}", shown(value));
        return Err(Refusal::invalid("result.constraints", message)
            .with_hint("each number is <= 0 where the point is feasible"));
    };
    let most = Told::CONSTRAINTS_MAX;
    if values.len() > most {
        let message = format!("must be at most {most}, not {}", values.len());
        return Err(Refusal::invalid("result.constraints", message));
    }
    let finite = |(at, value): (usize, &Value)| {
        value.as_f64().filter(|value| value.is_finite()).ok_or_else(|| {
            let message = format!("must be a finite number, not {}", shown(value));
            Refusal::invalid(format!("result.constraints.{at}"), message)
        })
    };
    values.iter().enumerate().map(finite).collect()
}

fn entry<'a>(result: &'a TrialResult, name: &str) -> Option<&'a Value> {
    result.get(name).filter(|value| !value.is_null())
}

/// What a value is, in a word or two.
fn shown(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) => value.to_string(),
        Value::String(text) => format!("`{}`", text.chars().take(20).collect::<String>()),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a map".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn result(json: &Value) -> TrialResult {
        json.as_object().expect("a map").clone()
    }

    #[test]
    fn both_entries_are_read_and_all_others_are_not_looked_at() {
        let told = Told::read(&result(&json!({"loss_variance": 0, "constraints": [-1, 0.0, 2.5], "x": "y"})));
        assert_eq!(told, Ok(Told { variance: Some(0.0), constraints: vec![-1.0, 0.0, 2.5] }));
        for nothing in
            [json!({}), json!({"loss_variance": null, "constraints": null}), json!({"constraints": []})]
        {
            assert_eq!(Told::read(&result(&nothing)), Ok(Told::default()), "{nothing}");
        }
    }

    #[test]
    fn a_point_is_feasible_when_no_constraint_is_above_zero() {
        let feasible =
            |constraints: &[f64]| Told { variance: None, constraints: constraints.to_vec() }.is_feasible();
        assert!(feasible(&[]) && feasible(&[0.0]) && feasible(&[-0.0, -3.0]));
        assert!(!feasible(&[f64::MIN_POSITIVE]) && !feasible(&[-1.0, 0.5, -1.0]));
    }

    #[test]
    fn what_is_malformed_is_refused_by_its_name_and_ignored_where_it_is_stored() {
        let variance = "result.loss_variance: must be a finite number >= 0, not";
        let many = vec![0.0; 101];
        for (odd, says) in [
            (json!({"loss_variance": -1e-9}), format!("{variance} -1e-9")),
            (json!({"loss_variance": "small"}), format!("{variance} `small`")),
            (json!({"loss_variance": "x".repeat(99)}), format!("{variance} `{}`", "x".repeat(20))),
            (json!({"loss_variance": true}), format!("{variance} true")),
            (json!({"loss_variance": [0.1]}), format!("{variance} a list")),
            (
                json!({"constraints": 0.5}),
                "result.constraints: must be a list of numbers, not 0.5".to_owned(),
            ),
            (
                json!({"constraints": {"a": 1}}),
                "result.constraints: must be a list of numbers, not a map".to_owned(),
            ),
            (json!({"constraints": many}), "result.constraints: must be at most 100, not 101".to_owned()),
            (
                json!({"constraints": [0.5, null]}),
                "result.constraints.1: must be a finite number, not null".to_owned(),
            ),
        ] {
            let odd = result(&odd);
            assert_eq!(Told::read(&odd).expect_err(&says).to_string(), says);
            assert_eq!(Told::of_stored(&odd), Told::default());
        }
        assert!(Told::read(&result(&json!({"constraints": vec![0.0; 100]}))).is_ok());
        let half = Told::of_stored(&result(&json!({"loss_variance": 2, "constraints": "none"})));
        assert_eq!(half, Told { variance: Some(2.0), constraints: Vec::new() });
    }
}
