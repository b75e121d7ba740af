//! What a problem is drawn with.

use tunewright_core::normal;
use tunewright_core::stream::Stream;

/// Random numbers of one purpose.
pub struct Chance(pub Stream);

impl Chance {
    pub fn new(seed: u64, number: u64, purpose: &str) -> Self {
        Self(Stream::new(seed, number, purpose))
    }

    /// Uniform on (0, 1).
    pub fn unit(&mut self) -> f64 {
        self.0.unit()
    }

    pub fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub fn range(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }

    /// Uniform in the logarithm; 0 < low < high.
    pub fn log_range(&mut self, low: f64, high: f64) -> f64 {
        libm::exp(self.range(libm::log(low), libm::log(high)))
    }

    /// Uniform on `low..=high`.
    pub fn count(&mut self, low: usize, high: usize) -> usize {
        low + self.0.below((high - low + 1) as u64) as usize
    }

    pub fn normal(&mut self) -> f64 {
        normal::quantile(self.unit())
    }

    pub fn normals(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.normal()).collect()
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.count(0, last));
        }
    }
}
