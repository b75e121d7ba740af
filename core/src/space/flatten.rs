//! From a tree to labelled parameters.

use std::collections::{BTreeMap, BTreeSet};

use super::choice::check_text;
use super::limits::PARAMETERS_MAX;
use super::path::Path;
use super::{Activation, ChoiceNode, Distribution, Node, Parameter};
use crate::Refusal;

/// Checks a measured tree and gives its parameters: in the order of the tree, but a parameter that several choices
/// switch on comes after all of them.
pub(super) fn flatten(root: &Node) -> Result<Vec<Parameter>, Refusal> {
    let mut flattening = Flattening::default();
    flattening.node(root, None, &Path::root())?;
    if flattening.found.is_empty() {
        return Err(Path::root().refuse("must have at least one parameter"));
    }
    Ok(in_order(flattening.found))
}

/// An option of a parameter, by their indices: what switches a branch on. `None` for what is always on.
type Switch = Option<(usize, usize)>;

/// A parameter in the order in which the walk meets it first.
struct Found<'a> {
    node: &'a Node,
    shown: String,
    /// Whether the label was given, not made from the path: only such parameters may be shared.
    given: bool,
    switches: BTreeSet<Switch>,
    label: String,
    distribution: Distribution,
    options: Vec<String>,
}

#[derive(Default)]
struct Flattening<'a> {
    found: Vec<Found<'a>>,
    by_label: BTreeMap<String, usize>,
}

impl<'a> Flattening<'a> {
    fn node(&mut self, node: &'a Node, switch: Switch, path: &Path) -> Result<(), Refusal> {
        match node {
            Node::Constant(_) => Ok(()),
            Node::List(items) => (0..).zip(items).try_for_each(|(index, item): (usize, _)| {
                self.node(item, switch, &path.child(&index.to_string()))
            }),
            Node::Map(entries) => {
                let mut seen = BTreeSet::new();
                entries.iter().try_for_each(|(key, value)| {
                    if !seen.insert(key) {
                        return Err(path.refuse(format!("key `{key}` stands here twice")));
                    }
                    self.node(value, switch, &path.child(key))
                })
            }
            Node::Parameter(parameter) => {
                parameter.distribution.validate().map_err(|fault| path.refuse(fault))?;
                let label = parameter.label.as_deref();
                self.place(node, label, switch, path, || (parameter.distribution.clone(), Vec::new()))?;
                Ok(())
            }
            Node::Choice(choice) => self.choice(node, choice, switch, path),
        }
    }

    fn choice(
        &mut self,
        node: &'a Node,
        choice: &'a ChoiceNode,
        switch: Switch,
        path: &Path,
    ) -> Result<(), Refusal> {
        choice.validate(path)?;
        let label = choice.label.as_deref();
        let names = || choice.options.iter().map(|option| option.name.clone()).collect();
        let Some(index) = self.place(node, label, switch, path, || (choice.distribution(), names()))? else {
            // Shared: what is below it was placed with its first place.
            return Ok(());
        };
        let base = below(path, label);
        choice.options.iter().enumerate().try_for_each(|(position, option)| {
            self.node(&option.node, Some((index, position)), &base.child(&option.name))
        })
    }

    /// Adds a parameter, or another place to a shared one. The index if it is new.
    fn place(
        &mut self,
        node: &'a Node,
        label: Option<&str>,
        switch: Switch,
        path: &Path,
        definition: impl FnOnce() -> (Distribution, Vec<String>),
    ) -> Result<Option<usize>, Refusal> {
        let given = label.is_some();
        let label = label.unwrap_or(path.label());
        check_text("the label", label, path)
            .map_err(|refusal| if given { refusal } else { refusal.with_hint("give it a `label`") })?;
        if let Some(&index) = self.by_label.get(label) {
            let first = &mut self.found[index];
            if !(given && first.given) {
                return Err(path
                    .refuse(format!("label `{label}` is also that of `{}`", first.shown))
                    .with_hint("give one of the two a `label` of its own"));
            }
            if first.node != node {
                return Err(path
                    .refuse(format!("label `{label}` has another definition at `{}`", first.shown))
                    .with_hint("places that share a label must be written alike"));
            }
            first.switches.insert(switch);
            return Ok(None);
        }
        if self.found.len() == PARAMETERS_MAX {
            return Err(path.refuse(format!("a space may have at most {PARAMETERS_MAX} parameters")));
        }
        let index = self.found.len();
        let (distribution, options) = definition();
        self.by_label.insert(label.to_owned(), index);
        self.found.push(Found {
            node,
            shown: path.shown().to_owned(),
            given,
            switches: BTreeSet::from([switch]),
            label: label.to_owned(),
            distribution,
            options,
        });
        Ok(Some(index))
    }
}

/// Where the labels of a choice's options start: a label that was given stands for the path, so that a shared choice
/// has the same parameters wherever it stands.
pub(super) fn below(path: &Path, label: Option<&str>) -> Path {
    label.map_or_else(|| path.clone(), |label| path.labelled(label))
}

/// Parents first, otherwise in the order found. There are no cycles: a choice that stood below itself would have
/// to be written like a part of itself.
fn in_order(found: Vec<Found<'_>>) -> Vec<Parameter> {
    let mut children = vec![Vec::new(); found.len()];
    let mut missing = vec![0usize; found.len()];
    for (index, parameter) in found.iter().enumerate() {
        let parents: BTreeSet<usize> =
            parameter.switches.iter().flatten().map(|(parent, _)| *parent).collect();
        missing[index] = parents.len();
        for parent in parents {
            children[parent].push(index);
        }
    }
    let mut ready: BTreeSet<usize> = (0..found.len()).filter(|index| missing[*index] == 0).collect();
    let mut order = Vec::with_capacity(found.len());
    let mut position = vec![0; found.len()];
    while let Some(index) = ready.pop_first() {
        position[index] = order.len();
        order.push(index);
        for &child in &children[index] {
            missing[child] -= 1;
            if missing[child] == 0 {
                ready.insert(child);
            }
        }
    }
    let mut found: Vec<Option<Found<'_>>> = found.into_iter().map(Some).collect();
    order
        .into_iter()
        .filter_map(|index| found[index].take())
        .map(|one| one.into_parameter(&position))
        .collect()
}

impl Found<'_> {
    fn into_parameter(self, position: &[usize]) -> Parameter {
        let activation = if self.switches.contains(&None) {
            Activation::Always
        } else {
            let moved = |(parent, option): &(usize, usize)| (position[*parent], *option);
            let pairs: BTreeSet<_> = self.switches.iter().flatten().map(moved).collect();
            Activation::AnyOf(pairs.into_iter().collect())
        };
        Parameter { label: self.label, distribution: self.distribution, activation, options: self.options }
    }
}
