//! One clear error for each kind of bad point, naming the label and what its value must be.

use serde_json::{Value, json};
use tunewright_core::space::{ParamValue, Point, Space};

use crate::{option, point, space};

fn model() -> Space {
    space(
        "
model:
  type: choice
  options:
    svm:
      C: {type: loguniform, low: 0.001, high: 1000}
      momentum: {type: uniform, low: 0, high: 1, label: momentum}
    knn: {k: {type: int, low: 1, high: 15, step: 2}}
    mlp:
      momentum: {type: uniform, low: 0, high: 1, label: momentum}
lr: {type: float, low: 0.1, high: 0.5, step: 0.1}
drop: {type: quniform, low: 0, high: 1, q: 0.25}
seed: {type: randint, high: 10}
",
    )
}

const COMMON: &str = r#""lr": 0.3, "drop": 0.25, "seed": 3"#;

fn full(more: &str) -> Value {
    serde_json::from_str(&format!("{{{COMMON}, {more}}}")).expect("is JSON")
}

#[test]
fn values_of_the_wrong_kind_or_out_of_range() {
    for (label, value, message) in [
        ("lr", json!(0.7), "must be a number from 0.1 to 0.5 in steps of 0.1, not `0.7`"),
        ("lr", json!(0.25), "must be a number from 0.1 to 0.5 in steps of 0.1, not `0.25`"),
        ("lr", json!("0.3"), "must be a number from 0.1 to 0.5 in steps of 0.1, not `\"0.3\"`"),
        ("lr", Value::Null, "must be a number from 0.1 to 0.5 in steps of 0.1, not `null`"),
        ("drop", json!(0.3), "must be a number from 0 to 1 rounded to a multiple of 0.25, not `0.3`"),
        ("drop", json!(1.25), "must be a number from 0 to 1 rounded to a multiple of 0.25, not `1.25`"),
        ("seed", json!(10), "must be an integer from 0 to 9, not `10`"),
        ("seed", json!(-1), "must be an integer from 0 to 9, not `-1`"),
        ("seed", json!(1.5), "must be an integer from 0 to 9, not `1.5`"),
        ("seed", json!(u64::MAX), "must be an integer from 0 to 9, not `18446744073709551615`"),
        ("seed", json!([3]), "must be an integer from 0 to 9, not `[3]`"),
        ("model", json!("SVM"), "must be `svm`, `knn` or `mlp`, not `SVM`"),
        ("model", json!(0), "must be `svm`, `knn` or `mlp`, not `0`"),
        ("model.knn.k", json!(4), "must be an integer from 1 to 15 in steps of 2, not `4`"),
        ("model.svm.C", json!(0.0), "must be a number from 0.001 to 1000, not `0.0`"),
        ("modle", json!("svm"), "is no parameter of the space"),
    ] {
        let refusal = model().read_point(&json!({ label: value })).unwrap_err();
        assert_eq!(refusal.to_string(), format!("{label}: {message}"));
    }
    let hint = |label: &str| model().read_point(&json!({ label: 1 })).unwrap_err().hint.unwrap();
    assert_eq!(hint("modle"), "did you mean `model`?");
    assert!(hint("something else").starts_with("the parameters are `model`, `model.svm.C`, "));
    for value in [json!([]), json!("svm"), Value::Null] {
        let refusal = model().read_point(&value).unwrap_err();
        assert_eq!(refusal.to_string(), "point: must be a map of values by label");
    }
}

