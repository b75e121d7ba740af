//! From a written document to a tree of nodes.

use serde::{Deserialize, Deserializer, de::Error};

use super::fields::{Fields, check_keys};
use super::path::Path;
use super::spelling::{cut, nearest};
use super::written::Written;
use super::{ChoiceNode, ChoiceOption, Distribution, Node, ParameterNode};
use crate::Refusal;

/// All that may stand after `type:`.
const KINDS: [&str; 17] = [
    "uniform",
    "quniform",
    "loguniform",
    "qloguniform",
    "normal",
    "qnormal",
    "lognormal",
    "qlognormal",
    "uniformint",
    "randint",
    "int",
    "float",
    "choice",
    "pchoice",
    "constant",
    "map",
    "list",
];

/// What the bounds of the log kinds are written as.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// Real values.
    Own,
    /// Logarithms, as in Hyperopt.
    Hyperopt,
}

/// Reads a document: a node, or `{form: hyperopt, space: NODE}`.
pub(super) fn read_document(document: &Written) -> Result<Node, Refusal> {
    let root = Path::root();
    if let Written::Map(entries) = document
        && entries.len() == 2
        && document.get("form") == Some(&Written::Text("hyperopt".to_owned()))
        && let Some(space) = document.get("space")
    {
        return Form::Hyperopt.node(space, &root);
    }
    Form::Own.node(document, &root)
}

impl Form {
    fn node(self, written: &Written, path: &Path) -> Result<Node, Refusal> {
        match written {
            Written::List(items) => self.list(items, path),
            Written::Map(entries) => match written.get("type") {
                Some(Written::Text(kind)) => self.kind(kind, written, path),
                _ => self.map(entries, path),
            },
            scalar => constant(scalar, path),
        }
    }

    fn list(self, items: &[Written], path: &Path) -> Result<Node, Refusal> {
        let item = |(index, item): (usize, &Written)| self.node(item, &path.child(&index.to_string()));
        items.iter().enumerate().map(item).collect::<Result<_, _>>().map(Node::List)
    }

    fn map(self, entries: &[(String, Written)], path: &Path) -> Result<Node, Refusal> {
        check_keys(entries, path)?;
        let entry = |(key, value): &(String, Written)| Ok((key.clone(), self.node(value, &path.child(key))?));
        entries.iter().map(entry).collect::<Result<_, _>>().map(Node::Map)
    }

    /// A map whose `type` is a string.
    fn kind(self, kind: &str, written: &Written, path: &Path) -> Result<Node, Refusal> {
        match kind {
            "choice" | "pchoice" => self.choice(kind, written, path).map(Node::Choice),
            "constant" => {
                constant(Fields::new(written, path, kind, &["type", "value"])?.required("value")?, path)
            }
            "map" => match Fields::new(written, path, kind, &["type", "entries"])?.required("entries")? {
                Written::Map(entries) => self.map(entries, path),
                other => Err(path.refuse(format!("entries must be a map, not {}", other.what()))),
            },
            "list" => match Fields::new(written, path, kind, &["type", "items"])?.required("items")? {
                Written::List(items) => self.list(items, path),
                other => Err(path.refuse(format!("items must be a list, not {}", other.what()))),
            },
            _ => self.parameter(kind, written, path).map(Node::Parameter),
        }
    }

    fn parameter(self, kind: &str, written: &Written, path: &Path) -> Result<ParameterNode, Refusal> {
        let known: &[&str] = match kind {
            "uniform" | "loguniform" | "uniformint" | "randint" => &["type", "low", "high", "label"],
            "quniform" | "qloguniform" => &["type", "low", "high", "q", "label"],
            "normal" | "lognormal" => &["type", "mu", "sigma", "label"],
            "qnormal" | "qlognormal" => &["type", "mu", "sigma", "q", "label"],
            "int" | "float" => &["type", "low", "high", "step", "log", "label"],
            _ => return Err(unknown_kind(kind, path)),
        };
        let fields = Fields::new(written, path, kind, known)?;
        Ok(ParameterNode {
            label: fields.text("label")?,
            distribution: self.distribution(kind, &fields, path)?,
        })
    }

