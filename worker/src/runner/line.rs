//! One line that a trial's script writes about itself.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::numbers;

/// The most metrics that one line may carry, and the longest name of one, in bytes: what the server accepts.
const METRICS_MAX: usize = 1_000;
const METRIC_NAME_MAX: usize = 256;

/// A line that was understood.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Line {
    /// It has a `step`.
    Report(Report),
    /// It has none: the trial's result.
    Final(Final),
}

/// An intermediate value at a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub step: u64,
    /// Finite.
    pub loss: Option<f64>,
    /// All finite.
    pub metrics: BTreeMap<String, f64>,
    /// Where the next attempt could go on; at most 4 KiB.
    pub checkpoint: Option<String>,
    /// What was left out of it, and why.
    pub(crate) notes: Vec<String>,
}

/// A trial's result as its script wrote it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Final {
    pub status: Status,
    pub loss: Loss,
    pub metrics: BTreeMap<String, f64>,
    /// What the search heeds beside the loss, as it was written: `loss_variance` and `constraints`.
    pub heeded: Map<String, Value>,
    pub message: String,
    pub notes: Vec<String>,
}

/// What the script says about how it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Ok,
    Fail,
    Pruned,
    Infeasible,
    Unknown(String),
}

/// The loss of a result.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Loss {
    Absent,
    Finite(f64),
    /// NaN, an infinity, or no number at all; as it was written.
    Unusable(String),
}

/// Reads one line: a JSON object, or a bare number, which is a loss.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn parse(line: &str) -> Result<Line, String> {
    let line = line.trim();
    if let Ok(number) = line.parse::<f64>() {
        let loss = if number.is_finite() { Loss::Finite(number) } else { Loss::Unusable(line.to_owned()) };
        return Ok(Line::Final(Final {
            status: Status::Ok,
            loss,
            metrics: BTreeMap::new(),
            heeded: Map::new(),
            message: String::new(),
            notes: Vec::new(),
        }));
    }
    let value: Value = serde_json::from_str(&numbers::quoted(line)).map_err(|error| error.to_string())?;
    let Value::Object(mut object) = value else {
        return Err("it is no object".to_owned());
    };
    match object.remove("step") {
        None | Some(Value::Null) => Ok(Line::Final(final_line(object))),
        Some(step) => report(&step, object).map(Line::Report),
    }
}

fn report(step: &Value, mut object: Map<String, Value>) -> Result<Report, String> {
    let step =
        numbers::whole(step).ok_or_else(|| format!("`step` must be an integer from 0, not `{step}`"))?;
    let mut notes = Vec::new();
    let loss = match take_loss(&mut object) {
        Loss::Finite(loss) => Some(loss),
        Loss::Absent => None,
        Loss::Unusable(shown) => {
            notes.push(format!("the loss `{shown}` of step {step} is not a finite number and was left out"));
            None
        }
    };
    let checkpoint = match object.remove("checkpoint") {
        None | Some(Value::Null) => None,
        Some(Value::String(uri)) if uri.len() <= tunewright_core::study::ResumeHint::URI_LEN_MAX => Some(uri),
        Some(Value::String(uri)) => {
            notes.push(format!("the checkpoint of step {step} has {} bytes, 4096 are allowed", uri.len()));
            None
        }
        Some(_) => {
            notes.push(format!("the checkpoint of step {step} must be a string"));
            None
        }
    };
    object.remove("status");
    object.remove("message");
    let metrics = metrics(object, &mut notes);
    Ok(Report { step, loss, metrics, checkpoint, notes })
}

fn final_line(mut object: Map<String, Value>) -> Final {
    let mut notes = Vec::new();
    let status = match object.remove("status") {
        None | Some(Value::Null) => Status::Ok,
        Some(Value::String(status)) => match status.as_str() {
            "ok" => Status::Ok,
            "fail" => Status::Fail,
            "pruned" => Status::Pruned,
            "infeasible" => Status::Infeasible,
            _ => Status::Unknown(status),
        },
        Some(other) => Status::Unknown(other.to_string()),
    };
    let loss = take_loss(&mut object);
    let message = match object.remove("message") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(message)) => message,
        Some(other) => other.to_string(),
    };
    object.remove("checkpoint");
    let heeded = heeded(&mut object, &mut notes);
    let metrics = metrics(object, &mut notes);
    Final { status, loss, metrics, heeded, message, notes }
}

