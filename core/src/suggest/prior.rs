//! Draws from the prior.

use super::draft::assemble;
use super::frame::{Axis, Frame};
use super::wishes::Wishes;
use crate::space::{ParamValue, Point};
use crate::stream::Stream;

/// A point drawn from the prior, given what is fixed.
pub(super) fn draw_point(frame: &Frame, wishes: &Wishes, stream: &mut Stream) -> Point {
    assemble(frame, wishes, |i| draw_value(frame, wishes, i, stream))
}

/// A value of parameter `i` drawn from the prior.
pub(super) fn draw_value(frame: &Frame, wishes: &Wishes, i: usize, stream: &mut Stream) -> ParamValue {
    match &frame.axes[i] {
        Axis::Numeric(_) => frame.parameter(i).sample(stream),
        Axis::Choice(prior) => draw_option(frame, wishes, i, prior, stream),
    }
}

/// An option of choice `i` drawn with probabilities in proportion to `weights`, among those that may be taken.
pub(super) fn draw_option(
    frame: &Frame,
    wishes: &Wishes,
    i: usize,
    weights: &[f64],
    stream: &mut Stream,
) -> ParamValue {
    frame.option(i, draw_index(weights, wishes.options(i), stream.unit()))
}

/// The index at the quantile `u` of these weights, restricted to `options` if there is a restriction.
pub(super) fn draw_index(weights: &[f64], options: Option<&[usize]>, u: f64) -> usize {
    let weight = |index: usize| match options {
        Some(options) if !options.contains(&index) => 0.0,
        _ => weights[index],
    };
    let total: f64 = (0..weights.len()).map(weight).sum();
    let mut left = u * total;
    let mut last = 0;
    for index in (0..weights.len()).filter(|index| weight(*index) > 0.0) {
        last = index;
        left -= weight(index);
        if left < 0.0 {
            break;
        }
    }
    last
}
