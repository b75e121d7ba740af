//! What the aggregates look like in JSON: charts read them by these names.

use serde::Serialize;
use serde_json::{Value, json};

use super::fixture::{Ended, table};
use super::*;
use crate::study::{EndReason, TrialState};

const SPACE: &str = r#"{
    "x": {"type": "uniform", "low": 0, "high": 1},
    "y": {"type": "loguniform", "low": 1e-3, "high": 1},
    "kind": {"type": "choice", "options": {"a": {"z": {"type": "uniform", "low": 0, "high": 1}}, "b": {}}}
}"#;

fn trials() -> Table {
    table(
        SPACE,
        (0..60).map(|i| {
            let (at, kind) = (f64::from(i) / 60.0, f64::from(i % 2));
            let z = if i % 2 == 0 { at } else { f64::NAN };
            let ended = Ended::at(&[at, 0.001 + 0.9 * at, kind, z], at).metric("acc", 1.0 - at);
            if i == 7 { ended.state(TrialState::Failed, Some(EndReason::LeaseExpired)) } else { ended }
        }),
    )
}

/// The shape of a document: of each list only the first entry, of each value only its type.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => json!(null),
        Value::Bool(_) => json!("bool"),
        Value::Number(_) => json!(0),
        Value::String(_) => json!(""),
        Value::Array(items) => items.first().map_or(json!([]), |first| json!([shape(first)])),
        Value::Object(entries) => entries.iter().map(|(key, value)| (key.clone(), shape(value))).collect(),
    }
}

#[track_caller]
fn assert_shape(found: &impl Serialize, expected: &Value) {
    let mut found = shape(&serde_json::to_value(found).unwrap());
    let fields = found.as_object_mut().unwrap();
    assert_eq!((fields.remove("n_used"), fields.remove("method")), (Some(json!(0)), Some(json!(""))));
    assert_eq!(found, *expected);
}

#[test]
fn aggregates_have_the_names_that_charts_read() {
    let table = trials();
    assert_shape(
        &history(&table, HistoryAxis::Number, 9),
        &json!({"x": "", "buckets": [[0]], "best": [[0]]}),
    );
    let parameters = json!([{"label": "", "importance": 0, "n": 0}]);
    let expected = json!({"target": "", "remark": "", "parameters": parameters});
    assert_shape(&importance(&table, "loss").unwrap(), &expected);
    let bins = json!([{"x0": 0, "x1": 0, "n": 0, "min": 0, "q25": 0, "median": 0, "q75": 0}]);
    let points = json!({"trial": [0], "x": [0], "loss": [0]});
    let not_set = json!({"n": 0, "min": 0, "median": 0});
    let expected = json!({"parameter": "", "points": points, "bins": bins, "not_set": not_set});
    assert_shape(&slice(&table, "kind.a.z").unwrap(), &expected);
    assert_eq!(serde_json::to_value(slice(&table, "x").unwrap()).unwrap()["not_set"], Value::Null);
    let points = json!({"trial": [0], "x": [0], "y": [0], "loss": [0]});
    let expected = json!({"x": "", "y": "", "grid": [[0]], "points": points});
    assert_shape(&contour(&table, "x", "y").unwrap(), &expected);
    let points = json!({"trial": [0], "x": [0], "y": [0], "rank": [0]});
    assert_shape(&rank(&table, "x", "y").unwrap(), &json!({"x": "", "y": "", "points": points}));
    assert_shape(&edf(&table), &json!({"points": [[0]]}));
    let points = json!({"trial": [0], "values": [[0]], "front": ["bool"]});
    let goals = json!([{"name": "", "maximize": "bool"}]);
    let expected = json!({"objectives": goals, "points": points, "hypervolume": [[0]], "reference": [0]});
    assert_shape(&pareto(&table, &["loss", "m.acc"], &["m.acc"]).unwrap(), &expected);
}

#[test]
fn trees_lanes_curves_and_failures_have_them_too() {
    let table = trials();
    let root = json!({"label": "", "option": null, "parent": null, "n": 0, "share": 0, "median": 0, "kind": "",
        "best": {"trial": 0, "loss": 0}});
    assert_shape(&space_tree(&table), &json!({"nodes": [root]}));
    let lanes = json!([{"worker": "", "spans": [[0]]}]);
    let expected = json!({"from": 0, "to": 0, "lanes": lanes, "truncated": "bool"});
    assert_shape(&timeline(&table, None, 9_999.0, 5), &expected);
    let reasons = json!([{"reason": "", "n": 0, "examples": [{"trial": 0, "message": ""}]}]);
    let found = failures(&table, 3);
    assert_shape(&found, &json!({"reasons": reasons}));
    assert_eq!(serde_json::to_value(&found).unwrap()["reasons"][0]["reason"], "lease_expired");
    let curve = Curve { trial: 3, loss: Some(1.0), points: vec![(1, 2.0)] };
    let top = json!([{"trial": 0, "loss": 0, "steps": [0], "values": [0]}]);
    let band = json!([{"step": 0, "n": 0, "q10": 0, "q25": 0, "median": 0, "q75": 0, "q90": 0}]);
    assert_shape(&curves(&[curve], 1), &json!({"top": top, "band": band, "n_sampled": 0}));
    let axis = json!({"scale": "log", "integer": false, "low": 0.001, "high": 1.0, "axis_low": 0.001, "axis_high": 1.0,
        "step": null});
    assert_eq!(serde_json::to_value(Axis::of(&table.space().parameters()[1])).unwrap(), axis);
}
