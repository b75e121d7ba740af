//! The points of a grid.

use super::ticks::Ticks;
use crate::space::{ParamValue, Point, Space};
use crate::stream::Stream;
use crate::suggest::draft::assemble;
use crate::suggest::frame::Frame;
use crate::suggest::wishes::Wishes;

/// A space of which each parameter has some values only.
#[derive(Clone, Debug)]
pub(super) struct Mesh {
    pub frame: Frame,
    /// By parameter.
    pub ticks: Vec<Ticks>,
    /// How many points there are; `None` if that is more than 2^53, or too many to be worked out.
    pub count: Option<u64>,
}

/// What tells one point from another, by parameter.
pub(super) type Key = Vec<Mark>;

/// One parameter's value in a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Inactive,
    /// The value with this number.
    At(u64),
    /// One that the grid does not have: its bits.
    Off(u64),
}

impl Mesh {
    pub fn new(space: &Space, resolution: u32) -> Self {
        let frame = Frame::new(space);
        let ticks: Vec<_> = (0..frame.len()).map(|i| Ticks::new(&frame, i, resolution)).collect();
        let counts: Vec<u64> = ticks.iter().map(Ticks::count).collect();
        Self { count: space.combinations(&counts), frame, ticks }
    }

    pub fn mark(&self, i: usize, value: &ParamValue) -> Mark {
        match self.ticks[i].number(value) {
            Some(number) => Mark::At(number),
            None => Mark::Off(value.as_f64().map_or(0, |x| (x + 0.0).to_bits())),
        }
    }

    pub fn key(&self, point: &Point) -> Key {
        let mark =
            |i| point.get(&self.frame.parameter(i).label).map_or(Mark::Inactive, |value| self.mark(i, value));
        (0..self.frame.len()).map(mark).collect()
    }

    /// The point of the grid that has for parameter i the value with the number `pick(i)`, where nothing is fixed.
    pub fn point(&self, wishes: &Wishes, pick: impl Fn(usize) -> u64) -> Point {
        assemble(&self.frame, wishes, |i| self.ticks[i].value(pick(i)))
    }

    /// Whether a point has the fixed values, and values of the grid beside them.
    pub fn holds(&self, key: &Key, wishes: &Wishes) -> bool {
        (0..key.len()).all(|i| match wishes.fixed(i) {
            Some(value) => key[i] == self.mark(i, value),
            None => !matches!(key[i], Mark::Off(_)),
        })
    }

    /// The first point of which `is_taken` is false, in an order that the stream turns; `None` if there is none.
    ///
    /// All but the last of the points it looks at are taken, so that it takes no longer than these are many.
    pub fn walk(
        &self,
        wishes: &Wishes,
        stream: &mut Stream,
        is_taken: impl Fn(&Key) -> bool,
    ) -> Option<Point> {
        let len = self.frame.len();
        let starts = (0..len).map(|i| stream.below(self.ticks[i].count())).collect();
        let (key, chosen) = (vec![Mark::Inactive; len], vec![None; len]);
        let mut walk = Walk { mesh: self, wishes, is_taken, starts, key, chosen };
        walk.go(0).then(|| {
            self.point(wishes, |i| match walk.key[i] {
                Mark::At(number) => number,
                Mark::Inactive | Mark::Off(_) => 0,
            })
        })
    }
}

struct Walk<'a, T> {
    mesh: &'a Mesh,
    wishes: &'a Wishes,
    is_taken: T,
    /// By parameter: where its values are begun with.
    starts: Vec<u64>,
    key: Key,
    chosen: Vec<Option<usize>>,
}

impl<T: Fn(&Key) -> bool> Walk<'_, T> {
    /// Whether there is a point to take with the values of the first `i` parameters as they are; it is in `key` then.
    fn go(&mut self, i: usize) -> bool {
        if i == self.key.len() {
            return !(self.is_taken)(&self.key);
        }
        self.key[i] = Mark::Inactive;
        self.chosen[i] = None;
        if !self.mesh.frame.is_active(i, &self.chosen) {
            return self.go(i + 1);
        }
        if let Some(value) = self.wishes.fixed(i) {
            self.chosen[i] = self.mesh.frame.parameter(i).option_index(value);
            self.key[i] = self.mesh.mark(i, value);
            return self.go(i + 1);
        }
        let ticks = &self.mesh.ticks[i];
        let count = ticks.count();
        for step in 0..count {
            let number = (self.starts[i] + step) % count;
            if let Ticks::Options(_) = ticks {
                let option = usize::try_from(number).unwrap_or(usize::MAX);
                if self.wishes.options(i).is_some_and(|open| !open.contains(&option)) {
                    continue;
                }
                self.chosen[i] = Some(option);
            }
            self.key[i] = Mark::At(number);
            if self.go(i + 1) {
                return true;
            }
        }
        false
    }
}
