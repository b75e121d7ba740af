//! Where in a space something stands.

use super::spelling::cut;
use crate::Refusal;

/// The path of a node as messages show it (`space.model.svm.C`), and the label it gives by default.
#[derive(Clone, Debug)]
pub(super) struct Path {
    shown: String,
    label: String,
}

impl Path {
    /// The path of the root.
    pub(super) fn root() -> Self {
        Self { shown: "space".to_owned(), label: String::new() }
    }

    /// The path of the entry, item or option of this name below it.
    pub(super) fn child(&self, name: &str) -> Self {
        let label = if self.label.is_empty() { name.to_owned() } else { format!("{}.{name}", self.label) };
        Self { shown: format!("{}.{}", self.shown, cut(name)), label }
    }

    /// The same place, with this label instead of its own as the start of the labels below it.
    pub(super) fn labelled(&self, label: &str) -> Self {
        Self { shown: self.shown.clone(), label: label.to_owned() }
    }

    /// The default label of a parameter that stands here.
    pub(super) fn label(&self) -> &str {
        if self.label.is_empty() { "value" } else { &self.label }
    }

    /// As messages show it.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// A refusal of what stands here.
    pub(super) fn refuse(&self, message: impl Into<String>) -> Refusal {
        Refusal::invalid(&*self.shown, message)
    }
}
