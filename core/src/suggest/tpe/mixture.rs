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

/// Beyond so many deviations a merged kernel's density (2e-11 of its peak) is left out.
const WINDOW: f64 = 7.0;

/// Cells narrower than this, in deviations, get the density times the width: the error is below 1e-7 of it, and
/// less than what a difference of two almost equal probabilities loses.
const NARROW_CELL: f64 = 1e-3;

/// Kernels by their means, and the probability that each leaves within the bounds.
#[derive(Clone, Debug)]
pub(super) struct Mixture {
    bounds: (f64, f64),
    kernels: Vec<Kernel>,
    /// Kernels of one bandwidth, standing for many.
    merged: Vec<Kernel>,
    /// Where the bin of the last of these starts.
    bin: f64,
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
            bin: f64::NEG_INFINITY,
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
        self.bin = f64::NEG_INFINITY;
        self.total = 0.0;
    }

    /// Adds a kernel; in the order of the means.
    pub fn push(&mut self, kernel: Kernel) {
        self.total += kernel.weight;
        self.kernels.push(kernel);
    }

    /// Adds a kernel to the others within `width` of the first of its bin; in the order of the means, and all of
    /// one bandwidth.
    pub fn merge(&mut self, kernel: Kernel, width: f64) {
        self.total += kernel.weight;
        match self.merged.last_mut() {
            Some(bin) if kernel.mu <= self.bin + width => {
                bin.weight += kernel.weight;
                if bin.weight > 0.0 {
                    bin.mu += (kernel.mu - bin.mu) * (kernel.weight / bin.weight);
                }
            }
            _ => {
                self.bin = kernel.mu;
                self.merged.push(kernel);
            }
        }
    }

    /// Ends the filling of a mixture that is to be drawn from.
    pub fn finish(&mut self) {
        let (low, high) = self.bounds;
        let mut sum = 0.0;
        self.cumulated.extend(self.kernels.iter().chain(&self.merged).map(|kernel| {
            sum += kernel.weight
                * normal::mass((low - kernel.mu) / kernel.sigma, (high - kernel.mu) / kernel.sigma);
            sum
        }));
    }

    #[cfg(test)]
    pub fn kernels(&self) -> &[Kernel] {
        &self.kernels
    }

    /// A draw from the mixture, given that it lies within the bounds.
    pub fn draw(&self, stream: &mut Stream) -> f64 {
        let (u, v) = (stream.unit(), stream.unit());
        let sum = self.cumulated.last().copied().unwrap_or(0.0);
        let at = self
            .cumulated
            .partition_point(|until| *until <= u * sum)
            .min(self.cumulated.len().saturating_sub(1));
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
            kernel.weight / kernel.sigma * libm::exp(-0.5 * ((z - kernel.mu) / kernel.sigma).powi(2))
        };
        let sum =
            self.kernels.iter().map(near).sum::<f64>() + self.window(z, z).iter().map(near).sum::<f64>();
        normal::DENSITY_AT_ZERO * sum / self.total
    }

    /// The probability between `a` and `b`, but for the same constant factor.
    pub fn mass(&self, a: f64, b: f64) -> f64 {
        let near = |kernel: &Kernel| {
            let (from, to) = ((a - kernel.mu) / kernel.sigma, (b - kernel.mu) / kernel.sigma);
            kernel.weight
                * if to - from < NARROW_CELL {
                    normal::density(0.5 * (from + to)) * (to - from)
                } else {
                    normal::mass(from, to)
                }
        };
        (self.kernels.iter().map(near).sum::<f64>() + self.window(a, b).iter().map(near).sum::<f64>())
            / self.total
    }

    /// The merged kernels that count between `a` and `b`.
    fn window(&self, a: f64, b: f64) -> &[Kernel] {
        let Some(first) = self.merged.first() else { return &[] };
        let reach = WINDOW * first.sigma;
        let from = self.merged.partition_point(|kernel| kernel.mu < a - reach);
        let to = self.merged.partition_point(|kernel| kernel.mu <= b + reach);
        &self.merged[from..to.max(from)]
    }
}
