//! A part of the trials that stands for all of them.

/// A trial that was taken, and for how many it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sampled {
    pub(super) trial: usize,
    pub(super) loss: f64,
    /// 1 for the best ones, which are all there, and more for one drawn from many.
    pub(super) weight: f64,
}

/// At most `most` of these trials and losses, in their order: the best tenth of them (at most half of what is
/// taken), and of the rest an even draw.
///
/// The draw is seeded, and which trials it prefers does not depend on how many there are: as a study goes on, few of
/// the points of its charts change.
pub(super) fn sample(trials: &[(usize, f64)], most: usize) -> Vec<Sampled> {
    let whole = |(trial, loss): &(usize, f64)| Sampled { trial: *trial, loss: *loss, weight: 1.0 };
    if trials.len() <= most {
        return trials.iter().map(whole).collect();
    }
    let mut ranked: Vec<(usize, f64)> = trials.to_vec();
    let best = (trials.len() / 10).min(most / 2);
    if best > 0 {
        ranked.select_nth_unstable_by(best - 1, |a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    }
    let rest = ranked.split_off(best);
    let weight = rest.len() as f64 / (most - best).max(1) as f64;
    let drawn = draw(rest, most - best).into_iter().map(|(trial, loss)| Sampled { trial, loss, weight });
    let mut taken: Vec<_> = ranked.iter().map(whole).chain(drawn).collect();
    taken.sort_unstable_by_key(|one| one.trial);
    taken
}

/// At most `most` of these, any as likely as any other; in no order.
pub(super) fn draw(mut trials: Vec<(usize, f64)>, most: usize) -> Vec<(usize, f64)> {
    if trials.len() <= most {
        return trials;
    }
    if most == 0 {
        return Vec::new();
    }
    trials.select_nth_unstable_by_key(most - 1, |(trial, _)| lot(*trial));
    trials.truncate(most);
    trials
}

/// A random word of a trial, always the same and no two alike.
///
/// Source: G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014: the
/// mixing function of `SplitMix64`. A stream of a seed would do as well, but not for a million trials in a few milliseconds.
pub(super) fn lot(trial: usize) -> u64 {
    let word = (trial as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trials(count: usize) -> Vec<(usize, f64)> {
        (0..count).map(|trial| (trial, ((trial * 7919) % count) as f64)).collect()
    }

    #[test]
    fn few_are_all_taken_and_of_many_the_best_are() {
        assert_eq!(sample(&trials(50), 50).len(), 50);
        let taken = sample(&trials(1_000), 300);
        assert_eq!(taken.len(), 300);
        assert_eq!(taken.iter().filter(|one| one.loss < 100.0).count(), 100);
        assert!(taken.windows(2).all(|pair| pair[0].trial < pair[1].trial));
        let stood_for: f64 = taken.iter().map(|one| one.weight).sum();
        assert!((stood_for - 1_000.0).abs() < 1e-9);
        // A tenth would be too many.
        assert_eq!(sample(&trials(10_000), 300).iter().filter(|one| one.loss < 150.0).count(), 150);
    }

    #[test]
    fn any_trial_is_as_likely_and_few_change_as_more_come() {
        let drawn = draw(trials(10_000), 1_000);
        let early = drawn.iter().filter(|(trial, _)| *trial < 5_000).count();
        // 4.5 standard deviations of a hypergeometric law, sqrt(1000 / 4 * 0.9) = 15.
        assert!(early.abs_diff(500) < 68, "{early}");
        // Neither the halves of the numbers nor the odd ones are preferred.
        let odd = drawn.iter().filter(|(trial, _)| trial % 2 == 1).count();
        assert!(odd.abs_diff(500) < 68, "{odd}");
        let later = draw(trials(10_100), 1_000);
        let same = drawn.iter().filter(|(trial, _)| later.iter().any(|(other, _)| other == trial)).count();
        assert!(same > 950, "{same}");
    }
}
