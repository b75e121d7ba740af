//! The tree of a search space.

use tunewright_core::Refusal;
use tunewright_core::space::{Node, ParameterNode};

use super::choice;
use super::field::{non_empty, refuse, required};
use crate::v1::{self, space_node::Kind};

/// The most levels of nodes that are converted; how many a space may have is for the space to say.
pub const SPACE_DEPTH_MAX: usize = 64;

impl TryFrom<v1::SpaceNode> for Node {
    type Error = Refusal;

    fn try_from(node: v1::SpaceNode) -> Result<Self, Refusal> {
        from_wire(node, SPACE_DEPTH_MAX)
    }
}

impl TryFrom<&Node> for v1::SpaceNode {
    type Error = Refusal;

    /// Refused are trees deeper than [`SPACE_DEPTH_MAX`] and constants that the wire cannot say.
    fn try_from(node: &Node) -> Result<Self, Refusal> {
        to_wire(node, SPACE_DEPTH_MAX)
    }
}

fn deeper(levels: usize) -> Result<usize, Refusal> {
    levels.checked_sub(1).ok_or_else(|| refuse(format!("must be at most {SPACE_DEPTH_MAX} levels deep")))
}

pub(super) fn from_wire(node: v1::SpaceNode, levels: usize) -> Result<Node, Refusal> {
    let levels = deeper(levels)?;
    let kind = node.kind.ok_or_else(|| {
        refuse("must be a constant, a list, a map, a parameter or a choice, but the node is empty")
    })?;
    match kind {
        Kind::Constant(value) => Ok(Node::Constant(value.try_into()?)),
        Kind::List(list) => {
            let items = list.items.into_iter().enumerate();
            let items =
                items.map(|(at, item)| from_wire(item, levels).map_err(|e| e.within(&at.to_string())));
            Ok(Node::List(items.collect::<Result<_, _>>()?))
        }
        Kind::Map(map) => {
            let entries = map.entries.into_iter().map(|v1::SpaceNodeEntry { key, node }| {
                let node = required(node, "node").and_then(|node| from_wire(node, levels));
                match node {
                    Ok(node) => Ok((key, node)),
                    Err(refusal) => Err(refusal.within(&key)),
                }
            });
            Ok(Node::Map(entries.collect::<Result<_, _>>()?))
        }
        Kind::Parameter(parameter) => {
            let distribution = parameter.distribution;
            let distribution = distribution.ok_or_else(|| refuse("a parameter must have a distribution"))?;
            Ok(Node::Parameter(ParameterNode {
                label: non_empty(parameter.label),
                distribution: distribution.try_into()?,
            }))
        }
        Kind::Choice(choice) => Ok(Node::Choice(choice::from_wire(choice, levels)?)),
    }
}

pub(super) fn to_wire(node: &Node, levels: usize) -> Result<v1::SpaceNode, Refusal> {
    let levels = deeper(levels)?;
    let kind = match node {
        Node::Constant(value) => Kind::Constant(value.try_into()?),
        Node::List(items) => {
            let items = items.iter().enumerate();
            let items = items.map(|(at, item)| to_wire(item, levels).map_err(|e| e.within(&at.to_string())));
            Kind::List(v1::SpaceNodeList { items: items.collect::<Result<_, _>>()? })
        }
        Node::Map(entries) => {
            let entries = entries.iter().map(|(key, node)| match to_wire(node, levels) {
                Ok(node) => Ok(v1::SpaceNodeEntry { key: key.clone(), node: Some(node) }),
                Err(refusal) => Err(refusal.within(key)),
            });
            Kind::Map(v1::SpaceNodeMap { entries: entries.collect::<Result<_, _>>()? })
        }
        Node::Parameter(parameter) => Kind::Parameter(v1::SpaceParameter {
            label: parameter.label.clone().unwrap_or_default(),
            distribution: Some((&parameter.distribution).try_into()?),
        }),
        Node::Choice(choice) => Kind::Choice(choice::to_wire(choice, levels)?),
    };
    Ok(v1::SpaceNode { kind: Some(kind) })
}
