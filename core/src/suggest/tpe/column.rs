//! One parameter's observations in the order of their values.

/// The places of one parameter's values, kept sorted from ask to ask.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    sorted: Vec<Entry>,
    /// Observed since the last sorting.
    fresh: Vec<Entry>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub place: f64,
    pub slot: u32,
}

/// More new entries than this are sorted in together, fewer are put in one by one.
const ONE_BY_ONE: usize = 16;

impl Column {
    pub fn push(&mut self, place: f64, slot: u32) {
        self.fresh.push(Entry { place, slot });
    }

    /// Sorts the new entries in: by place, equal ones by number, so that the order of arrival is forgotten.
    pub fn sort(&mut self, numbers: &[u64]) {
        let order = |a: &Entry, b: &Entry| {
            a.place.total_cmp(&b.place).then_with(|| numbers[a.slot as usize].cmp(&numbers[b.slot as usize]))
        };
        if self.fresh.len() > ONE_BY_ONE {
            // The sort finds the long sorted run in front and only merges into it.
            self.sorted.append(&mut self.fresh);
            self.sorted.sort_by(order);
            return;
        }
        for entry in self.fresh.drain(..) {
            let at = self.sorted.partition_point(|other| order(other, &entry).is_lt());
            self.sorted.insert(at, entry);
        }
    }

    /// All entries; valid after [`Column::sort`].
    pub fn sorted(&self) -> &[Entry] {
        &self.sorted
    }
}
