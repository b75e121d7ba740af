//! What holds for asks: the same request gets the same trials, and a client that starts again gets its own back.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::history::{Entry, Held, Op, Outcome};
use super::Violation;
use super::trials::granted;

/// An ask that got trials.
struct Asked<'a> {
    entry: &'a Entry,
    answered: Duration,
    leased: &'a [Held],
}

pub(super) fn check(entries: &[Entry], lease: Duration) -> Vec<Violation> {
    let mut violations = Vec::new();
    let (touched, granted) = (touched(entries), granted(entries));
    let is_untouched = |study: &str, held: &Held, before: Duration| {
        touched.get(&(study, held.trial)).is_none_or(|first| *first >= before)
    };
    let mut by_client: BTreeMap<(&str, &str), Vec<Asked<'_>>> = BTreeMap::new();
    for entry in entries {
        if let (Op::Ask { .. }, Some((answered, Outcome::Leased(leased)))) = (&entry.op, &entry.answered) {
            let asked = Asked { entry, answered: *answered, leased };
            by_client.entry((&entry.study, &entry.client)).or_default().push(asked);
        }
    }
    for ((study, _), asks) in &by_client {
        for (at, second) in asks.iter().enumerate() {
            let Op::Ask { request_id, reclaim } = &second.entry.op else { continue };
            // Nobody renews leases here, also not by asking for them back: after their time they may be over.
            let lives = |held: &Held| {
                granted.get(held.lease.as_str()).is_some_and(|since| *since + lease > second.answered)
            };
            for first in asks[..at].iter().rev() {
                let is_same =
                    matches!(&first.entry.op, Op::Ask { request_id: known, .. } if known == request_id);
                let alive = first
                    .leased
                    .iter()
                    .filter(|held| lives(held) && is_untouched(study, held, second.answered));
                for held in alive.filter(|held| !second.leased.contains(held)) {
                    let what = match (is_same, reclaim) {
                        (true, _) => format!("sent again, request `{request_id}` did not get {held:?}"),
                        (false, true) => format!("`{}` did not get {held:?} back", second.entry.client),
                        (false, false) => continue,
                    };
                    violations.push(Violation::new(11, study, Some(held.trial), what));
                }
            }
        }
    }
    violations
}

/// When somebody first tried to end an attempt of a trial.
fn touched(entries: &[Entry]) -> BTreeMap<(&str, u64), Duration> {
    let mut touched = BTreeMap::new();
    for entry in entries {
        if let Op::Tell { held: Held { trial, .. }, .. } | Op::Cancel { trial } = &entry.op {
            touched.entry((entry.study.as_str(), *trial)).or_insert(entry.invoked);
        }
    }
    touched
}
