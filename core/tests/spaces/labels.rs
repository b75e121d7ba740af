//! How parameters are called, and which are one and the same.

use tunewright_core::space::{Activation, Distribution, Space};

use crate::{labels, refusal, space};

fn activation<'a>(space: &'a Space, label: &str) -> &'a Activation {
    &space.parameters()[space.index_of(label).expect("is a label")].activation
}

fn options(yaml: &str) -> Vec<String> {
    space(yaml).parameters()[0].options.clone()
}

#[test]
fn the_path_is_the_label() {
    let space = space(
        "
lr: {type: uniform, low: 0, high: 1}
layers: [{units: {type: randint, high: 9}}, {type: randint, high: 9}]
model:
  type: choice
  options:
    svm: {C: {type: uniform, low: 0, high: 1}}
    depth: {type: randint, high: 9}
tree: {type: choice, options: [none, {leaves: {type: randint, high: 9}}]}
own: {type: uniform, low: 0, high: 1, label: my label}
",
    );
    assert_eq!(
        labels(&space),
        [
            "lr",
            "layers.0.units",
            "layers.1",
            "model",
            "model.svm.C",
            "model.depth",
            "tree",
            "tree.1.leaves",
            "my label"
        ]
    );
    assert_eq!(*activation(&space, "lr"), Activation::Always);
    assert_eq!(*activation(&space, "model.depth"), Activation::AnyOf(vec![(3, 1)]));
}

#[test]
fn a_root_parameter_is_called_value() {
    assert_eq!(labels(&space("{type: uniform, low: 0, high: 1}")), ["value"]);
    let choice = space("{type: choice, options: {svm: {C: {type: uniform, low: 0, high: 1}}}}");
    assert_eq!(labels(&choice), ["value", "svm.C"]);
}

#[test]
fn listed_options_are_called_by_their_text_or_position() {
    assert_eq!(
        options("{type: choice, options: [a, 3, 0.5, true, null, [1], {b: 2}]}"),
        ["a", "3", "0.5", "true", "null", "5", "6"]
    );
    // `1` is the text of one and the position of another.
    assert_eq!(options("{type: choice, options: [1, [2]]}"), ["0", "1"]);
    assert_eq!(options("{type: choice, options: [a, a]}"), ["0", "1"]);
    assert_eq!(options("{type: choice, options: [a, '1', 1]}"), ["0", "1", "2"]);
    assert_eq!(options("{type: choice, options: [a, '']}"), ["0", "1"]);
    assert_eq!(options(r#"{type: choice, options: [a, "x\ny"]}"#), ["0", "1"]);
}

#[test]
fn probabilities_are_normalised() {
    let third = 0.333_333_3;
    let yaml = format!(
        "{{type: pchoice, options: {{a: {{p: {third}, value: 1}}, b: {{p: {third}, value: 2}}, c: {{p: {third}, value: 3}}}}}}"
    );
    let Distribution::PChoice { probabilities } = space(&yaml).parameters()[0].distribution.clone() else {
        panic!("a pchoice is one")
    };
    assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-15);
    assert!((probabilities[0] - 1.0 / 3.0).abs() < 1e-15);
}

#[test]
fn one_label_and_definition_is_one_parameter() {
    let space = space(
        "
model:
  type: choice
  options:
    a: {lr: {type: uniform, low: 0, high: 1, label: lr}}
    b: {lr: {type: uniform, low: 0, high: 1, label: lr}}
    c: null
",
    );
    assert_eq!(labels(&space), ["model", "lr"]);
    assert_eq!(*activation(&space, "lr"), Activation::AnyOf(vec![(0, 0), (0, 1)]));
    assert!(space.is_active(1, |_| Some(1)));
    assert!(!space.is_active(1, |_| Some(2)));
    assert!(!space.is_active(1, |_| None));
}

#[test]
fn a_place_that_is_always_on_wins() {
    let space = space(
        "
- {type: choice, options: [x, {type: uniform, low: 0, high: 1, label: lr}]}
- {type: uniform, low: 0, high: 1, label: lr}
",
    );
    assert_eq!(*activation(&space, "lr"), Activation::Always);
}

#[test]
fn a_shared_parameter_comes_after_all_that_switch_it() {
    let space = space(
        "
first: {type: choice, options: {a: {lr: {type: uniform, low: 0, high: 1, label: lr}}, b: null}}
between: {type: randint, high: 3}
second: {type: choice, options: {a: null, b: {lr: {type: uniform, low: 0, high: 1, label: lr}}}}
last: {type: randint, high: 3}
",
    );
    assert_eq!(labels(&space), ["first", "between", "second", "lr", "last"]);
    assert_eq!(*activation(&space, "lr"), Activation::AnyOf(vec![(0, 0), (2, 1)]));
}

#[test]
fn a_shared_choice_shares_what_is_below_it() {
    let mode = "{type: choice, label: mode, options: {on: {k: {type: randint, high: 3}}, off: null}}";
    let space = space(&format!(
        "
outer:
  type: choice
  options:
    a: {{mode: {mode}}}
    b: {{deeper: {{mode: {mode}}}}}
    c: null
"
    ));
    assert_eq!(labels(&space), ["outer", "mode", "mode.on.k"]);
    assert_eq!(*activation(&space, "mode"), Activation::AnyOf(vec![(0, 0), (0, 1)]));
    assert_eq!(*activation(&space, "mode.on.k"), Activation::AnyOf(vec![(1, 0)]));
    let point = crate::point(&space, &serde_json::json!({"outer": "b", "mode": "on", "mode.on.k": 2}));
    assert_eq!(
        space.instantiate(&point).unwrap(),
        serde_json::json!({"outer": {"name": "b", "deeper": {"mode": {"name": "on", "k": 2}}}})
    );
}

#[test]
fn two_definitions_of_one_label_are_refused_with_both_paths() {
    let lr = |high: u32| format!(r#"{{"type": "uniform", "low": 0, "high": {high}, "label": "lr"}}"#);
    let refused = refusal(&format!(r#"{{"a": {{"x": {}}}, "b": {}}}"#, lr(1), lr(2)));
    assert_eq!(refused.to_string(), "space.b: label `lr` has another definition at `space.a.x`");
    assert_eq!(refused.hint.as_deref(), Some("places that share a label must be written alike"));

    let choice = r#"{"type": "choice", "options": [1, 2], "label": "lr"}"#;
    let refused = refusal(&format!(r#"[{}, {choice}]"#, lr(1)));
    assert_eq!(refused.to_string(), "space.1: label `lr` has another definition at `space.0`");
}

#[test]
fn paths_that_collide_are_not_shared_by_accident() {
    let leaf = r#"{"type": "uniform", "low": 0, "high": 1}"#;
    let refused = refusal(&format!(r#"{{"a.b": {leaf}, "a": {{"b": {leaf}}}}}"#));
    assert_eq!(refused.to_string(), "space.a.b: label `a.b` is also that of `space.a.b`");
    let given = r#"{"type": "uniform", "low": 0, "high": 1, "label": "x"}"#;
    let refused = refusal(&format!(r#"{{"x": {leaf}, "y": {given}}}"#));
    assert_eq!(refused.to_string(), "space.y: label `x` is also that of `space.x`");
    assert_eq!(refused.hint.as_deref(), Some("give one of the two a `label` of its own"));
}
