//! The model of a choice.

use super::sample::Sample;
use crate::stream::Stream;
use crate::suggest::prior;

/// Two discrete distributions over the options.
#[derive(Debug)]
pub(super) struct Categorical {
    prior: Vec<f64>,
    good: Vec<f64>,
    other: Vec<f64>,
}

impl Categorical {
    pub fn new(prior: Vec<f64>) -> Self {
        Self { good: prior.clone(), other: prior.clone(), prior }
    }

    /// Takes the good and the other observations, indices of options. Their weighted counts are
    /// the distributions, to which the prior adds `prior_weight` an option on average.
    pub fn build(&mut self, prior_weight: f64, good: Sample<'_>, others: Sample<'_>) {
        count(&mut self.good, &self.prior, prior_weight, good);
        count(&mut self.other, &self.prior, prior_weight, others);
    }

    /// The option, of so many drawn from the good distribution, where it exceeds the other most.
    pub fn propose(&self, open: Option<&[usize]>, candidates: u32, stream: &mut Stream) -> usize {
        let score = |index: usize| libm::log(self.good[index]) - libm::log(self.other[index]);
        let mut best = prior::draw_index(&self.good, open, stream.unit());
        for _ in 1..candidates {
            let index = prior::draw_index(&self.good, open, stream.unit());
            if score(index) > score(best) {
                best = index;
            }
        }
        best
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places of options are small whole numbers"
)]
fn count(counts: &mut [f64], prior: &[f64], prior_weight: f64, sample: Sample<'_>) {
    let options = prior.len() as f64;
    for (count, p) in counts.iter_mut().zip(prior) {
        *count = options * prior_weight * p;
    }
    for (place, weight) in sample.observations() {
        if let Some(count) = counts.get_mut(place as usize) {
            *count += weight;
        }
    }
    let total: f64 = counts.iter().sum();
    for count in counts {
        *count /= total;
    }
}
