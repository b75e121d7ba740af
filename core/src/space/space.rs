//! A validated space.

use super::{Node, ParamValue, Parameter, Point};
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

    /// The structured configuration of a full point, inactive branches absent.
    ///
    /// # Errors
    /// `invalid` if the point is not a full point of this space.
    pub fn instantiate(&self, _point: &Point) -> Result<serde_json::Value, Refusal> {
        todo!()
    }

    /// Checks a full point.
    ///
    /// # Errors
    /// `invalid`, naming the label and what its value must be.
    pub fn check(&self, _point: &Point) -> Result<(), Refusal> {
        todo!()
    }

    /// Checks a partial point: known labels, values in range, and no value of a branch that another value rules out.
    ///
    /// # Errors
    /// As [`Space::check`].
    pub fn check_partial(&self, _point: &Point) -> Result<(), Refusal> {
        todo!()
    }

    /// How many distinct points there are; `None` if infinite or more than 2^53.
    #[must_use]
    pub fn cardinality(&self) -> Option<u64> {
        todo!()
    }
}

impl TryFrom<Node> for Space {
    type Error = Refusal;

    fn try_from(_root: Node) -> Result<Self, Refusal> {
        todo!()
    }
}
