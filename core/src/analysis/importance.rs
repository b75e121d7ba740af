//! Which parameters decide how good a trial is.

use serde::Serialize;

use super::column::objective;
use super::sample::{draw, lot};
use super::{Column, Table};
use crate::Refusal;

/// The fewest trials of which anything is said.
pub const IMPORTANCE_TRIALS_MIN: usize = 30;
/// The most trials that are looked at.
const USED_MAX: usize = 100_000;
/// The fewest and the most bins of a numeric parameter. A tenth of the trials that are all alike fill two of them.
const BINS: (usize, usize) = (4, 20);
/// Fewer trials than this leave a good part of it to chance.
const ROUGH: usize = 300;

const METHOD: &str = "PED-ANOVA: how differently each parameter is distributed among the best tenth of the trials \
    (ten at least) and among all, where it is active, as shares of the sum. It tells what matters where the search went, \
    not in all of the space.";
const METHOD_OF_METRIC: &str = "PED-ANOVA: how differently each parameter is distributed among the tenths of the \
    trials with the lowest and the highest values and among all, where it is active, as shares of the sum. It tells \
    what matters where the search went, not in all of the space.";

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Importance {
    pub n_used: usize,
    pub method: &'static str,
    pub target: String,
    /// The most important one first. Empty when nothing can be said; `remark` says why.
    pub parameters: Vec<ParameterImportance>,
    /// What to keep in mind; empty for nothing.
    pub remark: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ParameterImportance {
    pub label: String,
    /// 0..=1; the sum over the parameters is 1, or 0 when none makes a difference.
    pub importance: f64,
    /// In how many of the trials it was active.
    pub n: usize,
}

/// How much each parameter decides whether a completed trial is a good one: `target` is `loss`, or `m.NAME` for a metric,
/// of which both ends count, since nobody says which one is the good one.
///
/// Source: S. Watanabe, A. Bansal and F. Hutter, "PED-ANOVA: efficiently quantifying hyperparameter importance in
/// arbitrary subspaces", IJCAI 2023. With `p` the distribution of a parameter among all trials and `p'` the one among
/// the top, the importance is the Pearson divergence `D = integral (p'/p - 1)^2 p` (their equation 16 without its
/// factor, which is the same for all). It takes the trials as they are, drawn from the prior or not, and does not
/// change when losses are put on another scale: one that diverged counts as much as any bad one. A search that has settled
/// on a value makes its parameter look less important: among the trials that are left it decides little.
///
/// Here the densities are histograms, of bins with equally many trials (of a choice: the options), so that no scale
/// matters. Of `D` that much is taken off as chance would give: `(B - 1) / k' * (k - k') / (k - 1)` with `B` bins, `k`
/// trials and `k'` of them in the top, the mean of `D` when the top is any `k'` of the `k`.
///
/// Conditional parameters: let `a` be the share of all trials in which one is active, and `a'` its share of the top. The
/// divergence over its values and "not set" together is exactly `a'^2 / a * D(values where active) + (a' - a)^2 /
/// (a (1 - a))`. The second term is what the choice that switches it on does, and counts there already; the first
/// one is the parameter's own.
///
/// # Errors
/// `invalid` when there is no such target.
pub fn importance(table: &Table, target: &str) -> Result<Importance, Refusal> {
    let column = objective(table, target, "target")?;
    let values = column.values(table);
    let valued =
        table.completed().map(|(trial, _)| (trial, values[trial])).filter(|(_, value)| !value.is_nan());
    let mut used = draw(valued.collect(), USED_MAX);
    let nothing = |n_used, remark| Importance {
        n_used,
        method: METHOD,
        target: target.to_owned(),
        parameters: Vec::new(),
        remark,
    };
    if used.len() < IMPORTANCE_TRIALS_MIN {
        let remark = format!(
            "At least {IMPORTANCE_TRIALS_MIN} completed trials are needed; there are {} so far.",
            used.len()
        );
        return Ok(nothing(used.len(), remark));
    }
    // Equal values in random order: by number, the first part of the study would be called the better one.
    used.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(lot(a.0).cmp(&lot(b.0))));
    if used.first().map(|first| first.1) == used.last().map(|last| last.1) {
        return Ok(nothing(
            used.len(),
            format!("All of {} completed trials have the same value.", used.len()),
        ));
    }
    let mut trials: Vec<usize> = used.iter().map(|(trial, _)| *trial).collect();
    let mut strengths = strengths(table, &trials);
    if column != Column::Loss {
        trials.reverse();
        for (one, other) in strengths.iter_mut().zip(self::strengths(table, &trials)) {
            one.0 += other.0;
        }
    }
    let sum: f64 = strengths.iter().map(|(strength, _)| strength).sum();
    let shares = strengths.iter().zip(table.space().parameters()).map(|((strength, n), parameter)| {
        let importance = if sum > 0.0 { strength / sum } else { 0.0 };
        ParameterImportance { label: parameter.label.clone(), importance, n: *n }
    });
    let mut parameters: Vec<_> = shares.collect();
    parameters.sort_by(|a, b| b.importance.total_cmp(&a.importance));
    let method = if column == Column::Loss { METHOD } else { METHOD_OF_METRIC };
    Ok(Importance { parameters, method, ..nothing(used.len(), remark(used.len(), sum)) })
}

