//! The tree people write.

use super::Distribution;

/// One node of a space's tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Passed to the objective as it is.
    Constant(serde_json::Value),
    List(Vec<Node>),
    /// In the order it was written; keys are unique.
    Map(Vec<(String, Node)>),
    Parameter(ParameterNode),
    Choice(ChoiceNode),
}

/// A leaf that takes a value.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterNode {
    /// Without one, the path of the node is the label.
    pub label: Option<String>,
    /// Never `Choice` or `PChoice`.
    pub distribution: Distribution,
}

/// One of several sub-spaces.
#[derive(Clone, Debug, PartialEq)]
pub struct ChoiceNode {
    pub label: Option<String>,
    /// Whether the options were written with names (a map): the configuration then is a map that holds the
    /// option's name under `name`. Without names the configuration is exactly the option.
    pub named: bool,
    pub options: Vec<ChoiceOption>,
}

/// One option of a choice.
#[derive(Clone, Debug, PartialEq)]
pub struct ChoiceOption {
    /// What a point holds when this option is chosen: the given name; else the text of a scalar constant; else
    /// the position, `0`, `1`, ... Unique within the choice.
    pub name: String,
    /// Only in a `pchoice`, and then in all options.
    pub probability: Option<f64>,
    pub node: Node,
}