fn take_loss(object: &mut Map<String, Value>) -> Loss {
    match object.remove("loss") {
        None | Some(Value::Null) => Loss::Absent,
        Some(value) => match numbers::float(&value) {
            Some(number) if number.is_finite() => Loss::Finite(number),
            _ => Loss::Unusable(match value {
                Value::String(text) => text,
                other => other.to_string(),
            }),
        },
    }
}

/// Takes out what the search heeds beside the loss. A variance that is none is left out, as a metric would be; whether the
/// constraints are some is for the server to say, since without them the point would count as feasible.
fn heeded(object: &mut Map<String, Value>, notes: &mut Vec<String>) -> Map<String, Value> {
    let mut heeded = Map::new();
    match object.remove("loss_variance") {
        None | Some(Value::Null) => {}
        Some(value) => match numbers::float(&value)
            .filter(|variance| variance.is_finite() && *variance >= 0.0)
        {
            Some(variance) => drop(heeded.insert("loss_variance".to_owned(), variance.into())),
            None => notes.push("the `loss_variance` is not a finite number >= 0 and was left out".to_owned()),
        },
    }
    heeded.extend(object.remove_entry("constraints"));
    heeded
}

fn metrics(object: Map<String, Value>, notes: &mut Vec<String>) -> BTreeMap<String, f64> {
    let mut metrics = BTreeMap::new();
    for (name, value) in object {
        match numbers::float(&value) {
            Some(_) if name.len() > METRIC_NAME_MAX => {
                notes.push(format!("a metric's name has {} bytes, 256 are allowed", name.len()));
            }
            Some(_) if metrics.len() == METRICS_MAX => {
                notes.push(format!("the metric `{name}` was left out: there are more than {METRICS_MAX}"));
                break;
            }
            Some(number) if number.is_finite() => {
                metrics.insert(name, number);
            }
            _ => notes.push(format!("the metric `{name}` is not a finite number and was left out")),
        }
    }
    metrics
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use tunewright_core::broken::try_broken;

    use super::*;

    const LINES: [&str; 6] = [
        r#"{"step": 3, "loss": 0.25, "accuracy": 0.91, "checkpoint": "s3://b/3"}"#,
        r#"{"loss": NaN, "status": "ok", "seconds": 41.5, "message": "done -Infinity"}"#,
        r#"{"status": "infeasible", "loss": null, "epochs": [1, 2], "nested": {"a": {"b": 1e400}}}"#,
        r#"{"step": 18446744073709551615.0, "loss": "0.5", "é大🦀": 1, "\u0041": 2}"#,
        "0.125",
        "-inf",
    ];

    #[test]
    fn broken_lines_are_read_or_refused() {
        let lines = LINES.map(str::to_owned).to_vec();
        try_broken("lines of a script", 5_000, lines, |line| {
            let are_sound = |metrics: &BTreeMap<String, f64>| {
                metrics.len() <= METRICS_MAX
                    && metrics.iter().all(|(name, value)| name.len() <= METRIC_NAME_MAX && value.is_finite())
            };
            match parse(line) {
                Ok(Line::Report(report)) => {
                    prop_assert!(report.loss.is_none_or(f64::is_finite) && are_sound(&report.metrics));
                    Ok(true)
                }
                Ok(Line::Final(result)) => {
                    let is_finite = !matches!(result.loss, Loss::Finite(loss) if !loss.is_finite());
                    prop_assert!(is_finite && are_sound(&result.metrics));
                    Ok(true)
                }
                Err(wrong) => {
                    prop_assert!(!wrong.is_empty() && wrong.len() < 2_000, "{wrong}");
                    Ok(false)
                }
            }
        });
    }

    fn result(line: &str) -> Final {
        match parse(line) {
            Ok(Line::Final(result)) => result,
            other => panic!("{line}: {other:?}"),
        }
    }

    fn progress(line: &str) -> Report {
        match parse(line) {
            Ok(Line::Report(report)) => report,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn a_line_with_a_step_is_a_report_and_one_without_is_the_result() {
        let report = progress(r#"{"step": 3, "loss": 0.2, "lr": 1e-3, "checkpoint": "file:///c"}"#);
        assert_eq!((report.step, report.loss), (3, Some(0.2)));
        assert_eq!(report.metrics, BTreeMap::from([("lr".to_owned(), 1e-3)]));
        assert_eq!(report.checkpoint.as_deref(), Some("file:///c"));
        let ended = result(r#"{"loss": 1, "status": "ok", "accuracy": 0.9}"#);
        assert_eq!((ended.status, ended.loss), (Status::Ok, Loss::Finite(1.0)));
        assert_eq!(ended.metrics, BTreeMap::from([("accuracy".to_owned(), 0.9)]));
        assert_eq!(result(" 0.25 ").loss, Loss::Finite(0.25));
        assert_eq!(progress(r#"{"step": 4.0}"#).step, 4);
    }

    #[test]
    fn losses_that_are_no_finite_numbers_are_kept_apart() {
        for (line, shown) in [
            (r#"{"loss": NaN}"#, "NaN"),
            (r#"{"loss": -Infinity}"#, "-Infinity"),
            (r#"{"loss": "nan"}"#, "nan"),
            (r#"{"loss": 1e999}"#, "1e999"),
            (r#"{"loss": true}"#, "true"),
            (r#"{"loss": [0.1]}"#, "[0.1]"),
            ("nan", "nan"),
            ("-inf", "-inf"),
        ] {
            assert_eq!(result(line).loss, Loss::Unusable(shown.to_owned()), "{line}");
        }
        assert_eq!(result("{}").loss, Loss::Absent);
        assert_eq!(result(r#"{"loss": null}"#).loss, Loss::Absent);
        assert_eq!(result(r#"{"loss": "0.5"}"#).loss, Loss::Finite(0.5));
    }

    #[test]
    fn metrics_that_are_no_finite_numbers_are_left_out_with_a_note() {
        let ended = result(r#"{"loss": 0, "a": NaN, "b": 2, "c": "text", "d": {"e": 1}}"#);
        assert_eq!(ended.metrics, BTreeMap::from([("b".to_owned(), 2.0)]));
        assert_eq!(ended.notes.len(), 3);
        assert_eq!(ended.notes[0], "the metric `a` is not a finite number and was left out");
        let many: Map<String, Value> = (0..1_200).map(|i| (format!("m{i:04}"), Value::from(i))).collect();
        let ended = result(&Value::Object(many).to_string());
        assert_eq!((ended.metrics.len(), ended.notes.len()), (METRICS_MAX, 1));
        let long = format!(r#"{{"loss": 0, "{}": 1}}"#, "x".repeat(METRIC_NAME_MAX + 1));
        assert_eq!((result(&long).metrics.len(), result(&long).notes.len()), (0, 1));
    }

    #[test]
    fn what_the_search_heeds_is_no_metric() {
        let ended =
            result(r#"{"loss": 1, "loss_variance": "0.5", "constraints": [-1, 2.5], "accuracy": 0.9}"#);
        assert_eq!(ended.metrics, BTreeMap::from([("accuracy".to_owned(), 0.9)]));
        assert_eq!(Value::Object(ended.heeded), json!({"loss_variance": 0.5, "constraints": [-1, 2.5]}));
        assert_eq!(ended.notes, Vec::<String>::new());
        for variance in ["NaN", "-1", "[1]", "\"much\""] {
            let ended = result(&format!(r#"{{"loss": 1, "loss_variance": {variance}}}"#));
            assert_eq!((ended.heeded, ended.notes.len()), (Map::new(), 1), "{variance}");
        }
        let ended = result(r#"{"loss": 1, "loss_variance": null, "constraints": "none"}"#);
        assert_eq!((Value::Object(ended.heeded), ended.notes.len()), (json!({"constraints": "none"}), 0));
    }

    #[test]
    fn a_bad_line_says_what_is_wrong() {
        for (line, says) in [
            ("{\"loss\": ", "EOF while parsing a value"),
            ("[1, 2]", "it is no object"),
            (r#"{"step": -1}"#, "`step` must be an integer from 0, not `-1`"),
            (r#"{"step": 1.5}"#, "`step` must be an integer from 0, not `1.5`"),
            ("epoch 3 done", "expected"),
        ] {
            let wrong = parse(line).expect_err(line);
            assert!(wrong.contains(says), "{line}: {wrong}");
        }
    }

    #[test]
    fn statuses_and_checkpoints_are_checked() {
        assert_eq!(result(r#"{"status": "fail", "message": "diverged"}"#).message, "diverged");
        assert_eq!(result(r#"{"status": "new"}"#).status, Status::Unknown("new".to_owned()));
        let long = format!(r#"{{"step": 1, "checkpoint": "{}"}}"#, "x".repeat(4097));
        assert_eq!(progress(&long).checkpoint, None);
        assert_eq!(progress(&long).notes.len(), 1);
        assert_eq!(progress(r#"{"step": 1, "loss": NaN}"#).notes.len(), 1);
    }
}
