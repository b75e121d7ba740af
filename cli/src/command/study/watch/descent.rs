//! The best loss so far, as the study went on, and its picture in one line.

use std::collections::BTreeMap;

use tunewright::TrialNumber;

/// From low to high.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// From this ratio of the first to the last on, heights are those of logarithms.
const LOG_FROM: f64 = 30.0;

/// The trials that were better than all of a lower number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Descent {
    steps: BTreeMap<TrialNumber, f64>,
}

impl Descent {
    /// Takes in a completed trial; trials may come in any order, and more than once.
    pub fn add(&mut self, number: TrialNumber, loss: f64) {
        if self.steps.range(..number).next_back().is_some_and(|(_, before)| *before <= loss) {
            return;
        }
        self.steps.retain(|later, after| *later < number || *after < loss);
        self.steps.insert(number, loss);
    }

    /// The first and the lowest loss.
    pub fn ends(&self) -> Option<(f64, f64)> {
        let (first, last) = (self.steps.first_key_value()?, self.steps.last_key_value()?);
        Some((*first.1, *last.1))
    }

    /// The picture of the first `trials` trials, so many cells wide: lower is better. Spaces before the first loss.
    pub fn picture(&self, trials: u64, cells: usize) -> String {
        let Some((first, last)) = self.ends() else { return String::new() };
        let is_log = last > 0.0 && first / last >= LOG_FROM;
        let scaled = |loss: f64| if is_log { loss.ln() } else { loss };
        let (high, low) = (scaled(first), scaled(last));
        let columns = cells as u64;
        let cell = |column: u64| {
            // The last trial of the column's share.
            let number = ((column + 1) * trials).div_ceil(columns.max(1)).saturating_sub(1);
            let Some((_, loss)) = self.steps.range(..=TrialNumber(number)).next_back() else { return ' ' };
            let share = if high > low { (scaled(*loss) - low) / (high - low) } else { 0.0 };
            BLOCKS[height(share)]
        };
        (0..columns).map(cell).collect()
    }
}

/// The index of the block for a share from 0 to 1.
fn height(share: f64) -> usize {
    let levels = [0.0625, 0.1875, 0.3125, 0.4375, 0.5625, 0.6875, 0.8125];
    levels.into_iter().filter(|level| share > *level).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descent(losses: &[(u64, f64)]) -> Descent {
        let mut descent = Descent::default();
        for (number, loss) in losses {
            descent.add(TrialNumber(*number), *loss);
        }
        descent
    }

    #[test]
    fn only_improvements_count_in_whatever_order_they_come() {
        let sorted = descent(&[(0, 4.0), (1, 5.0), (2, 2.0), (3, 2.0), (5, 1.0)]);
        assert_eq!(sorted, descent(&[(5, 1.0), (3, 2.0), (0, 4.0), (2, 2.0), (2, 2.0), (1, 5.0)]));
        assert_eq!(sorted, descent(&[(0, 4.0), (2, 2.0), (5, 1.0)]));
        assert_eq!(sorted.ends(), Some((4.0, 1.0)));
    }

    #[test]
    fn the_picture_falls_from_the_first_loss_to_the_best() {
        let some = descent(&[(2, 8.0), (4, 4.5), (6, 1.0)]);
        assert_eq!(some.picture(8, 8), "  ██▅▅▁▁");
        assert_eq!(some.picture(8, 4), " █▅▁");
        assert_eq!(some.picture(8, 16), "    ████▅▅▅▅▁▁▁▁");
        assert_eq!(descent(&[(0, 1e6), (1, 1e3), (2, 1.0)]).picture(3, 3), "█▅▁", "of logarithms");
        assert_eq!(descent(&[(0, 1.0)]).picture(2, 2), "▁▁");
        assert_eq!(some.picture(8, 0), "");
        assert_eq!(Descent::default().picture(8, 8), "");
    }
}
