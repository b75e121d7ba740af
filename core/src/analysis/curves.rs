//! The reported values of trials, step by step.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::quantile::quantile;

/// The most steps of the band.
pub const BAND_STEPS_MAX: usize = 200;

const METHOD: &str = "Reported values of a sample of trials: the best ones as they are, and quantiles over all that \
    reported at a step (the last value in each of 200 stretches, if there are more steps).";

/// What a trial reported.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub trial: usize,
    /// The trial's own loss; a running one has none.
    pub loss: Option<f64>,
    /// Step and value, in any order; of two at a step the later one counts.
    pub points: Vec<(u64, f64)>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Curves {
    pub n_used: usize,
    pub method: &'static str,
    /// The trials with the lowest losses, the best one first.
    pub top: Vec<TopCurve>,
    pub band: Vec<Band>,
    /// How many trials have curves here.
    pub n_sampled: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TopCurve {
    pub trial: usize,
    pub loss: f64,
    /// Rising.
    pub steps: Vec<u64>,
    pub values: Vec<f64>,
}

/// Quantiles over the `n` trials that reported at this step, or at one of those since the last step of the band.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Band {
    pub step: u64,
    pub n: usize,
    pub q10: f64,
    pub q25: f64,
    pub median: f64,
    pub q75: f64,
    pub q90: f64,
}

/// The curves of the `top` best of these trials, and the band of all of them.
#[must_use]
pub fn curves(curves: &[Curve], top: usize) -> Curves {
    let read = |curve: &Curve| {
        let points = curve.points.iter().copied().filter(|(_, value)| value.is_finite());
        let points: BTreeMap<u64, f64> = points.collect();
        (!points.is_empty()).then_some((curve.trial, curve.loss, points))
    };
    let curves: Vec<_> = curves.iter().filter_map(read).collect();
    let mut best: Vec<_> =
        curves.iter().filter_map(|(trial, loss, points)| loss.map(|loss| (loss, *trial, points))).collect();
    best.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let top = best.into_iter().take(top).map(|(loss, trial, points)| TopCurve {
        trial,
        loss,
        steps: points.keys().copied().collect(),
        values: points.values().copied().collect(),
    });
    let steps: BTreeSet<u64> = curves.iter().flat_map(|(_, _, points)| points.keys().copied()).collect();
    let ends = ends(&steps);
    let mut values = vec![Vec::new(); ends.len()];
    for (_, _, points) in &curves {
        let placed: Vec<_> = points.iter().map(|(step, value)| (stretch(&ends, *step), *value)).collect();
        for one in placed.chunk_by(|a, b| a.0 == b.0) {
            values[one[0].0].push(one[one.len() - 1].1);
        }
    }
    Curves {
        n_used: curves.len(),
        method: METHOD,
        top: top.collect(),
        band: ends.into_iter().zip(values).filter_map(|(step, values)| band(step, values)).collect(),
        n_sampled: curves.len(),
    }
}

/// The last steps of the stretches: each step, or equal parts of the way if there are too many.
fn ends(steps: &BTreeSet<u64>) -> Vec<u64> {
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return Vec::new() };
    if steps.len() <= BAND_STEPS_MAX {
        return steps.iter().copied().collect();
    }
    let (span, most) = (u128::from(last - first), BAND_STEPS_MAX as u128);
    let end = |part: u128| first.saturating_add(u64::try_from(span * part / most).unwrap_or(u64::MAX));
    (1..=most).map(end).collect()
}

fn stretch(ends: &[u64], step: u64) -> usize {
    ends.partition_point(|end| *end < step).min(ends.len().saturating_sub(1))
}

fn band(step: u64, mut values: Vec<f64>) -> Option<Band> {
    if values.is_empty() {
        return None;
    }
    values.sort_unstable_by(f64::total_cmp);
    let at = |p| quantile(&values, p);
    Some(Band {
        step,
        n: values.len(),
        q10: at(0.1),
        q25: at(0.25),
        median: at(0.5),
        q75: at(0.75),
        q90: at(0.9),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_are_shown_and_all_are_in_the_band() {
        let curve = |trial: usize, loss, offset: f64, steps: u64| {
            let points = (1..=steps).map(|step| (step, offset + 1.0 / step as f64)).collect();
            Curve { trial, loss, points }
        };
        let all = [
            curve(0, Some(3.0), 0.0, 3),
            curve(1, None, 1.0, 2),
            curve(2, Some(1.0), 2.0, 3),
            curve(3, Some(2.0), 0.0, 0),
        ];
        let found = curves(&all, 1);
        assert_eq!(found.n_sampled, 3);
        assert_eq!(
            found.top,
            [TopCurve { trial: 2, loss: 1.0, steps: vec![1, 2, 3], values: vec![3.0, 2.5, 2.0 + 1.0 / 3.0] }]
        );
        assert_eq!(
            found.band.iter().map(|band| (band.step, band.n)).collect::<Vec<_>>(),
            [(1, 3), (2, 3), (3, 2)]
        );
        assert_eq!((found.band[1].q25, found.band[1].median), (1.0, 1.5));
    }

    #[test]
    fn many_steps_are_put_together() {
        let curve = |trial: usize| Curve {
            trial,
            loss: None,
            points: (0..10_000).rev().map(|step| (step, (step + trial as u64) as f64)).collect(),
        };
        let found = curves(&[curve(0), curve(2)], 5);
        assert_eq!((found.band.len(), found.top.len()), (BAND_STEPS_MAX, 0));
        // The last value of each trial in the stretch.
        assert!(found.band.iter().all(|band| band.n == 2 && band.median == band.step as f64 + 1.0));
        assert_eq!(found.band[199].step, 9_999);
        assert!(curves(&[], 3).band.is_empty());
    }
}
