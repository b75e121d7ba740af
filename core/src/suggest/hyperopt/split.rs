//! Which trials are the good ones.

use crate::suggest::history::History;

/// The good set is never larger.
const GOOD_MAX: usize = 25;

/// The good trials of a history.
#[derive(Debug, Default)]
pub(super) struct Split {
    good: Vec<usize>,
    is_good: Vec<bool>,
}

impl Split {
    /// Takes the min(ceil(gamma * sqrt(n)), 25) best completed trials of n finished ones.
    ///
    /// Pruned trials count in n, for they were judged, but are never good: the loss at which a trial was stopped
    /// is not the loss it would have reached. Failed and pending trials neither count nor are good.
    pub fn update(&mut self, history: &History, gamma: f64) {
        self.good.clear();
        self.good.extend(history.by_loss().take(good_count(history.finished(), gamma)));
        self.good.sort_unstable();
        self.is_good.clear();
        self.is_good.resize(history.numbers().len(), false);
        for position in &self.good {
            self.is_good[*position] = true;
        }
    }

    /// The positions of the good trials in the history, rising.
    pub fn good(&self) -> &[usize] {
        &self.good
    }

    /// By position in the history.
    pub fn is_good(&self) -> &[bool] {
        &self.is_good
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive, and bounded after the cast, which saturates"
)]
fn good_count(finished: usize, gamma: f64) -> usize {
    ((gamma * libm::sqrt(finished as f64)).ceil() as usize).min(GOOD_MAX)
}

#[cfg(test)]
mod tests {
    use super::good_count;

    #[test]
    fn the_good_set_grows_with_the_square_root_up_to_25() {
        let counts = [0, 1, 20, 100, 1_000, 10_000, 100_000].map(|n| good_count(n, 0.25));
        assert_eq!(counts, [0, 1, 2, 3, 8, 25, 25]);
    }
}
