//! The kernels of a mixture along one choice.

use crate::stream::Stream;
use crate::suggest::prior;

/// Kernels that give their own option most of the probability and all options the rest of it in proportion to the
/// prior; a kernel without an option is the prior.
#[derive(Debug)]
pub(super) struct Categorical {
    prior: Vec<f64>,
    /// The share of the prior in every kernel; > 0, at most 1.
    smear: f64,
    /// By kernel.
    options: Vec<Option<usize>>,
    /// Scratch, by option.
    weights: Vec<f64>,
}

impl Categorical {
    pub fn new(prior: Vec<f64>) -> Self {
        Self { weights: prior.clone(), prior, smear: 1.0, options: Vec::new() }
    }

    /// Takes the options, by kernel, and what those of them that have one weigh. The more they weigh the less they are
    /// smeared: c / (n + c) for c options (S. Watanabe, arXiv:2304.11127, 2023, as Optuna has it).
    #[expect(clippy::cast_precision_loss, reason = "no choice has 2^53 options")]
    pub fn fill(&mut self, options: impl Iterator<Item = Option<usize>>, weight: f64) {
        let count = self.prior.len() as f64;
        self.smear = count / (weight + count);
        self.options.clear();
        self.options.extend(options);
    }

    /// Adds to each kernel's sum the logarithm of the probability of an option.
    pub fn add(&self, option: usize, sums: &mut [f64]) {
        // A person may fix an option that has no probability: both densities have it alike.
        let prior = self.prior[option].max(f64::MIN_POSITIVE);
        let absent = libm::log(prior);
        let same = libm::log(1.0 - self.smear + self.smear * prior);
        let other = libm::log(self.smear * prior);
        for (sum, own) in sums.iter_mut().zip(&self.options) {
            *sum += match own {
                None => absent,
                Some(own) if *own == option => same,
                Some(_) => other,
            };
        }
    }

    /// A draw from one kernel, among those options that are open.
    pub fn draw(&mut self, kernel: usize, open: Option<&[usize]>, stream: &mut Stream) -> usize {
        let Some(own) = self.options[kernel] else {
            return prior::draw_index(&self.prior, open, stream.unit());
        };
        for (weight, prior) in self.weights.iter_mut().zip(&self.prior) {
            *weight = self.smear * prior;
        }
        self.weights[own] += 1.0 - self.smear;
        prior::draw_index(&self.weights, open, stream.unit())
    }
}
