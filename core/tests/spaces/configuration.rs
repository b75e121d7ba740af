//! What a training script gets.

use serde_json::{Value, json};

use crate::{point, space};

fn configuration(yaml: &str, values: &Value) -> Value {
    let space = space(yaml);
    space.instantiate(&point(&space, values)).expect("is a full point")
}

#[test]
fn the_structure_is_kept_and_inactive_branches_are_absent() {
    let yaml = "
model:
  type: choice
  options:
    svm: {C: {type: loguniform, low: 0.001, high: 1000}, probability: true}
    forest: {trees: {type: int, low: 10, high: 500}}
layers: [{type: randint, low: 1, high: 9}, 16]
optimizer: sgd
";
    assert_eq!(
        configuration(yaml, &json!({"model": "forest", "model.forest.trees": 50, "layers.0": 3})),
        json!({"model": {"name": "forest", "trees": 50}, "layers": [3, 16], "optimizer": "sgd"})
    );
    assert_eq!(
        configuration(yaml, &json!({"model": "svm", "model.svm.C": 1, "layers.0": 3})),
        json!({"model": {"name": "svm", "C": 1.0, "probability": true}, "layers": [3, 16], "optimizer": "sgd"})
    );
}

#[test]
fn a_listed_choice_is_exactly_its_option() {
    let yaml = "{type: choice, options: [relu, 16, 0.5, true, null, [1, 2], {a: {type: randint, high: 5}}]}";
    for (values, expected) in [
        (json!({"value": "relu"}), json!("relu")),
        (json!({"value": "16"}), json!(16)),
        (json!({"value": "0.5"}), json!(0.5)),
        (json!({"value": "true"}), json!(true)),
        (json!({"value": "null"}), Value::Null),
        (json!({"value": "5"}), json!([1, 2])),
        (json!({"value": "6", "6.a": 2}), json!({"a": 2})),
    ] {
        assert_eq!(configuration(yaml, &values), expected);
    }
}

#[test]
fn named_options_of_all_shapes() {
    let yaml = "
type: choice
options:
  map: {a: 1}
  empty: {}
  nothing: null
  scalar: 5
  list: [1, 2]
  number: {type: randint, high: 5}
  choice: {type: choice, options: [x, null]}
  constant: {type: constant, value: {a: 1}}
";
    for (values, expected) in [
        (json!({"value": "map"}), json!({"name": "map", "a": 1})),
        (json!({"value": "empty"}), json!({"name": "empty"})),
        (json!({"value": "nothing"}), json!({"name": "nothing"})),
        (json!({"value": "scalar"}), json!({"name": "scalar", "value": 5})),
        (json!({"value": "list"}), json!({"name": "list", "value": [1, 2]})),
        (json!({"value": "number", "number": 4}), json!({"name": "number", "value": 4})),
        (json!({"value": "choice", "choice": "x"}), json!({"name": "choice", "value": "x"})),
        (json!({"value": "choice", "choice": "null"}), json!({"name": "choice", "value": null})),
        (json!({"value": "constant"}), json!({"name": "constant", "value": {"a": 1}})),
    ] {
        assert_eq!(configuration(yaml, &values), expected);
    }
}

#[test]
fn integers_stay_integers_and_floats_floats() {
    let yaml = "
uniformint: {type: uniformint, low: 0, high: 5}
randint: {type: randint, high: 5}
int: {type: int, low: 0, high: 5}
quniform: {type: quniform, low: 0, high: 5, q: 1}
float: {type: float, low: 0, high: 5, step: 1}
";
    let values = json!({"uniformint": 2.0, "randint": 2, "int": 2.0, "quniform": 2, "float": 2});
    let text = configuration(yaml, &values);
    for (key, number) in
        [("uniformint", "2"), ("randint", "2"), ("int", "2"), ("quniform", "2.0"), ("float", "2.0")]
    {
        assert_eq!(text[key].to_string(), number, "{key}");
    }
}

#[test]
fn a_shared_parameter_stands_in_all_its_places() {
    let yaml = "
a: {lr: {type: uniform, low: 0, high: 1, label: lr}}
b: {lr: {type: uniform, low: 0, high: 1, label: lr}}
";
    assert_eq!(configuration(yaml, &json!({"lr": 0.5})), json!({"a": {"lr": 0.5}, "b": {"lr": 0.5}}));
}

#[test]
fn a_space_may_be_a_single_parameter() {
    assert_eq!(configuration("{type: int, low: 0, high: 5}", &json!({"value": 3})), json!(3));
}
