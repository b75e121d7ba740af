//! What choices are made of: the names and probabilities of their options.

use std::collections::BTreeSet;

use serde_json::Value;

use super::limits::LABEL_LEN_MAX;
use super::path::Path;
use super::spelling::cut;
use super::{ChoiceNode, ChoiceOption, Distribution, Node};
use crate::Refusal;

/// How far the sum of probabilities may be from 1.
const SUM_SLACK: f64 = 1e-6;

impl ChoiceNode {
    /// A choice of unnamed options: the configuration is exactly the chosen one.
    #[must_use]
    pub fn listed(options: impl IntoIterator<Item = Node>) -> Self {
        let unnamed = |node| ChoiceOption { name: String::new(), probability: None, node };
        let mut choice =
            Self { label: None, named: false, options: options.into_iter().map(unnamed).collect() };
        choice.name_listed_options();
        choice
    }

    /// A choice of named options: the configuration is a map that holds the chosen one's name under `name`.
    #[must_use]
    pub fn named(options: impl IntoIterator<Item = (String, Node)>) -> Self {
        let option = |(name, node)| ChoiceOption { name, probability: None, node };
        Self { label: None, named: true, options: options.into_iter().map(option).collect() }
    }

    /// Gives the options of a listed choice the names that follow from them.
    pub fn name_listed_options(&mut self) {
        let names = listed_names(self.options.iter().map(|option| &option.node));
        for (option, name) in self.options.iter_mut().zip(names) {
            option.name = name;
        }
    }

    /// Checks the options' number, names and probabilities, but not what is in them.
    pub(super) fn validate(&self, path: &Path) -> Result<(), Refusal> {
        if self.options.is_empty() {
            return Err(path.refuse("options must not be empty"));
        }
        if self.named {
            self.validate_names(path)?
        } else {
            self.validate_derived_names(path)?
        }
        self.validate_probabilities(path)
    }

    fn validate_names(&self, path: &Path) -> Result<(), Refusal> {
        let mut seen = BTreeSet::new();
        for option in &self.options {
            check_text("an option's name", &option.name, path)?;
            if !seen.insert(&option.name) {
                return Err(path.refuse(format!("option `{}` stands here twice", option.name)));
            }
            if let Node::Map(entries) = &option.node
                && entries.iter().any(|(key, _)| key == "name")
            {
                let message = "key `name` is taken: the configuration holds the option's name there";
                return Err(path
                    .child(&option.name)
                    .refuse(message)
                    .with_hint("rename the key, or write the options as a list"));
            }
        }
        Ok(())
    }

    /// The written form of a listed choice holds no names, so they must be those that reading it gives.
    fn validate_derived_names(&self, path: &Path) -> Result<(), Refusal> {
        let names = listed_names(self.options.iter().map(|option| &option.node));
        match self.options.iter().zip(names).find(|(option, name)| option.name != *name) {
            Some((option, name)) => Err(path.refuse(format!(
                "listed option `{}` must be called `{}`",
                cut(&option.name),
                cut(&name)
            ))),
            None => Ok(()),
        }
    }

    fn validate_probabilities(&self, path: &Path) -> Result<(), Refusal> {
        if self.options.iter().all(|option| option.probability.is_none()) {
            return Ok(());
        }
        for option in &self.options {
            let here = path.child(&option.name);
            match option.probability {
                None => return Err(here.refuse("p is missing")),
                Some(p) if !p.is_finite() => {
                    return Err(here.refuse(format!("p must be finite, not {p}")));
                }
                Some(p) if p <= 0.0 || p > 1.0 + SUM_SLACK => {
                    return Err(here.refuse(format!("p must be > 0 and <= 1, not {p}")));
                }
                Some(_) => {}
            }
        }
        let sum: f64 = self.options.iter().filter_map(|option| option.probability).sum();
        if (sum - 1.0).abs() > SUM_SLACK {
            return Err(path.refuse(format!("the probabilities must sum to 1, not {sum}")));
        }
        Ok(())
    }

    /// The distribution over the options of a validated choice, with probabilities that sum to exactly 1.
    pub(super) fn distribution(&self) -> Distribution {
        let probabilities: Vec<f64> = self.options.iter().filter_map(|option| option.probability).collect();
        if probabilities.is_empty() {
            return Distribution::Choice { count: self.options.len() };
        }
        let sum: f64 = probabilities.iter().sum();
        Distribution::PChoice { probabilities: probabilities.iter().map(|p| p / sum).collect() }
    }
}

/// A scalar constant is called by its text, anything else by its position; but if two texts are the same or one is no
/// legal name, all are called by their positions.
fn listed_names<'a>(nodes: impl ExactSizeIterator<Item = &'a Node>) -> Vec<String> {
    let count = nodes.len();
    let names: Vec<String> = nodes
        .enumerate()
        .map(|(index, node)| scalar_text(node).unwrap_or_else(|| index.to_string()))
        .collect();
    let distinct: BTreeSet<&String> = names.iter().collect();
    if distinct.len() == count && names.iter().all(|name| text_fault(name).is_none()) {
        return names;
    }
    (0..count).map(|index| index.to_string()).collect()
}

fn scalar_text(node: &Node) -> Option<String> {
    match node {
        Node::Constant(Value::String(text)) => Some(text.clone()),
        Node::Constant(scalar @ (Value::Null | Value::Bool(_) | Value::Number(_))) => {
            Some(scalar.to_string())
        }
        _ => None,
    }
}

/// Refuses a label, key or name that is empty, too long or has control characters.
pub(super) fn check_text(what: &str, text: &str, path: &Path) -> Result<(), Refusal> {
    match text_fault(text) {
        Some(fault) => Err(path.refuse(format!("{what} must {fault}"))),
        None => Ok(()),
    }
}

fn text_fault(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("not be empty".to_owned());
    }
    if text.len() > LABEL_LEN_MAX {
        return Some(format!("be at most {LABEL_LEN_MAX} bytes long, not {}", text.len()));
    }
    let control = text.chars().find(|c| c.is_control())?;
    Some(format!("be printable; it has {control:?}"))
}
