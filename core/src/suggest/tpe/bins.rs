//! Many observations on an axis, counted into narrow bins.

/// What lies in one bin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bin {
    pub count: u32,
    pub weight: f64,
    /// The sum of weight times distance from `first`'s place at the time; see [`Bin::mean`].
    moment: f64,
    anchor: f64,
    /// The least place and its weight; of equal ones the first that came.
    pub first: (f64, f64),
    /// The greatest place and its weight; of equal ones the last that came.
    pub last: (f64, f64),
}

impl Bin {
    const EMPTY: Self =
        Self { count: 0, weight: 0.0, moment: 0.0, anchor: 0.0, first: (0.0, 0.0), last: (0.0, 0.0) };

    fn of(place: f64, weight: f64) -> Self {
        let only = (place, weight);
        Self { count: 1, weight, moment: 0.0, anchor: place, first: only, last: only }
    }

    fn add(&mut self, place: f64, weight: f64) {
        if self.count == 0 {
            *self = Self::of(place, weight);
            return;
        }
        self.count += 1;
        self.weight += weight;
        self.moment += weight * (place - self.anchor);
        if place < self.first.0 {
            self.first = (place, weight);
        }
        if place >= self.last.0 {
            self.last = (place, weight);
        }
    }

    /// Takes one of the observations out; the ends stay as they are.
    pub fn remove(&mut self, (place, weight): (f64, f64)) {
        self.count -= 1;
        self.weight -= weight;
        self.moment -= weight * (place - self.anchor);
    }

    /// The weighted mean of the places.
    pub fn mean(&self) -> f64 {
        self.anchor + self.moment / self.weight
    }
}

/// Bins of equal width over a range, and single observations beyond it.
#[derive(Clone, Debug, Default)]
pub(super) struct Bins {
    low: f64,
    /// Bins per unit of length.
    scale: f64,
    grid: Vec<Bin>,
    below: Vec<Bin>,
    above: Vec<Bin>,
}

impl Bins {
    /// Empties the bins and lays them from `low` to `high`.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is bounded")]
    pub fn lay(&mut self, low: f64, high: f64, width: f64) {
        const BINS_MAX: usize = 1 << 16;
        self.low = low;
        self.scale = 1.0 / width;
        self.grid.clear();
        self.grid.resize((((high - low) / width) as usize).saturating_add(1).min(BINS_MAX), Bin::EMPTY);
        self.below.clear();
        self.above.clear();
    }

    /// Counts an observation in.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked not to be negative")]
    pub fn add(&mut self, place: f64, weight: f64) {
        let at = (place - self.low) * self.scale;
        if at < 0.0 {
            self.below.push(Bin::of(place, weight));
        } else if let Some(bin) = self.grid.get_mut(at as usize) {
            bin.add(place, weight);
        } else {
            self.above.push(Bin::of(place, weight));
        }
    }

    /// All bins that are not empty, by place.
    pub fn filled(&mut self) -> impl Iterator<Item = Bin> {
        // Stable: of equal ones the first that came stays the first.
        self.below.sort_by(|a, b| a.first.0.total_cmp(&b.first.0));
        self.above.sort_by(|a, b| a.first.0.total_cmp(&b.first.0));
        let grid = self.grid.iter().filter(|bin| bin.count > 0);
        self.below.iter().chain(grid).chain(&self.above).copied()
    }
}
