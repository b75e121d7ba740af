//! Points of a space from points of the unit cube: a start for any search.

use super::Sobol;
use crate::space::{ParamValue, Point};
use crate::suggest::draft::assemble;
use crate::suggest::frame::{Axis, Frame};
use crate::suggest::prior::draw_index;
use crate::suggest::wishes::Wishes;

/// How far apart in the sequence the attempts for one trial lie: further than studies are long.
const ATTEMPTS_APART: u64 = 1 << 40;

/// The index in the sequence for an attempt at the point of trial `number`.
///
/// The first attempts are the sequence itself, so that they are balanced; each further one is a later stretch of it.
pub(in crate::suggest) fn index(number: u64, attempt: u32) -> u64 {
    number.wrapping_add(ATTEMPTS_APART.wrapping_mul(u64::from(attempt)))
}

/// Whether a model has to wait, and points are still spread evenly over the space. Pending trials count, for their points were,
/// too; but half of what is wanted has to be known.
pub(in crate::suggest) const fn is_starting(finished: usize, pending: usize, wanted: usize) -> bool {
    finished < wanted.div_ceil(2) || finished + pending < wanted
}

/// The point at these quantiles of the prior: dimension i of `sobol`, which must have as many as the space has
/// parameters, is that of parameter i, whether or not others are active.
pub(in crate::suggest) fn point(frame: &Frame, wishes: &Wishes, sobol: &Sobol, index: u64) -> Point {
    assemble(frame, wishes, |i| value(frame, wishes, i, sobol.unit(index, i)))
}

/// The value of parameter `i` at the quantile `u` of its prior, among those that may be taken.
pub(in crate::suggest) fn value(frame: &Frame, wishes: &Wishes, i: usize, u: f64) -> ParamValue {
    match &frame.axes[i] {
        Axis::Numeric(latent) => latent.value(latent.law.quantile(u)),
        Axis::Choice(prior) => frame.option(i, draw_index(prior, wishes.options(i), u)),
    }
}
