//! Weighted observations of one parameter.

/// The good or the other observations, in rows of places and of as many weights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample<'a> {
    /// How many observations have a weight and a place.
    pub count: usize,
    /// Those of ended trials, then those of pending ones, each in the order of the trials' numbers.
    pub rows: [Row<'a>; 2],
}

/// Places and weights, zero for what is not in the sample.
pub(super) type Row<'a> = (&'a [f64], &'a [f64]);

impl Sample<'_> {
    /// The places and weights of what is in the sample.
    pub fn observations(&self) -> impl Iterator<Item = (f64, f64)> {
        // The weights common to several parameters do not tell that a malformed point lacks one of them.
        let rows = self.rows.iter();
        let each = rows.flat_map(|(places, weights)| places.iter().copied().zip(weights.iter().copied()));
        each.filter(|(place, weight)| *weight > 0.0 && !place.is_nan())
    }
}
