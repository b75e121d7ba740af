//! What a person's fixed values demand of the rest of a point.

use super::frame::Frame;
use crate::space::{Activation, ParamValue, Point};

/// Fixed values, and the choices they leave open.
///
/// A value fixed inside a branch demands that the branch be taken: the options of the choice above it are narrowed
/// to those under which it is active, and so on up the tree.
#[derive(Clone, Debug)]
pub(super) struct Wishes {
    fixed: Vec<Option<ParamValue>>,
    /// By parameter, for a choice that is narrowed: the options that may be taken; never empty.
    narrowed: Vec<Option<Vec<usize>>>,
}

impl Wishes {
    pub fn new(frame: &Frame, fixed: &Point) -> Self {
        let fixed: Vec<_> = (0..frame.len()).map(|i| fixed.get(&frame.parameter(i).label).cloned()).collect();
        let mut wishes = Self { narrowed: vec![None; frame.len()], fixed };
        // Parents stand before children, so going backwards every demand reaches the top.
        let mut demanded: Vec<bool> = wishes.fixed.iter().map(Option::is_some).collect();
        for i in (0..frame.len()).rev() {
            if demanded[i]
                && let Some(parent) = wishes.narrow(frame, i)
            {
                demanded[parent] = true;
            }
        }
        wishes
    }

    pub fn is_empty(&self) -> bool {
        self.fixed.iter().all(Option::is_none)
    }

    pub fn fixed(&self, i: usize) -> Option<&ParamValue> {
        self.fixed[i].as_ref()
    }

    /// The options that choice `i` may take; `None` if all.
    pub fn options(&self, i: usize) -> Option<&[usize]> {
        self.narrowed[i].as_deref()
    }

    /// Narrows a choice above parameter `i` so that `i` becomes active; returns the choice.
    fn narrow(&mut self, frame: &Frame, i: usize) -> Option<usize> {
        let Activation::AnyOf(pairs) = &frame.parameter(i).activation else { return None };
        let taken = |&&(parent, option): &&(usize, usize)| {
            self.fixed[parent].as_ref().and_then(|value| frame.parameter(parent).option_index(value))
                == Some(option)
        };
        if let Some(&(parent, _)) = pairs.iter().find(taken) {
            return Some(parent);
        }
        for &(parent, _) in pairs.iter().filter(|(parent, _)| self.fixed[*parent].is_none()) {
            let under = pairs.iter().filter(|(of, _)| *of == parent).map(|(_, option)| *option);
            let left: Vec<_> = match &self.narrowed[parent] {
                None => under.collect(),
                Some(before) => under.filter(|option| before.contains(option)).collect(),
            };
            if !left.is_empty() {
                self.narrowed[parent] = Some(left);
                return Some(parent);
            }
        }
        None
    }
}