#[test]
fn checks_do_not_trust_points_from_elsewhere() {
    let space = model();
    let good = point(&space, &full(r#""model": "knn", "model.knn.k": 3"#));
    assert_eq!(space.check(&good), Ok(()));
    for (label, value, message) in [
        ("lr", ParamValue::Float(f64::NAN), "must be a number from 0.1 to 0.5 in steps of 0.1, not `NaN`"),
        (
            "lr",
            ParamValue::Float(f64::INFINITY),
            "must be a number from 0.1 to 0.5 in steps of 0.1, not `inf`",
        ),
        ("lr", ParamValue::Int(1), "must be a number from 0.1 to 0.5 in steps of 0.1, not `1`"),
        ("seed", ParamValue::Float(3.0), "must be an integer from 0 to 9, not `3.0`"),
        ("seed", option("3"), "must be an integer from 0 to 9, not `3`"),
        ("model", option("forest"), "must be `svm`, `knn` or `mlp`, not `forest`"),
        ("model", ParamValue::Int(0), "must be `svm`, `knn` or `mlp`, not `0`"),
        ("nothing", ParamValue::Int(0), "is no parameter of the space"),
    ] {
        let mut bad = good.clone();
        bad.set(label, value);
        let refusal = space.check(&bad).unwrap_err();
        assert_eq!(refusal.to_string(), format!("{label}: {message}"));
        assert_eq!(space.check_partial(&bad), Err(refusal.clone()));
        assert_eq!(space.instantiate(&bad), Err(refusal));
    }
}

#[test]
fn missing_and_inactive_values() {
    let space = model();
    for (values, message) in [
        (full(r#""model": "knn""#), "model.knn.k: is missing"),
        (full(r#""model.knn.k": 3"#), "model: is missing"),
        (
            full(r#""model": "knn", "model.knn.k": 3, "model.svm.C": 1"#),
            "model.svm.C: must be absent unless `model` is `svm`",
        ),
        (
            full(r#""model": "knn", "model.knn.k": 3, "momentum": 0.5"#),
            "momentum: must be absent unless `model` is `svm` or `model` is `mlp`",
        ),
    ] {
        assert_eq!(space.check(&point(&space, &values)).unwrap_err().to_string(), message);
    }
    assert_eq!(space.check(&Point::default()).unwrap_err().to_string(), "model: is missing");
}

#[test]
fn partial_points_may_leave_open_but_not_contradict() {
    let space = model();
    let partial = |values: Value| space.check_partial(&point(&space, &values)).map_err(|r| r.to_string());
    assert_eq!(partial(json!({})), Ok(()));
    assert_eq!(partial(json!({"lr": 0.2})), Ok(()));
    assert_eq!(partial(json!({"model": "svm"})), Ok(()));
    assert_eq!(partial(json!({"model.knn.k": 5})), Ok(()));
    assert_eq!(partial(json!({"momentum": 0.5})), Ok(()));
    assert_eq!(
        partial(json!({"model": "svm", "model.knn.k": 5})),
        Err("model.knn.k: must be absent unless `model` is `knn`".to_owned())
    );
    assert_eq!(
        partial(json!({"model.svm.C": 1, "model.knn.k": 5})),
        Err("model.svm.C: must be absent unless `model` is `svm`".to_owned())
    );
    assert_eq!(
        partial(json!({"momentum": 0.5, "model.knn.k": 5})),
        Err("momentum: must be absent unless `model` is `svm` or `model` is `mlp`".to_owned())
    );
}

#[test]
fn partial_points_imply_the_choices_they_need() {
    let space = space(
        "
model:
  type: choice
  options:
    svm:
      kernel: {type: choice, options: {rbf: {gamma: {type: uniform, low: 0, high: 1}}, linear: null}}
    none: null
",
    );
    let gamma = json!({"model.svm.kernel.rbf.gamma": 0.5});
    let implied = space.implied(&point(&space, &gamma)).unwrap();
    assert_eq!(implied.get("model"), Some(&option("svm")));
    assert_eq!(implied.get("model.svm.kernel"), Some(&option("rbf")));
    assert_eq!(space.check(&implied), Ok(()));
    let contradiction = json!({"model": "none", "model.svm.kernel.rbf.gamma": 0.5});
    let refusal = space.implied(&point(&space, &contradiction)).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "model.svm.kernel.rbf.gamma: must be absent unless `model.svm.kernel` is `rbf`"
    );
}
