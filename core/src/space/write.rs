//! The written form of a tree.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::{ChoiceNode, ChoiceOption, Distribution, Node, ParameterNode};

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Constant(value @ (Value::Array(_) | Value::Object(_))) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("type", "constant")?;
                map.serialize_entry("value", value)?;
                map.end()
            }
            Self::Constant(scalar) => scalar.serialize(serializer),
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(entries) if needs_escape(entries) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("type", "map")?;
                map.serialize_entry("entries", &Entries(entries))?;
                map.end()
            }
            Self::Map(entries) => Entries(entries).serialize(serializer),
            Self::Parameter(parameter) => parameter.serialize(serializer),
            Self::Choice(choice) => choice.serialize(serializer),
        }
    }
}

/// Whether this map, written plainly, would be read as something else.
fn needs_escape(entries: &[(String, Node)]) -> bool {
    entries.iter().any(|(key, _)| key == "type")
        || entries.iter().any(|(key, node)| key == "form" && *node == Node::Constant("hyperopt".into()))
}

/// A map in its order.
struct Entries<'a>(&'a [(String, Node)]);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, node)| (key, node)))
    }
}

impl Serialize for ParameterNode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", kind_of(&self.distribution))?;
        if let Some(label) = &self.label {
            map.serialize_entry("label", label)?;
        }
        write_fields(&self.distribution, &mut map)?;
        map.end()
    }
}

const fn kind_of(distribution: &Distribution) -> &'static str {
    match distribution {
        Distribution::Uniform { .. } => "uniform",
        Distribution::QUniform { .. } => "quniform",
        Distribution::LogUniform { .. } => "loguniform",
        Distribution::QLogUniform { .. } => "qloguniform",
        Distribution::Normal { .. } => "normal",
        Distribution::QNormal { .. } => "qnormal",
        Distribution::LogNormal { .. } => "lognormal",
        Distribution::QLogNormal { .. } => "qlognormal",
        Distribution::UniformInt { .. } => "uniformint",
        Distribution::RandInt { .. } => "randint",
        Distribution::Int { .. } => "int",
        Distribution::Float { .. } => "float",
        Distribution::Choice { .. } => "choice",
        Distribution::PChoice { .. } => "pchoice",
    }
}

impl Distribution {
    /// Its kind as the written form names it: `uniform`, `int`, `choice`, ...
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        kind_of(self)
    }
}

fn write_fields<M: SerializeMap>(distribution: &Distribution, map: &mut M) -> Result<(), M::Error> {
    match distribution {
        Distribution::Uniform { low, high } | Distribution::LogUniform { low, high } => {
            map.serialize_entry("low", low)?;
            map.serialize_entry("high", high)
        }
        Distribution::QUniform { low, high, q } | Distribution::QLogUniform { low, high, q } => {
            map.serialize_entry("low", low)?;
            map.serialize_entry("high", high)?;
            map.serialize_entry("q", q)
        }
        Distribution::Normal { mu, sigma } | Distribution::LogNormal { mu, sigma } => {
            map.serialize_entry("mu", mu)?;
            map.serialize_entry("sigma", sigma)
        }
        Distribution::QNormal { mu, sigma, q } | Distribution::QLogNormal { mu, sigma, q } => {
            map.serialize_entry("mu", mu)?;
            map.serialize_entry("sigma", sigma)?;
            map.serialize_entry("q", q)
        }
        Distribution::UniformInt { low, high } | Distribution::RandInt { low, high } => {
            map.serialize_entry("low", low)?;
            map.serialize_entry("high", high)
        }
        Distribution::Int { low, high, step, log } => {
            map.serialize_entry("low", low)?;
            map.serialize_entry("high", high)?;
            if *step != 1 {
                map.serialize_entry("step", step)?;
            }
            write_flag(*log, map)
        }
        Distribution::Float { low, high, step, log } => {
            map.serialize_entry("low", low)?;
            map.serialize_entry("high", high)?;
            if let Some(step) = step {
                map.serialize_entry("step", step)?;
            }
            write_flag(*log, map)
        }
        // A leaf never has these: `ParameterNode::distribution` says so, and the check of a space refuses them.
        Distribution::Choice { .. } | Distribution::PChoice { .. } => Ok(()),
    }
}

fn write_flag<M: SerializeMap>(log: bool, map: &mut M) -> Result<(), M::Error> {
    if log { map.serialize_entry("log", &true) } else { Ok(()) }
}

impl Serialize for ChoiceNode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let weighted = self.options.iter().any(|option| option.probability.is_some());
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", if weighted { "pchoice" } else { "choice" })?;
        if let Some(label) = &self.label {
            map.serialize_entry("label", label)?;
        }
        if self.named {
            map.serialize_entry("options", &Named(&self.options))?;
        } else {
            map.serialize_entry("options", &self.options)?;
        }
        map.end()
    }
}

/// The options of a named choice.
struct Named<'a>(&'a [ChoiceOption]);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|option| (&option.name, option)))
    }
}

impl Serialize for ChoiceOption {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(probability) = self.probability else {
            return self.node.serialize(serializer);
        };
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("p", &probability)?;
        map.serialize_entry("value", &self.node)?;
        map.end()
    }
}