fn remark(n_used: usize, sum: f64) -> String {
    if sum <= 0.0 {
        "No parameter makes a difference that could not be chance.".to_owned()
    } else if n_used < ROUGH {
        format!("A rough estimate: it is from {n_used} trials only.")
    } else {
        String::new()
    }
}

/// The corrected divergence of each parameter, and in how many trials it is active. `trials` are ranked, the top first.
fn strengths(table: &Table, trials: &[usize]) -> Vec<(f64, usize)> {
    let top = trials.len().div_ceil(10).max(10);
    let bins = (top / 5).clamp(BINS.0, BINS.1);
    let parameters = table.space().parameters().iter().enumerate();
    let strength = |(index, parameter): (usize, &crate::space::Parameter)| {
        let values = table.values(index);
        let active = trials.iter().enumerate().map(|(rank, trial)| (values[*trial], rank < top));
        let active: Vec<(f64, bool)> = active.filter(|(value, _)| !value.is_nan()).collect();
        let (in_all, n) = (active.len() as f64 / trials.len() as f64, active.len());
        let in_top = active.iter().filter(|(_, good)| *good).count() as f64 / top as f64;
        if in_top == 0.0 {
            return (0.0, n);
        }
        let counts = if parameter.options.is_empty() {
            by_rank(active, bins)
        } else {
            by_option(&active, parameter.options.len())
        };
        (in_top * in_top / in_all * divergence(&counts), n)
    };
    parameters.map(strength).collect()
}

/// How many trials, and how many of the top, are in each of so many bins of about equally many trials. Equal values are
/// never parted.
fn by_rank(mut active: Vec<(f64, bool)>, bins: usize) -> Vec<(usize, usize)> {
    active.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut counts = vec![(0, 0); bins];
    let mut before = 0;
    for equal in active.chunk_by(|a, b| a.0 == b.0) {
        let bin = (2 * before + equal.len()) * bins / (2 * active.len());
        counts[bin].0 += equal.len();
        counts[bin].1 += equal.iter().filter(|(_, good)| *good).count();
        before += equal.len();
    }
    counts
}

fn by_option(active: &[(f64, bool)], options: usize) -> Vec<(usize, usize)> {
    let mut counts = vec![(0, 0); options];
    for (value, good) in active {
        let bin = &mut counts[(*value as usize).min(options - 1)];
        bin.0 += 1;
        bin.1 += usize::from(*good);
    }
    counts
}

