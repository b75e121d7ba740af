//! A mixture of normal kernels, cut off at the bounds of a parameter.

use crate::normal;
use crate::space::Law;
use crate::stream::Stream;

/// One weighted normal density.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Kernel {
    pub mu: f64,
    pub sigma: f64,
    pub weight: f64,
}

/// Beyond so many deviations a kernel's density (1e-14 of its peak) is left out.
const REACH: f64 = 8.0;

/// Cells narrower than this, in deviations, get the density times the width: the error is below 1e-7 of it, and
/// less than what a difference of two almost equal probabilities loses.
const NARROW_CELL: f64 = 1e-3;

/// Weighted kernels.
#[derive(Clone, Debug)]
pub(super) struct Mixture {
    bounds: (f64, f64),
    kernels: Vec<Kernel>,
    /// Kernels of the least bandwidth, each standing for many, by their means.
    merged: Vec<Kernel>,
    total: f64,
    /// By kernel, the sum up to it of weight times the probability within the bounds; only for drawing.
    cumulated: Vec<f64>,
}

impl Default for Mixture {
    fn default() -> Self {
        Self {
            bounds: (f64::NEG_INFINITY, f64::INFINITY),
            kernels: Vec::new(),
            merged: Vec::new(),
            total: 0.0,
            cumulated: Vec::new(),
        }
    }
}

impl Mixture {
    pub fn clear(&mut self, law: Law) {
        self.bounds = law.bounds();
        self.kernels.clear();
        self.merged.clear();
        self.cumulated.clear();
        self.total = 0.0;
    }

    /// Adds a kernel.
    pub fn push(&mut self, kernel: Kernel) {
        self.kernels.push(kernel);
    }

    /// Adds a kernel of the least bandwidth, the same for all such; in the order of the means.
    pub fn push_least(&mut self, kernel: Kernel) {
        self.merged.push(kernel);
    }

    /// Ends the filling.
    pub fn finish(&mut self) {
        self.total = self.kernels().map(|kernel| kernel.weight).sum();
    }

    /// Makes [`Mixture::draw`] possible.
    pub fn make_drawable(&mut self) {
        let (low, high) = self.bounds;
        let mut sum = 0.0;
        self.cumulated.extend(self.kernels.iter().chain(&self.merged).map(|kernel| {
            sum += kernel.weight
                * normal::mass((low - kernel.mu) / kernel.sigma, (high - kernel.mu) / kernel.sigma);
            sum
        }));
    }

    /// All kernels, the merged ones last.
    pub fn kernels(&self) -> impl Iterator<Item = &Kernel> {
        self.kernels.iter().chain(&self.merged)
    }

    /// A draw from the mixture, given that it lies within the bounds.
    pub fn draw(&self, stream: &mut Stream) -> f64 {
        let (u, v) = (stream.unit(), stream.unit());
        let sum = self.cumulated.last().copied().unwrap_or(0.0);
        let last = self.cumulated.len().saturating_sub(1);
        let at = self.cumulated.partition_point(|until| *until <= u * sum).min(last);
        let kernel =
            if at < self.kernels.len() { self.kernels[at] } else { self.merged[at - self.kernels.len()] };
        let (low, high) = self.bounds;
        let (a, b) =
            (normal::cdf((low - kernel.mu) / kernel.sigma), normal::cdf((high - kernel.mu) / kernel.sigma));
        let t = normal::quantile(a + v * (b - a));
        (kernel.mu + kernel.sigma * t).clamp(low, high)
    }

    /// The density at `z`, but for a constant factor: that it integrates to 1 within the bounds.
    pub fn density(&self, z: f64) -> f64 {
        let near = |kernel: &Kernel| {
            let scale = 1.0 / kernel.sigma;
            let t = (z - kernel.mu) * scale;
            if t.abs() > REACH { 0.0 } else { kernel.weight * scale * libm::exp(-0.5 * t * t) }
        };
        let sum =
            self.kernels.iter().map(near).sum::<f64>() + self.window(z, z).iter().map(near).sum::<f64>();
        normal::DENSITY_AT_ZERO * sum / self.total
    }

    /// The probability between `a` and `b`, but for the same constant factor.
    pub fn mass(&self, a: f64, b: f64) -> f64 {
        let near = |kernel: &Kernel| {
            let scale = 1.0 / kernel.sigma;
            let (from, to) = ((a - kernel.mu) * scale, (b - kernel.mu) * scale);
            if from > REACH || to < -REACH {
                0.0
            } else if to - from < NARROW_CELL {
                kernel.weight * normal::density(0.5 * (from + to)) * (to - from)
            } else {
                kernel.weight * normal::mass(from, to)
            }
        };
        (self.kernels.iter().map(near).sum::<f64>() + self.window(a, b).iter().map(near).sum::<f64>())
            / self.total
    }

    /// The merged kernels that count between `a` and `b`.
    fn window(&self, a: f64, b: f64) -> &[Kernel] {
        let Some(first) = self.merged.first() else { return &[] };
        let reach = REACH * first.sigma;
        let from = self.merged.partition_point(|kernel| kernel.mu < a - reach);
        let to = self.merged.partition_point(|kernel| kernel.mu <= b + reach);
        &self.merged[from..to.max(from)]
    }
}
