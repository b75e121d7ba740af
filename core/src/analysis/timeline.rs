//! What each worker did when.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Table;
use crate::study::TrialState;

const METHOD: &str = "The newest attempt of each trial, by who held it.";

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Timeline {
    /// How many attempts are shown.
    pub n_used: usize,
    pub method: &'static str,
    /// Milliseconds since 1970, as all times.
    pub from: f64,
    pub to: f64,
    /// By name.
    pub lanes: Vec<Lane>,
    /// There are more attempts in this stretch of time: the ones leased first are left out.
    pub truncated: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Lane {
    /// A worker's name or a client's id.
    pub worker: String,
    /// In the order in which they were leased.
    #[cfg_attr(feature = "schema", schema(value_type = Vec<Vec<f64>>))]
    pub spans: Vec<Span>,
}

/// `trial, attempt, state, start, end`; the state as its place in [`TrialState::ALL`].
pub type Span = (usize, u32, u8, f64, f64);

/// The last `limit` attempts that overlap the stretch from `from` (the first lease, if `None`) to `to`, which is also
/// where running ones end. Of a trial only the newest attempt is known here, and of one that is queued again not even
/// when that ended: it is left out.
#[must_use]
pub fn timeline(table: &Table, from: Option<f64>, to: f64, limit: usize) -> Timeline {
    let first = table.leased().iter().copied().filter(|at| !at.is_nan()).min_by(f64::total_cmp);
    let from = from.or(first).unwrap_or(to);
    let mut found: Vec<(u32, Span)> = (0..table.len()).filter_map(|trial| span(table, trial, to)).collect();
    found.retain(|(_, (.., start, end))| *start <= to && *end >= from);
    found.sort_unstable_by(|(_, a), (_, b)| a.3.total_cmp(&b.3).then(a.0.cmp(&b.0)));
    let left_out = found.len().saturating_sub(limit);
    let shown = &found[left_out..];
    let mut lanes: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for (lessee, span) in shown {
        if let Some(worker) = table.lessee_names().get(*lessee as usize) {
            lanes.entry(worker).or_default().push(*span);
        }
    }
    let lanes = lanes.into_iter().map(|(worker, spans)| Lane { worker: worker.to_owned(), spans }).collect();
    Timeline { n_used: shown.len(), method: METHOD, from, to, lanes, truncated: left_out > 0 }
}

fn span(table: &Table, trial: usize, to: f64) -> Option<(u32, Span)> {
    let (state, start) = (table.states()[trial], table.leased()[trial]);
    let end = match state {
        TrialState::Queued => return None,
        TrialState::Running => to.max(start),
        _ => table.ended()[trial],
    };
    let lessee = table.lessees()[trial].filter(|_| !start.is_nan() && !end.is_nan())?;
    Some((lessee, (trial, table.attempts()[trial], state as u8, start, end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{Ended, table};

    #[test]
    fn lanes_hold_what_overlaps() {
        let ended = |from, to| Ended::at(&[0.5], 1.0).between(from, to);
        let table = table(
            r#"{"x": {"type": "uniform", "low": 0, "high": 1}}"#,
            [
                ended(100, 200).by("b"),
                ended(150, 400).by("a"),
                ended(210, 300).by("b"),
                ended(350, 0).by("b").state(TrialState::Running, None),
                ended(360, 0).by("b").state(TrialState::Queued, None),
                ended(600, 700).by("a"),
            ],
        );
        let all = timeline(&table, None, 500.0, 10);
        assert_eq!((all.from, all.n_used, all.truncated), (100.0, 4, false));
        assert_eq!(all.lanes.iter().map(|lane| lane.worker.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(
            all.lanes[1].spans,
            [(0, 1, 2, 100.0, 200.0), (2, 1, 2, 210.0, 300.0), (3, 1, 1, 350.0, 500.0)]
        );
        let late = timeline(&table, Some(250.0), 500.0, 2);
        assert_eq!((late.n_used, late.truncated), (2, true));
        assert_eq!(late.lanes[0].spans.len(), 2);
        assert_eq!(timeline(&table, Some(900.0), 1_000.0, 10).n_used, 1);
    }
}
