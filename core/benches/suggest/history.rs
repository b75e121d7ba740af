//! Spaces, and trials as a search makes them: half of them drawn at random, half ever closer around the best.

use tunewright_core::space::{
    ChoiceNode, ChoiceOption, Distribution, Node, Parameter, ParameterNode, Point, Space,
};
use tunewright_core::stream::Stream;
use tunewright_core::suggest::{Observation, Verdict};

/// So many parameters of ten kinds by turns.
pub fn space(parameters: usize) -> Space {
    let entries = (0..parameters).map(|index| (format!("p{index:03}"), node(index)));
    Space::try_from(Node::Map(entries.collect())).expect("a valid space")
}

fn node(index: usize) -> Node {
    let distribution = match index % 10 {
        0 => Distribution::Uniform { low: -5.0, high: 5.0 },
        1 => Distribution::LogUniform { low: 1e-5, high: 1.0 },
        2 => Distribution::Normal { mu: 0.0, sigma: 1.0 },
        3 => Distribution::Int { low: 1, high: 100, step: 1, log: false },
        4 => Distribution::LogUniform { low: 1e-3, high: 1e3 },
        5 => Distribution::LogNormal { mu: 0.0, sigma: 2.0 },
        6 => Distribution::Uniform { low: 0.0, high: 1.0 },
        7 => Distribution::QUniform { low: 0.0, high: 10.0, q: 0.5 },
        8 => Distribution::Int { low: 1, high: 4096, step: 1, log: true },
        _ => return choice(),
    };
    Node::Parameter(ParameterNode { label: None, distribution })
}

fn choice() -> Node {
    let option = |name: &str| ChoiceOption {
        name: name.to_owned(),
        probability: None,
        node: Node::Constant(serde_json::Value::Null),
    };
    let options = ["red", "green", "blue"].map(option).to_vec();
    Node::Choice(ChoiceNode { label: None, named: true, options })
}

/// The point of trial `number`.
pub fn point(space: &Space, number: u64) -> Point {
    let mut stream = Stream::new(1, number, "history");
    let width = if number.is_multiple_of(2) { 1.0 } else { 10.0 / (10 + number.min(1_000)) as f64 };
    let value = |parameter: &Parameter| {
        let unit = 0.5 + width * (stream.unit() - 0.5);
        (parameter.label.clone(), parameter.from_unit(unit))
    };
    space.parameters().iter().map(value).collect()
}

pub fn judged_draw(space: &Space, number: u64) -> Observation {
    judged(space, number, point(space, number))
}

/// The loss is the squared distance from the middle of the unit cube.
pub fn judged(space: &Space, number: u64, point: Point) -> Observation {
    let distance = |parameter: &Parameter| {
        let unit = point.get(&parameter.label).and_then(|value| parameter.to_unit(value));
        unit.map_or(0.0, |unit| (unit - 0.5) * (unit - 0.5))
    };
    let loss = space.parameters().iter().map(distance).sum();
    Observation::new(number, point, Verdict::Completed { loss })
}
