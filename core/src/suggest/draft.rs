//! Putting a point together, choices before what they switch on.

use super::frame::Frame;
use super::wishes::Wishes;
use crate::space::{ParamValue, Point};

/// The point in which fixed values stand as they are and `pick(i)` gives the value of every other active
/// parameter.
pub(super) fn assemble(frame: &Frame, wishes: &Wishes, mut pick: impl FnMut(usize) -> ParamValue) -> Point {
    let mut point = Point::default();
    let mut chosen = vec![None; frame.len()];
    for i in 0..frame.len() {
        if !frame.is_active(i, &chosen) {
            continue;
        }
        let value = wishes.fixed(i).cloned().unwrap_or_else(|| pick(i));
        chosen[i] = frame.parameter(i).option_index(&value);
        point.set(frame.parameter(i).label.clone(), value);
    }
    point
}
