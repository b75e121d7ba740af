//! Random spaces and points, for property tests.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ChoiceNode, ChoiceOption, Distribution, Node, ParamValue, Parameter, ParameterNode};
use super::{Point, Space};

/// Valid spaces of up to some dozens of parameters: all kinds, nested choices of both forms, shared parameters,
/// awkward keys and constants.
pub fn spaces() -> impl Strategy<Value = Space> {
    (parameter(), trees()).prop_filter_map("labels of random trees may collide", |(parameter, tree)| {
        // At least one parameter.
        Space::try_from(Node::Map(vec![("first".to_owned(), parameter), ("rest".to_owned(), tree)])).ok()
    })
}

/// Valid spaces without any continuous or unbounded parameter, most of them small.
pub fn finite_spaces() -> impl Strategy<Value = Space> {
    let leaves = prop_oneof![
        1 => scalar().prop_map(Node::Constant),
        3 => finite_distributions().prop_map(leaf),
        1 => Just(shared_parameter()),
        1 => Just(shared_choice()),
    ];
    let tree = leaves.prop_recursive(3, 8, 3, branches);
    (finite_distributions(), tree).prop_filter_map("labels of random trees may collide", |(first, tree)| {
        Space::try_from(Node::Map(vec![("first".to_owned(), leaf(first)), ("rest".to_owned(), tree)])).ok()
    })
}

/// Full points of this space, spread over all its branches but not drawn from its distributions.
pub fn points(space: &Space) -> impl Strategy<Value = Point> + use<> {
    let space = space.clone();
    vec(0.0..=1.0, space.parameters().len()).prop_map(move |units| point_at(&space, &units))
}

/// The full point with, for each parameter, the value about this fraction of the way through its range.
#[must_use]
pub fn point_at(space: &Space, units: &[f64]) -> Point {
    let mut point = Point::default();
    let mut chosen = Vec::new();
    for (index, (parameter, unit)) in space.parameters().iter().zip(units).enumerate() {
        if !space.is_active(index, |parent: usize| chosen[parent]) {
            chosen.push(None);
            continue;
        }
        let value = value_at(parameter, *unit);
        chosen.push(parameter.option_index(&value));
        point.set(&*parameter.label, value);
    }
    point
}

/// The value of a parameter about this fraction (0 to 1) of the way through its range.
#[must_use]
pub fn value_at(parameter: &Parameter, unit: f64) -> ParamValue {
    let between = |low: f64, high: f64| (low + unit * (high - low)).clamp(low, high);
    let position = |count: usize| ((unit * count as f64) as usize).min(count - 1);
    let rounded = |value: f64, q: f64| ParamValue::Float((value / q).round() * q);
    match parameter.distribution {
        Distribution::Uniform { low, high }
        | Distribution::LogUniform { low, high }
        | Distribution::Float { low, high, step: None, .. } => ParamValue::Float(between(low, high)),
        Distribution::Float { low, high, step: Some(step), .. } => {
            let steps = ((high - low) / step).floor();
            ParamValue::Float((low + (unit * steps).round() * step).min(high))
        }
        Distribution::QUniform { low, high, q } | Distribution::QLogUniform { low, high, q } => {
            rounded(between(low, high), q)
        }
        Distribution::Normal { mu, sigma } => ParamValue::Float(mu + (unit - 0.5) * sigma),
        Distribution::QNormal { mu, sigma, q } => rounded(mu + (unit - 0.5) * sigma, q),
        Distribution::LogNormal { mu, sigma } => ParamValue::Float((mu + (unit - 0.5) * sigma).exp()),
        Distribution::QLogNormal { mu, sigma, q } => rounded((mu + (unit - 0.5) * sigma).exp(), q),
        Distribution::UniformInt { low, high } => ParamValue::Int(between(low as f64, high as f64) as i64),
        Distribution::RandInt { low, high } => ParamValue::Int(between(low as f64, (high - 1) as f64) as i64),
        Distribution::Int { low, high, step, .. } => {
            let steps = (high - low) / step;
            ParamValue::Int(low + (unit * steps as f64).round() as i64 * step)
        }
        Distribution::Choice { .. } | Distribution::PChoice { .. } => {
            ParamValue::Option(parameter.options[position(parameter.options.len())].clone())
        }
    }
}

/// Numeric distributions of all kinds, with bounds that pass the check.
pub fn distributions() -> impl Strategy<Value = Distribution> {
    prop_oneof![continuous_distributions(), finite_distributions()]
}

fn continuous_distributions() -> impl Strategy<Value = Distribution> {
    prop_oneof![
        range().prop_map(|(low, high)| Distribution::Uniform { low, high }),
        range().prop_map(|(low, high)| Distribution::Float { low, high, step: None, log: false }),
        log_range().prop_map(|(low, high)| Distribution::Float { low, high, step: None, log: true }),
        log_range().prop_map(|(low, high)| Distribution::LogUniform { low, high }),
        (-10.0..10.0, 0.01..5.0).prop_map(|(mu, sigma)| Distribution::Normal { mu, sigma }),
        (-10.0..10.0, 0.01..5.0, 0.01..3.0).prop_map(|(mu, sigma, q)| Distribution::QNormal { mu, sigma, q }),
        (-3.0..3.0, 0.01..2.0).prop_map(|(mu, sigma)| Distribution::LogNormal { mu, sigma }),
        (-3.0..3.0, 0.01..2.0, 0.01..3.0).prop_map(|(mu, sigma, q)| Distribution::QLogNormal {
            mu,
            sigma,
            q
        }),
    ]
}

