//! Whether a tree is small enough, before anything else walks it.

use serde_json::Value;

use super::Node;
use super::choice::check_text;
use super::limits::{DEPTH_MAX, NODES_MAX, OPTIONS_MAX};
use super::path::Path;
use crate::Refusal;

/// Refuses a tree that is too deep or too large, or in which a key is no legal one.
pub(super) fn measure(root: &Node) -> Result<(), Refusal> {
    Counts::default().node(root, 1, &Path::root())
}

#[derive(Default)]
struct Counts {
    nodes: usize,
    options: usize,
}

impl Counts {
    /// The recursion ends at the first node that is too deep.
    fn node(&mut self, node: &Node, level: usize, path: &Path) -> Result<(), Refusal> {
        self.enter(level, path)?;
        match node {
            Node::Constant(value) => self.constant_inside(value, level, path),
            Node::List(items) => (0..).zip(items).try_for_each(|(index, item): (usize, _)| {
                self.node(item, level + 1, &path.child(&index.to_string()))
            }),
            Node::Map(entries) => entries.iter().try_for_each(|(key, value)| {
                check_text("a key", key, path)?;
                self.node(value, level + 1, &path.child(key))
            }),
            Node::Parameter(_) => Ok(()),
            Node::Choice(choice) => {
                self.options = self.options.saturating_add(choice.options.len());
                if self.options > OPTIONS_MAX {
                    return Err(path.refuse(format!("a space may have at most {OPTIONS_MAX} options in all")));
                }
                choice
                    .options
                    .iter()
                    .try_for_each(|option| self.node(&option.node, level + 1, &path.child(&option.name)))
            }
        }
    }

    fn enter(&mut self, level: usize, path: &Path) -> Result<(), Refusal> {
        if level > DEPTH_MAX {
            return Err(
                path.refuse(format!("is nested too deep: a space may have at most {DEPTH_MAX} levels"))
            );
        }
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(path.refuse(format!("a space may have at most {NODES_MAX} nodes in all")));
        }
        Ok(())
    }

    fn constant_inside(&mut self, value: &Value, level: usize, path: &Path) -> Result<(), Refusal> {
        let mut inside = |value: &Value| {
            self.enter(level + 1, path)?;
            self.constant_inside(value, level + 1, path)
        };
        match value {
            Value::Array(items) => items.iter().try_for_each(&mut inside),
            Value::Object(entries) => entries.values().try_for_each(&mut inside),
            _ => Ok(()),
        }
    }
}
