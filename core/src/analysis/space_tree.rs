//! How the branches of a space did.

use serde::Serialize;

use super::Table;
use super::quantile::median;
use crate::space::{Activation, Parameter};
use crate::study::TrialState;

/// The most nodes: a choice that many options share stands below each of them.
pub const TREE_NODES_MAX: usize = 5_000;

const METHOD: &str = "Trials that were begun, by the options that they chose; the median is of the completed ones, the best \
    of the feasible of them.";

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SpaceTree {
    pub n_used: usize,
    pub method: &'static str,
    /// Each after its parent; the root first.
    pub nodes: Vec<TreeNode>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TreeNode {
    /// The parameter's label; of an option that of its choice, and of the root nothing.
    pub label: String,
    /// The option's name.
    pub option: Option<String>,
    /// The index of the node above.
    pub parent: Option<usize>,
    /// Trials that came here.
    pub n: usize,
    /// Their part of all trials.
    pub share: f64,
    pub best: Option<TreeBest>,
    /// The median loss.
    pub median: Option<f64>,
    pub kind: TreeKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TreeBest {
    pub trial: usize,
    pub loss: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TreeKind {
    Root,
    Choice,
    Option,
    Parameter,
}

/// The parameters of the space as a tree: below the root what is always active, below a choice its options, and below an
/// option what it switches on. What several options switch on stands below each of them.
#[must_use]
pub fn space_tree(table: &Table) -> SpaceTree {
    let begun = |trial: &usize| table.states()[*trial] != TrialState::Queued;
    let trials: Vec<usize> = (0..table.len()).filter(begun).collect();
    let mut tree = Tree { table, nodes: Vec::new(), all: trials.len() };
    let root = tree.add(TreeKind::Root, "", None, None, &trials);
    for (index, parameter) in table.space().parameters().iter().enumerate() {
        if parameter.activation == Activation::Always {
            tree.place(index, parameter, root, &trials);
        }
    }
    SpaceTree { n_used: trials.len(), method: METHOD, nodes: tree.nodes }
}

struct Tree<'a> {
    table: &'a Table,
    nodes: Vec<TreeNode>,
    all: usize,
}

impl Tree<'_> {
    /// A parameter at this place, and all that is below it.
    fn place(&mut self, index: usize, parameter: &Parameter, parent: usize, above: &[usize]) {
        if self.nodes.len() + parameter.options.len() >= TREE_NODES_MAX {
            return;
        }
        let (table, label) = (self.table, parameter.label.as_str());
        let values = table.values(index);
        let here: Vec<usize> = above.iter().copied().filter(|trial| !values[*trial].is_nan()).collect();
        if parameter.options.is_empty() {
            self.add(TreeKind::Parameter, label, None, Some(parent), &here);
            return;
        }
        let choice = self.add(TreeKind::Choice, label, None, Some(parent), &here);
        let mut chosen = vec![Vec::new(); parameter.options.len()];
        for trial in here {
            chosen[(values[trial] as usize).min(parameter.options.len() - 1)].push(trial);
        }
        for ((option, name), trials) in parameter.options.iter().enumerate().zip(chosen) {
            let node = self.add(TreeKind::Option, label, Some(name), Some(choice), &trials);
            for (child, below) in table.space().parameters().iter().enumerate().skip(index + 1) {
                if matches!(&below.activation, Activation::AnyOf(switches) if switches.contains(&(index, option)))
                {
                    self.place(child, below, node, &trials);
                }
            }
        }
    }

    fn add(
        &mut self,
        kind: TreeKind,
        label: &str,
        option: Option<&String>,
        parent: Option<usize>,
        trials: &[usize],
    ) -> usize {
        let (best, median) = match parent.map(|parent| &self.nodes[parent]) {
            // The same trials.
            Some(parent) if parent.n == trials.len() => (parent.best, parent.median),
            _ => self.losses(trials),
        };
        let share = if self.all > 0 { trials.len() as f64 / self.all as f64 } else { 0.0 };
        let (label, option) = (label.to_owned(), option.cloned());
        self.nodes.push(TreeNode { label, option, parent, n: trials.len(), share, best, median, kind });
        self.nodes.len() - 1
    }

    fn losses(&self, trials: &[usize]) -> (Option<TreeBest>, Option<f64>) {
        let (states, losses) = (self.table.states(), self.table.losses());
        let completed = trials.iter().copied().filter(|trial| states[*trial] == TrialState::Completed);
        let completed = completed.map(|trial| TreeBest { trial, loss: losses[trial] });
        let completed: Vec<TreeBest> = completed.filter(|one| !one.loss.is_nan()).collect();
        let feasible = completed.iter().copied().filter(|one| self.table.feasible()[one.trial]);
        let best = feasible.min_by(|a, b| a.loss.total_cmp(&b.loss).then(a.trial.cmp(&b.trial)));
        (best, median(completed.iter().map(|one| one.loss).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{Ended, drawn, table};

    const SPACE: &str = r#"{
        "lr": {"type": "uniform", "low": 0, "high": 1},
        "model": {"type": "choice", "options": {
            "net": {"depth": {"type": "int", "low": 1, "high": 3},
                    "act": {"type": "choice", "options": {"relu": {"slope": {"type": "uniform", "low": 0, "high": 1}}, "tanh": {}}}},
            "tree": {"leaves": {"type": "int", "low": 2, "high": 9}}
        }}
    }"#;

    fn node<'a>(tree: &'a SpaceTree, label: &str, option: Option<&str>) -> &'a TreeNode {
        tree.nodes.iter().find(|node| node.label == label && node.option.as_deref() == option).expect("there")
    }

    #[test]
    fn counts_are_those_of_the_values() {
        let table = drawn(SPACE, 1_000, 1, |at, noise| at[1] * 10.0 + noise.unit());
        let tree = space_tree(&table);
        assert_eq!(tree.nodes.len(), 11);
        assert!(
            tree.nodes.iter().enumerate().all(|(at, node)| node.parent.map_or(at == 0, |parent| parent < at))
        );
        let index = |label| table.space().index_of(label).expect("there");
        let count =
            |label, is: fn(f64) -> bool| table.values(index(label)).iter().filter(|v| is(**v)).count();
        assert_eq!(node(&tree, "model", Some("net")).n, count("model", |value| value == 0.0));
        assert_eq!(node(&tree, "model.net.act", None).n, count("model.net.act", |value| !value.is_nan()));
        assert_eq!(
            node(&tree, "model.net.act", Some("relu")).n,
            node(&tree, "model.net.act.relu.slope", None).n
        );
        let (net, leaves) = (node(&tree, "model", Some("net")), node(&tree, "model.tree.leaves", None));
        assert!(net.best.unwrap().loss < 1.0 && leaves.best.unwrap().loss >= 10.0);
        assert!(net.median.unwrap() < 1.0 && leaves.median.unwrap() > 10.0);
        assert!((net.share + leaves.share - 1.0).abs() < 1e-12);
        assert_eq!(tree.nodes[leaves.parent.unwrap()].option.as_deref(), Some("tree"));
    }

    #[test]
    fn a_shared_choice_stands_in_each_branch_and_counts_what_came_through_it() {
        let shared = r#"{"type": "choice", "label": "opt", "options": ["sgd", "adam"]}"#;
        let space = format!(
            r#"{{"kind": {{"type": "choice", "options": {{"a": {{"o": {shared}}}, "b": {{"o": {shared}}}}}}}}}"#
        );
        let at = |kind: f64, opt: f64, loss| Ended::at(&[kind, opt], loss);
        let table = table(&space, [at(0.0, 0.0, 3.0), at(0.0, 1.0, 2.0), at(1.0, 1.0, 1.0)]);
        let tree = space_tree(&table);
        let found: Vec<_> = tree.nodes.iter().filter(|node| node.option.as_deref() == Some("adam")).collect();
        assert_eq!(
            found.iter().map(|node| (node.n, node.median)).collect::<Vec<_>>(),
            [(1, Some(2.0)), (1, Some(1.0))]
        );
    }
}