/// Numeric distributions with finitely many values, up to some hundreds.
pub fn finite_distributions() -> impl Strategy<Value = Distribution> {
    let low_and_width = || (-20i64..20, 1i64..30);
    prop_oneof![
        (range(), 0.1..3.0).prop_map(|((low, high), q)| Distribution::QUniform { low, high, q }),
        (0.01..3.0, 0.1..30.0, 0.5..3.0).prop_map(|(low, width, q)| Distribution::QLogUniform {
            low,
            high: low + width,
            q
        }),
        low_and_width().prop_map(|(low, width)| Distribution::UniformInt { low, high: low + width }),
        low_and_width().prop_map(|(low, width)| Distribution::RandInt { low, high: low + width }),
        (low_and_width(), 1i64..30).prop_map(|((low, width), step)| Distribution::Int {
            low,
            high: low + width,
            step: step.min(width),
            log: false
        }),
        (1i64..20, 1i64..30).prop_map(|(low, width)| Distribution::Int {
            low,
            high: low + width,
            step: 1,
            log: true
        }),
        (range(), 0.05..1.0).prop_map(|((low, high), part)| Distribution::Float {
            low,
            high,
            step: Some((high - low) * part),
            log: false
        }),
    ]
}

fn range() -> impl Strategy<Value = (f64, f64)> {
    (-20.0..20.0, 0.1..30.0).prop_map(|(low, width)| (low, low + width))
}

fn log_range() -> impl Strategy<Value = (f64, f64)> {
    (-12.0..5.0f64, 0.1..10.0f64).prop_map(|(low, width)| (low.exp(), (low + width).exp()))
}

fn leaf(distribution: Distribution) -> Node {
    Node::Parameter(ParameterNode { label: None, distribution })
}

fn parameter() -> impl Strategy<Value = Node> {
    distributions().prop_map(leaf)
}

/// Always defined alike, so that any number of places may share it.
fn shared_parameter() -> Node {
    let distribution = Distribution::Int { low: 1, high: 4, step: 1, log: false };
    Node::Parameter(ParameterNode { label: Some("shared".to_owned()), distribution })
}

fn shared_choice() -> Node {
    let label = Some("shared_mode".to_owned());
    let inside = Node::Map(vec![("depth".to_owned(), leaf(Distribution::RandInt { low: 0, high: 3 }))]);
    let options = [Node::Constant("off".into()), inside, shared_parameter()];
    Node::Choice(ChoiceNode { label, ..ChoiceNode::listed(options) })
}

/// Trees that may hold no parameter at all.
fn trees() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        2 => scalar().prop_map(Node::Constant),
        1 => Just(Node::Constant(json!({"type": "uniform", "deep": [1, {"a": null}]}))),
        1 => Just(Node::Constant(json!([]))),
        6 => parameter(),
        1 => Just(shared_parameter()),
        1 => Just(shared_choice()),
    ];
    leaf.prop_recursive(4, 24, 4, branches)
}

fn branches(inner: BoxedStrategy<Node>) -> impl Strategy<Value = Node> {
    let weighted = (named_nodes(inner.clone(), 1), any::<bool>(), vec(1u32..10, 4));
    prop_oneof![
        vec(inner.clone(), 0..4).prop_map(Node::List),
        named_nodes(inner.clone(), 0).prop_map(Node::Map),
        vec(inner.clone(), 1..4).prop_map(|options| Node::Choice(ChoiceNode::listed(options))),
        named_nodes(inner, 1).prop_map(|options| Node::Choice(ChoiceNode::named(options))),
        weighted.prop_map(|(options, named, weights)| {
            let choice = if named {
                ChoiceNode::named(options)
            } else {
                ChoiceNode::listed(options.into_iter().map(|(_, node)| node))
            };
            let sum: u32 = weights.iter().take(choice.options.len()).sum();
            let p = |weight: u32| Some(f64::from(weight) / f64::from(sum));
            let weigh = |(option, weight)| ChoiceOption { probability: p(weight), ..option };
            let options = choice.options.into_iter().zip(weights).map(weigh).collect();
            Node::Choice(ChoiceNode { options, ..choice })
        }),
    ]
}

/// Entries with distinct keys in any order.
fn named_nodes(inner: BoxedStrategy<Node>, least: usize) -> impl Strategy<Value = Vec<(String, Node)>> {
    const KEYS: [&str; 12] =
        ["a", "b", "learning rate", "type", "form", "value", "entries", "0", "true", "größe", "~", "x: y"];
    btree_map(prop::sample::select(&KEYS[..]), inner, least..4)
        .prop_map(|entries| entries.into_iter().map(|(key, node)| (key.to_owned(), node)).collect::<Vec<_>>())
        .prop_shuffle()
}

/// Constants, among them those that look like something else in YAML.
fn scalar() -> impl Strategy<Value = Value> {
    const TEXTS: [&str; 14] =
        ["", "rbf", "true", "no", "1", "1e3", ".nan", "null", "~", " a ", "a: b", "- x", "#", "hyperopt"];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        prop::sample::select(&TEXTS[..]).prop_map(Value::from),
        "[a-zäé🎲\n\t]{0,6}".prop_map(Value::from),
    ]
}
