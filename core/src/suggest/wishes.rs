//! What a person's fixed values demand of the rest of a point.

use super::frame::Frame;
use crate::space::{ParamValue, Point};

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
    /// Values that no point holds together are left out one by one, from the last: they were checked when a person
    /// fixed them, and a suggester always answers.
    pub fn new(frame: &Frame, fixed: &Point) -> Self {
        let mut fixed = fixed.clone();
        let narrowed = loop {
            match frame.demanded_options(&fixed) {
                Some(narrowed) => break narrowed,
                None => drop(fixed.0.pop_last()),
            }
        };
        let fixed = (0..frame.len()).map(|i| fixed.get(&frame.parameter(i).label).cloned()).collect();
        Self { fixed, narrowed }
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
}