    fn distribution(self, kind: &str, fields: &Fields<'_>, path: &Path) -> Result<Distribution, Refusal> {
        let number = |name| fields.number(name);
        let integer = |name| fields.integer(name);
        let log_bound = |name| self.log_bound(name, number(name)?, path);
        Ok(match kind {
            "uniform" => Distribution::Uniform { low: number("low")?, high: number("high")? },
            "quniform" => {
                Distribution::QUniform { low: number("low")?, high: number("high")?, q: number("q")? }
            }
            "loguniform" => Distribution::LogUniform { low: log_bound("low")?, high: log_bound("high")? },
            "qloguniform" => Distribution::QLogUniform {
                low: log_bound("low")?,
                high: log_bound("high")?,
                q: number("q")?,
            },
            "normal" => Distribution::Normal { mu: number("mu")?, sigma: number("sigma")? },
            "qnormal" => {
                Distribution::QNormal { mu: number("mu")?, sigma: number("sigma")?, q: number("q")? }
            }
            "lognormal" => Distribution::LogNormal { mu: number("mu")?, sigma: number("sigma")? },
            "qlognormal" => {
                Distribution::QLogNormal { mu: number("mu")?, sigma: number("sigma")?, q: number("q")? }
            }
            "uniformint" => Distribution::UniformInt { low: integer("low")?, high: integer("high")? },
            "randint" => {
                let low = if fields.get("low").is_some() { integer("low")? } else { 0 };
                Distribution::RandInt { low, high: integer("high")? }
            }
            "int" => {
                let step = if fields.get("step").is_some() { integer("step")? } else { 1 };
                Distribution::Int {
                    low: integer("low")?,
                    high: integer("high")?,
                    step,
                    log: fields.flag("log")?,
                }
            }
            "float" => {
                let step = if fields.get("step").is_some() { Some(number("step")?) } else { None };
                Distribution::Float {
                    low: number("low")?,
                    high: number("high")?,
                    step,
                    log: fields.flag("log")?,
                }
            }
            _ => return Err(unknown_kind(kind, path)),
        })
    }

    /// A bound of a log kind as a real value.
    fn log_bound(self, name: &str, written: f64, path: &Path) -> Result<f64, Refusal> {
        match self {
            Self::Own => Ok(written),
            Self::Hyperopt if written.abs() <= 700.0 => Ok(written.exp()),
            Self::Hyperopt => Err(path
                .refuse(format!("{name} must be a logarithm from -700 to 700, not {written}"))
                .with_hint("in the Hyperopt form the bounds of log kinds are natural logarithms")),
        }
    }

    fn choice(self, kind: &str, written: &Written, path: &Path) -> Result<ChoiceNode, Refusal> {
        let fields = Fields::new(written, path, kind, &["type", "options", "label"])?;
        let label = fields.text("label")?;
        let weighted = kind == "pchoice";
        let mut choice = match fields.required("options")? {
            Written::List(items) => {
                let option = |(index, item): (usize, &Written)| {
                    self.option(String::new(), item, weighted, &path.child(&index.to_string()))
                };
                let options = items.iter().enumerate().map(option).collect::<Result<Vec<_>, _>>()?;
                let mut choice = ChoiceNode { label: None, named: false, options };
                choice.name_listed_options();
                choice
            }
            Written::Map(entries) => {
                check_keys(entries, path)?;
                let option = |(name, item): &(String, Written)| {
                    self.option(name.clone(), item, weighted, &path.child(name))
                };
                let options = entries.iter().map(option).collect::<Result<Vec<_>, _>>()?;
                ChoiceNode { label: None, named: true, options }
            }
            other => {
                return Err(path.refuse(format!("options must be a list or a map, not {}", other.what())));
            }
        };
        choice.label = label;
        Ok(choice)
    }

    fn option(
        self,
        name: String,
        written: &Written,
        weighted: bool,
        path: &Path,
    ) -> Result<ChoiceOption, Refusal> {
        if !weighted {
            return Ok(ChoiceOption { name, probability: None, node: self.node(written, path)? });
        }
        let fields = Fields::new(written, path, "an option of a pchoice", &["p", "value"])?;
        let probability = Some(fields.number("p")?);
        Ok(ChoiceOption { name, probability, node: self.node(fields.required("value")?, path)? })
    }
}

fn constant(written: &Written, path: &Path) -> Result<Node, Refusal> {
    written.to_json().map(Node::Constant).ok_or_else(|| path.refuse("must be made of finite numbers"))
}

fn unknown_kind(kind: &str, path: &Path) -> Refusal {
    let escape = "a map that has a key `type` of its own is written `{type: map, entries: {...}}`";
    let hint = match nearest(kind, KINDS) {
        Some(meant) => format!("did you mean `{meant}`? {escape}"),
        None => format!("the kinds are {}; {escape}", KINDS.join(", ")),
    };
    path.refuse(format!("`{}` is no kind of parameter", cut(kind))).with_hint(hint)
}

impl<'de> Deserialize<'de> for Node {
    /// Reads the written form, with errors that name the path; `TryFrom<Node> for Space` then checks the rest.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_document(&Written::deserialize(deserializer)?).map_err(in_words)
    }
}

/// A refusal as a format's error, which has one text only: the hint follows in brackets.
pub(super) fn in_words<E: Error>(refusal: Refusal) -> E {
    match &refusal.hint {
        Some(hint) => E::custom(format!("{refusal} ({hint})")),
        None => E::custom(refusal),
    }
}
