//! From a point to the configuration a training script reads.

use serde_json::{Map, Value};

use super::flatten::below;
use super::path::Path;
use super::{ChoiceNode, Node, ParamValue, Point, Space};
use crate::Refusal;

impl Space {
    /// The structured configuration of a full point, inactive branches absent.
    ///
    /// # Errors
    /// `invalid` if the point is not a full point of this space.
    pub fn instantiate(&self, point: &Point) -> Result<Value, Refusal> {
        self.check(point)?;
        build(self.root(), point, &Path::root())
    }
}

fn build(node: &Node, point: &Point, path: &Path) -> Result<Value, Refusal> {
    match node {
        Node::Constant(value) => Ok(value.clone()),
        Node::List(items) => (0..)
            .zip(items)
            .map(|(index, item): (usize, _)| build(item, point, &path.child(&index.to_string())))
            .collect::<Result<Vec<_>, _>>()
            .map(Value::Array),
        Node::Map(entries) => entries
            .iter()
            .map(|(key, value)| Ok((key.clone(), build(value, point, &path.child(key))?)))
            .collect::<Result<Map<_, _>, _>>()
            .map(Value::Object),
        Node::Parameter(parameter) => {
            let label = parameter.label.as_deref().unwrap_or(path.label());
            match value_of(label, point)? {
                ParamValue::Int(value) => Ok((*value).into()),
                ParamValue::Float(value) => Ok((*value).into()),
                ParamValue::Option(name) => Ok(name.as_str().into()),
            }
        }
        Node::Choice(choice) => build_choice(choice, point, path),
    }
}

fn build_choice(choice: &ChoiceNode, point: &Point, path: &Path) -> Result<Value, Refusal> {
    let label = choice.label.as_deref().unwrap_or(path.label());
    let value = value_of(label, point)?;
    let chosen = |name: &str| choice.options.iter().find(|option| option.name == name);
    let option = match value {
        ParamValue::Option(name) => chosen(name),
        _ => None,
    };
    let Some(option) = option else {
        return Err(Refusal::internal(format!("checked point has no option for `{label}`")));
    };
    let inside = build(&option.node, point, &below(path, choice.label.as_deref()).child(&option.name))?;
    if !choice.named {
        return Ok(inside);
    }
    let mut map = Map::new();
    map.insert("name".to_owned(), option.name.clone().into());
    match (&option.node, inside) {
        (Node::Constant(Value::Null), _) => {}
        (Node::Map(_), Value::Object(entries)) => map.extend(entries),
        (_, other) => {
            map.insert("value".to_owned(), other);
        }
    }
    Ok(Value::Object(map))
}

fn value_of<'a>(label: &str, point: &'a Point) -> Result<&'a ParamValue, Refusal> {
    point.get(label).ok_or_else(|| Refusal::internal(format!("checked point has no value for `{label}`")))
}
