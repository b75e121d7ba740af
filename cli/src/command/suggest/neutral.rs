//! The neutral form of a space: a flat list of parameters with conditions.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use tunewright_core::Refusal;
use tunewright_core::space::{
    ChoiceNode, ChoiceOption, Distribution, NODES_MAX, Node, ParamValue, ParameterNode, Point, Space,
};

/// A parameter as it is written. Bounds are inclusive and real values, `mu` and `sigma` of a lognormal those of the
/// logarithm.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct NeutralParameter {
    name: String,
    #[serde(flatten)]
    kind: Kind,
    /// Active only if that earlier categorical parameter is active and has one of these values.
    when: Option<When>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Kind {
    Uniform { low: f64, high: f64 },
    LogUniform { low: f64, high: f64 },
    QUniform { low: f64, high: f64, q: f64 },
    Int { low: i64, high: i64 },
    LogInt { low: i64, high: i64 },
    Normal { mu: f64, sigma: f64 },
    LogNormal { mu: f64, sigma: f64 },
    Categorical { choices: Vec<Value> },
}

#[derive(Clone, Debug, Deserialize)]
struct When {
    param: String,
    #[serde(rename = "in")]
    values: Vec<Value>,
}

/// A neutral space as one of ours, and the way back.
#[derive(Debug)]
pub(super) struct Translation {
    pub space: Space,
    /// By name of a categorical parameter: its values, in the order of our options, with our options' names.
    values: BTreeMap<String, Vec<(String, Value)>>,
}

impl Translation {
    /// Hangs every parameter under the options that its condition names; one with several stands under each, as a
    /// shared parameter.
    pub fn new(parameters: &[NeutralParameter]) -> Result<Self, Refusal> {
        let mut values = BTreeMap::new();
        for (position, parameter) in parameters.iter().enumerate() {
            check_condition(&parameters[..position], parameter)?;
            if let Kind::Categorical { choices } = &parameter.kind {
                values.insert(parameter.name.clone(), named(choices));
            }
        }
        let root = Tree { parameters, values: &values, nodes: 0 }.under(None)?;
        Ok(Self { space: Space::try_from(root)?, values })
    }

    /// A point as the other side reads it.
    pub fn written(&self, point: &Point) -> Value {
        let value = |label: &str, value: &ParamValue| match value {
            ParamValue::Int(value) => Value::from(*value),
            ParamValue::Float(value) => Value::from(*value),
            ParamValue::Option(name) => self
                .values
                .get(label)
                .and_then(|values| values.iter().find(|(option, _)| option == name))
                .map_or(Value::Null, |(_, value)| value.clone()),
        };
        point.iter().map(|(label, of)| (label.to_owned(), value(label, of))).collect()
    }

    /// A full point as the other side wrote it.
    pub fn read(&self, point: &Value) -> Result<Point, Refusal> {
        let mut point = point.clone();
        for (label, values) in &self.values {
            if let Some(value) = point.get_mut(label) {
                let Some((option, _)) = values.iter().find(|(_, of)| of == value) else {
                    return Err(Refusal::invalid(
                        label,
                        format!("must be one of its choices, not `{value}`"),
                    ));
                };
                *value = Value::from(option.as_str());
            }
        }
        let point = self.space.read_point(&point)?;
        self.space.check(&point)?;
        Ok(point)
    }
}

fn check_condition(earlier: &[NeutralParameter], parameter: &NeutralParameter) -> Result<(), Refusal> {
    let name = &parameter.name;
    if earlier.iter().any(|other| other.name == *name) {
        return Err(Refusal::invalid(name, "must be there only once"));
    }
    let Some(when) = &parameter.when else { return Ok(()) };
    let parent = earlier.iter().find(|other| other.name == when.param);
    let Some(Kind::Categorical { choices }) = parent.map(|parent| &parent.kind) else {
        let message = format!("`{}` must be an earlier categorical parameter", when.param);
        return Err(Refusal::invalid(format!("{name}.when.param"), message));
    };
    match when.values.iter().find(|value| !choices.contains(value)) {
        Some(value) => {
            let message = format!("`{value}` must be one of the choices of `{}`", when.param);
            Err(Refusal::invalid(format!("{name}.when.in"), message))
        }
        None => Ok(()),
    }
}

/// Choices with names for our options: their text, or their positions if texts are not unique (1 and "1").
fn named(choices: &[Value]) -> Vec<(String, Value)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut texts: Vec<_> = choices.iter().map(text).collect();
    texts.sort();
    texts.dedup();
    let are_unique = texts.len() == choices.len();
    let name = |(position, value): (usize, &Value)| {
        (if are_unique { text(value) } else { position.to_string() }, value.clone())
    };
    choices.iter().enumerate().map(name).collect()
}

struct Tree<'a> {
    parameters: &'a [NeutralParameter],
    values: &'a BTreeMap<String, Vec<(String, Value)>>,
    /// How many nodes were made: shared choices in shared choices multiply.
    nodes: usize,
}

impl Tree<'_> {
    /// The parameters that hang under this value of this parameter.
    fn under(&mut self, switch: Option<(&str, &Value)>) -> Result<Node, Refusal> {
        let mut entries = Vec::new();
        for parameter in self.parameters {
            let hangs_here = match (&parameter.when, switch) {
                (None, None) => true,
                (Some(when), Some((param, value))) => when.param == param && when.values.contains(value),
                _ => false,
            };
            if hangs_here {
                entries.push((parameter.name.clone(), self.node(parameter)?));
            }
        }
        Ok(Node::Map(entries))
    }

    fn node(&mut self, parameter: &NeutralParameter) -> Result<Node, Refusal> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(Refusal::invalid("space", format!("must have at most {NODES_MAX} nodes as a tree")));
        }
        let label = Some(parameter.name.clone());
        let distribution = match parameter.kind {
            Kind::Uniform { low, high } => Distribution::Uniform { low, high },
            Kind::LogUniform { low, high } => Distribution::LogUniform { low, high },
            Kind::QUniform { low, high, q } => Distribution::Float { low, high, step: Some(q), log: false },
            Kind::Int { low, high } => Distribution::Int { low, high, step: 1, log: false },
            Kind::LogInt { low, high } => Distribution::Int { low, high, step: 1, log: true },
            Kind::Normal { mu, sigma } => Distribution::Normal { mu, sigma },
            Kind::LogNormal { mu, sigma } => Distribution::LogNormal { mu, sigma },
            Kind::Categorical { .. } => {
                let mut options = Vec::new();
                for (name, value) in self.values.get(&parameter.name).into_iter().flatten() {
                    let node = self.under(Some((&parameter.name, value)))?;
                    options.push(ChoiceOption { name: name.clone(), probability: None, node });
                }
                return Ok(Node::Choice(ChoiceNode { label, named: true, options }));
            }
        };
        Ok(Node::Parameter(ParameterNode { label, distribution }))
    }
}