/// The divergence of the top's counts from all, above what chance would give; 0 at least.
fn divergence(counts: &[(usize, usize)]) -> f64 {
    let counts: Vec<(f64, f64)> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, top)| (*n as f64, *top as f64)).collect();
    let (all, top) = counts.iter().fold((0.0, 0.0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    if all < 2.0 || top == 0.0 {
        return 0.0;
    }
    let term = |(n, good): &(f64, f64)| {
        let (p, q) = (n / all, good / top);
        (q - p) * (q - p) / p
    };
    let chance = (counts.len() as f64 - 1.0) / top * (all - top) / (all - 1.0);
    (counts.iter().map(term).sum::<f64>() - chance).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{Ended, drawn, table};
    use crate::stream::Stream;

    const THREE: &str = r#"{
        "x": {"type": "uniform", "low": 0, "high": 1},
        "y": {"type": "loguniform", "low": 1e-4, "high": 1},
        "z": {"type": "int", "low": 1, "high": 9}
    }"#;

    fn share(found: &Importance, label: &str) -> f64 {
        let one = found.parameters.iter().find(|parameter| parameter.label == label);
        one.expect("there").importance
    }

    /// 2x + y in the unit square: the best tenth is the triangle below t = sqrt(0.4), whose marginals have the
    /// divergences t^3 / 0.06 - 1 = 3.216 and t^3 / 0.12 - 1 = 1.108.
    #[test]
    fn shares_are_the_exact_ones_whatever_the_scale() {
        for seed in 0..5 {
            let table = drawn(THREE, 20_000, seed, |at, _| {
                let y = at[1].log10() / 4.0 + 1.0;
                // A loss on a scale of its own: only the order counts.
                (10.0 * (2.0 * at[0] + y)).exp()
            });
            let found = importance(&table, "loss").unwrap();
            assert_eq!((found.n_used, found.remark.as_str()), (20_000, ""));
            assert_eq!(found.parameters[0].label, "x");
            let t: f64 = 0.4_f64.sqrt();
            let (x, y) = (t.powi(3) / 0.06 - 1.0, t.powi(3) / 0.12 - 1.0);
            // The standard error of a divergence from 2,000 trials is about sqrt(4 D / 2000) = 0.08; bins of a
            // twentieth blur 2% of it.
            assert!((share(&found, "x") - x / (x + y)).abs() < 0.04, "{found:?}");
            assert!((share(&found, "y") - y / (x + y)).abs() < 0.04, "{found:?}");
            assert!(share(&found, "z") < 0.005, "{found:?}");
            assert!((found.parameters.iter().map(|one| one.importance).sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn few_trials_and_noise_give_the_order_still() {
        for seed in 0..10 {
            let table = drawn(THREE, 300, seed, |at, noise| at[0] + 0.1 * at[2] / 9.0 + 0.05 * noise.unit());
            let found = importance(&table, "loss").unwrap();
            assert_eq!(found.parameters[0].label, "x", "{found:?}");
            // 30 trials of the top: a standard deviation of sqrt(2 * 5) / 30 = 0.1 against a divergence of about 5.
            assert!(share(&found, "y") < 0.1, "{found:?}");
        }
    }

    const BRANCHES: &str = r#"{
        "model": {"type": "choice", "options": {
            "good": {"a": {"type": "uniform", "low": 0, "high": 1}, "idle": {"type": "uniform", "low": 0, "high": 1}},
            "bad": {"b": {"type": "uniform", "low": 0, "high": 1}}
        }},
        "kind": {"type": "choice", "options": ["one", "two", "three"]}
    }"#;

    /// `b` decides everything in its branch, but the branch is bad; `idle` is active in the good one and does nothing.
    #[test]
    fn the_choice_gets_what_it_decides_and_not_what_it_switches_on() {
        for seed in 0..5 {
            let table = drawn(BRANCHES, 5_000, seed, |at, noise| {
                let branch = if at[0] == 0.0 { 0.3 * at[1] } else { 0.25 + 5.0 * at[3] };
                branch + 0.02 * noise.unit()
            });
            let labels: Vec<_> = table.space().parameters().iter().map(|one| one.label.as_str()).collect();
            assert_eq!(labels, ["model", "model.good.a", "model.good.idle", "model.bad.b", "kind"]);
            let found = importance(&table, "loss").unwrap();
            assert!(share(&found, "model.bad.b") < 0.02, "{found:?}");
            assert!(share(&found, "model.good.idle") < 0.02, "{found:?}");
            assert!(share(&found, "kind") < 0.02, "{found:?}");
            // Half of the trials are of the good branch, and nearly all of the top: D = 1. Within it the top are its best
            // fifth: 4, weighted by 1^2 / 0.5 = 2.
            assert!((share(&found, "model") - 1.0 / 9.0).abs() < 0.03, "{found:?}");
            assert!((share(&found, "model.good.a") - 8.0 / 9.0).abs() < 0.03, "{found:?}");
        }
        let table = drawn(BRANCHES, 5_000, 9, |at, noise| at[0] * 10.0 + at[4] + noise.unit());
        let found = importance(&table, "loss").unwrap();
        assert!(share(&found, "model") + share(&found, "kind") > 0.97, "{found:?}");
        assert!(share(&found, "model") > 0.2 && share(&found, "kind") > 0.5, "{found:?}");
    }

    #[test]
    fn a_metric_counts_at_both_ends() {
        let space = r#"{"x": {"type": "uniform", "low": 0, "high": 1}, "y": {"type": "uniform", "low": 0, "high": 1}}"#;
        let mut stream = Stream::new(3, 0, "metric");
        let trials = (0..2_000).map(|_| {
            let (x, y) = (stream.unit(), stream.unit());
            // Only x moves the loss, and only y the metric.
            Ended::at(&[x, y], x).metric("accuracy", y)
        });
        let table = table(space, trials.collect::<Vec<_>>());
        assert!(share(&importance(&table, "loss").unwrap(), "x") > 0.98);
        assert!(share(&importance(&table, "m.accuracy").unwrap(), "y") > 0.98);
        assert_eq!(importance(&table, "m.acuracy").unwrap_err().field.as_deref(), Some("target"));
    }

    #[test]
    fn nothing_is_said_of_few_or_of_equal_trials() {
        let few = importance(&drawn(THREE, 29, 1, |at, _| at[0]), "loss").unwrap();
        assert!(few.parameters.is_empty());
        assert_eq!(few.remark, "At least 30 completed trials are needed; there are 29 so far.");
        assert!(!importance(&drawn(THREE, 30, 1, |at, _| at[0]), "loss").unwrap().parameters.is_empty());
        let equal = importance(&drawn(THREE, 100, 1, |_, _| 1.0), "loss").unwrap();
        assert!(equal.parameters.is_empty() && equal.remark.contains("same value"));
    }

    /// What is taken off for chance is its mean: over many draws of a top that means nothing, nothing is left.
    #[test]
    fn chance_alone_comes_to_nothing_on_average() {
        let mut stream = Stream::new(5, 0, "chance");
        let (all, top, rounds) = (200_usize, 40_usize, 3_000);
        let mut sum = 0.0;
        for _ in 0..rounds {
            let mut counts = [(20.0, 0.0); 10];
            let mut left = top as u64;
            for trial in 0..all {
                if stream.below((all - trial) as u64) < left {
                    counts[trial / 20].1 += 1.0;
                    left -= 1;
                }
            }
            let raw: f64 = counts.iter().map(|(_, good)| (good / 40.0 - 0.1_f64).powi(2) / 0.1).sum();
            sum += raw;
        }
        let chance = 9.0 / 40.0 * 160.0 / 199.0;
        // The standard deviation of one is about sqrt(2 * 9) / 40 * 0.8 = 0.085: five standard errors.
        assert!((sum / f64::from(rounds) - chance).abs() < 0.008, "{} {chance}", sum / f64::from(rounds));
    }
}
