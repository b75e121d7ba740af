//! No point twice, where points are finite in number.

use std::collections::BTreeSet;

use super::draft::assemble;
use super::frame::{Axis, Frame, Key};
use super::history::History;
use super::prior;
use super::wishes::Wishes;
use super::{Ask, Proposal};
use crate::space::{ParamValue, Point};
use crate::stream::Stream;

/// How often an algorithm is asked for another point when the one it gave is a repeat; the attempts differ by
/// their number.
const ATTEMPTS: u32 = 12;

/// How many points are then drawn from the prior before the unseen ones are searched for one by one.
const PRIOR_DRAWS: u32 = 16;

/// The first point of `attempt` that is not a repeat of an observed or pending one; after some attempts a draw
/// from the prior; after some of these the first unseen point in an order that the stream turns.
///
/// With values fixed by a person the last resort is a repeat; without, the space is exhausted. Where points may come
/// again, the algorithm has its way once there is no unseen one.
pub(super) fn propose(
    frame: &Frame,
    history: &History,
    ask: &Ask<'_>,
    stream: &mut Stream,
    mut attempt: impl FnMut(&Wishes, &mut Stream, u32) -> Point,
) -> Proposal {
    let wishes = Wishes::new(frame, ask.fixed);
    let first = attempt(&wishes, stream, 0);
    if frame.key(&first).is_none() {
        // Nothing that is pending can be this point, however much of it there is to look at.
        return Proposal::Point(first, None);
    }
    let pending: BTreeSet<Key> = ask.pending.iter().filter_map(|(_, point)| frame.key(point)).collect();
    let is_seen = |key: &Key| history.has_seen(key) || pending.contains(key);
    let is_repeat = |point: &Point| frame.key(point).is_some_and(|key| is_seen(&key));
    if !is_repeat(&first) || (ask.repeats && all_seen(frame, history, &pending)) {
        return Proposal::Point(first, None);
    }
    for number in 1..ATTEMPTS + PRIOR_DRAWS {
        let point = if number < ATTEMPTS {
            attempt(&wishes, stream, number)
        } else {
            prior::draw_point(frame, &wishes, stream)
        };
        if !is_repeat(&point) {
            return Proposal::Point(point, None);
        }
    }
    match Search::new(frame, &wishes, stream, &is_seen).find() {
        Some(point) => Proposal::Point(point, None),
        None if wishes.is_empty() && !ask.repeats => Proposal::Exhausted,
        None => Proposal::Point(first, None),
    }
}

/// Whether every point of a finite space was observed or is pending, without looking at each.
fn all_seen(frame: &Frame, history: &History, pending: &BTreeSet<Key>) -> bool {
    let waiting = pending.iter().filter(|key| !history.has_seen(key)).count();
    frame.cardinality().is_some_and(|count| (history.distinct() + waiting) as u64 >= count)
}

/// A walk over all points of the space, every parameter's values from a drawn start and around.
///
/// All but the last of the points it looks at have been seen, so it takes no longer than the history is.
struct Search<'a, S> {
    frame: &'a Frame,
    wishes: &'a Wishes,
    is_seen: S,
    /// By parameter: the value of a continuous one, for which any will do.
    smooth: Vec<ParamValue>,
    /// By parameter: where the walk over its values starts.
    starts: Vec<u64>,
    key: Key,
    chosen: Vec<Option<usize>>,
}

impl<'a, S: Fn(&Key) -> bool> Search<'a, S> {
    fn new(frame: &'a Frame, wishes: &'a Wishes, stream: &mut Stream, is_seen: S) -> Self {
        let smooth = (0..frame.len()).map(|i| prior::draw_value(frame, wishes, i, stream)).collect();
        let starts = (0..frame.len()).map(|_| stream.word()).collect();
        Self {
            frame,
            wishes,
            is_seen,
            smooth,
            starts,
            key: vec![None; frame.len()],
            chosen: vec![None; frame.len()],
        }
    }

    fn find(mut self) -> Option<Point> {
        if !self.go(0, false) {
            return None;
        }
        let value = |i: usize| match (&self.frame.axes[i], self.key[i]) {
            (Axis::Choice(_), _) => self.frame.option(i, self.chosen[i].unwrap_or(0)),
            (Axis::Numeric(latent), Some(index)) => {
                latent.grid().map_or_else(|| self.smooth[i].clone(), |grid| grid.value(index))
            }
            (Axis::Numeric(_), None) => self.smooth[i].clone(),
        };
        Some(assemble(self.frame, self.wishes, value))
    }

    /// Whether a new point was found with the values of the first `i` parameters as they are;
    /// `endless` says that one of these is continuous or unbounded, which makes any point new.
    fn go(&mut self, i: usize, endless: bool) -> bool {
        if i == self.frame.len() {
            return endless || !(self.is_seen)(&self.key);
        }
        self.key[i] = None;
        self.chosen[i] = None;
        if !self.frame.is_active(i, &self.chosen) {
            return self.go(i + 1, endless);
        }
        if let Some(value) = self.wishes.fixed(i) {
            self.chosen[i] = self.frame.parameter(i).option_index(value);
            self.key[i] = self.frame.index(i, value);
            return self.go(i + 1, endless || self.key[i].is_none());
        }
        self.go_over_values(i, endless)
    }

    fn go_over_values(&mut self, i: usize, endless: bool) -> bool {
        let (first, last) = match &self.frame.axes[i] {
            Axis::Choice(prior) => (0, i64::try_from(prior.len()).unwrap_or(i64::MAX) - 1),
            Axis::Numeric(latent) => match latent.indices() {
                Some(ends) => ends,
                None => return self.go(i + 1, true),
            },
        };
        let count = (last - first + 1).max(1).unsigned_abs();
        let start = self.starts[i] % count;
        for step in 0..count {
            let index = first.saturating_add_unsigned((start + step) % count);
            if let Axis::Choice(_) = &self.frame.axes[i] {
                let option = usize::try_from(index).ok();
                if self
                    .wishes
                    .options(i)
                    .is_some_and(|open| option.is_none_or(|option| !open.contains(&option)))
                {
                    continue;
                }
                self.chosen[i] = option;
            }
            self.key[i] = Some(index);
            if self.go(i + 1, endless) {
                return true;
            }
        }
        false
    }
}
