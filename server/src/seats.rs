//! How many there are at once, in all and of each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many seats in all, and so many for each who takes them. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Seats<K: Ord> {
    inner: Arc<Mutex<Counts<K>>>,
    max: usize,
    max_of_each: usize,
}

#[derive(Debug)]
struct Counts<K> {
    all: usize,
    of: BTreeMap<K, usize>,
}

/// One seat; it is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Seat<K: Ord> {
    seats: Seats<K>,
    who: K,
}

impl<K: Ord + Clone> Seats<K> {
    pub(crate) fn new(max: usize, max_of_each: usize) -> Self {
        let counts = Counts { all: 0, of: BTreeMap::new() };
        Self { inner: Arc::new(Mutex::new(counts)), max, max_of_each }
    }

    /// A seat, if one is free.
    pub(crate) fn take(&self, who: K) -> Option<Seat<K>> {
        let mut counts = self.counts();
        let own = counts.of.get(&who).copied().unwrap_or(0);
        if counts.all >= self.max || own >= self.max_of_each {
            return None;
        }
        counts.all += 1;
        counts.of.insert(who.clone(), own + 1);
        drop(counts);
        Some(Seat { seats: Self { inner: Arc::clone(&self.inner), ..*self }, who })
    }
}

impl<K: Ord> Seats<K> {
    fn counts(&self) -> MutexGuard<'_, Counts<K>> {
        // The counts are whole after every step, also of a thread that panicked.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Ord> Drop for Seat<K> {
    fn drop(&mut self) {
        let mut counts = self.seats.counts();
        counts.all -= 1;
        if let Some(own) = counts.of.get_mut(&self.who) {
            *own -= 1;
            if *own == 0 {
                counts.of.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_so_many_seats_in_all_and_for_each() {
        let seats = Seats::new(3, 2);
        let first = seats.take("one").expect("free");
        let _second = seats.take("one").expect("free");
        assert!(seats.take("one").is_none(), "of each");
        let _third = seats.take("other").expect("free");
        assert!(seats.take("other").is_none(), "in all");
        drop(first);
        assert!(seats.take("other").is_some());
        assert!(seats.take("one").is_some());
        let counts = seats.counts();
        assert_eq!((counts.all, counts.of.len()), (2, 2));
    }
}
