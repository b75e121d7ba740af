//! What two worlds are compared by.

use std::collections::BTreeMap;

use tunewright_tests::chaos::history::{Entry, Op, Outcome};

/// All that was asked and heard, and when. Leases are random: of each counts only whether it is the same.
pub fn trace(entries: &[Entry]) -> Vec<String> {
    let mut leases = BTreeMap::new();
    let mut known = |lease: &mut String| {
        let number = leases.len();
        *lease = leases.entry(lease.clone()).or_insert(number).to_string();
    };
    let mut lines = Vec::new();
    for entry in entries {
        let mut entry = entry.clone();
        if let Op::Tell { held, .. } = &mut entry.op {
            known(&mut held.lease);
        }
        if let Some((_, Outcome::Leased(leased))) = &mut entry.answered {
            leased.iter_mut().for_each(|held| known(&mut held.lease));
        }
        lines.push(entry.to_string());
    }
    lines
}
