//! One labelled parameter of a flattened space.

use super::Distribution;

/// A parameter of a flattened space.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Unique in the space; by default the path of the node, `model.svm.C`.
    pub label: String,
    pub distribution: Distribution,
    pub activation: Activation,
    /// For `choice` and `pchoice`: the options' names, in order; else empty.
    pub options: Vec<String>,
}

/// When a parameter is active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activation {
    Always,
    /// Active if any of these (parameter index, option index) pairs is chosen; parameters that are themselves
    /// inactive choose nothing. The indices point to earlier parameters. Sorted, without repeats.
    AnyOf(Vec<(usize, usize)>),
}
