//! A validated space.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::flatten::flatten;
use super::measure::measure;
use super::read::{in_words, read_document};
use super::written::Written;
use super::{Activation, Node, ParamValue, Parameter, Point};
use crate::Refusal;

/// A validated search space: the tree and its flattened parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    root: Node,
    /// Every choice before what it switches on.
    parameters: Vec<Parameter>,
}

impl Space {
    /// The tree as it was written.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The flattened parameters, every choice before what it switches on.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The index of the parameter with this label.
    #[must_use]
    pub fn index_of(&self, label: &str) -> Option<usize> {
        self.parameters.iter().position(|parameter| parameter.label == label)
    }

    /// The values of a checked point by parameter index; `None` where inactive.
    #[must_use]
    pub fn columns<'a>(&self, point: &'a Point) -> Vec<Option<&'a ParamValue>> {
        self.parameters.iter().map(|parameter| point.get(&parameter.label)).collect()
    }

    /// Whether the parameter at `index` is active, where `option_of` gives the chosen option's position of an earlier
    /// parameter, and `None` if that one is inactive.
    #[must_use]
    pub fn is_active(&self, index: usize, option_of: impl Fn(usize) -> Option<usize>) -> bool {
        match &self.parameters[index].activation {
            Activation::Always => true,
            Activation::AnyOf(switches) => {
                switches.iter().any(|(parent, option)| option_of(*parent) == Some(*option))
            }
        }
    }

    /// Reads a space from JSON text: the written form, or `{"form": "hyperopt", "space": ...}` with the bounds of
    /// log kinds as logarithms.
    ///
    /// # Errors
    /// `invalid`, naming the path.
    pub fn from_json(text: &str) -> Result<Self, Refusal> {
        let written: Written = serde_json::from_str(text)
            .map_err(|error| Refusal::invalid("space", format!("must be valid JSON: {error}")))?;
        read_document(&written)?.try_into()
    }
}

impl TryFrom<Node> for Space {
    type Error = Refusal;

    fn try_from(root: Node) -> Result<Self, Refusal> {
        measure(&root)?;
        let parameters = flatten(&root)?;
        Ok(Self { root, parameters })
    }
}

impl Serialize for Space {
    /// The tree as it was written, in our own form.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.root.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Space {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(Node::deserialize(deserializer)?).map_err(in_words)
    }
}
