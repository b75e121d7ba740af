//! What holds for a study as a whole.

use std::collections::BTreeMap;

use tunewright_core::study::TrialState;

use super::super::history::{Entry, Op, Outcome};
use super::{Ending, FinalStudy, Violation};

pub(super) fn check(entries: &[Entry], ending: &Ending) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut creations: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in entries {
        match (&entry.op, entry.outcome()) {
            (Op::Create, Outcome::Created(is_new)) => {
                *creations.entry(&entry.study).or_default() += usize::from(*is_new);
            }
            // Whatever else was answered speaks of a study that was there.
            (_, Outcome::Unknown | Outcome::Refused(_)) => {}
            _ => {
                creations.entry(&entry.study).or_default();
            }
        }
    }
    for (name, times) in creations {
        if times > 1 {
            let what = format!("it was new {times} times, so it was lost in between");
            violations.push(Violation::new(1, name, None, what));
        }
        if !ending.contains_key(name) {
            violations.push(Violation::new(1, name, None, "it was acknowledged, and is not there any more"));
        }
    }
    for (name, study) in ending {
        violations.extend(of_study(name, study));
    }
    violations
}

fn of_study(name: &str, study: &FinalStudy) -> Vec<Violation> {
    let mut violations = Vec::new();
    if !study.has_completed {
        violations.push(Violation::new(15, name, None, "it has not ended"));
        return violations;
    }
    let in_state = |wanted: TrialState| study.trials.values().filter(move |trial| trial.state == wanted);
    let completed = in_state(TrialState::Completed).count() as u64;
    if completed != study.completed {
        let what = format!("it counts {} completed trials, and {completed} are there", study.completed);
        violations.push(Violation::new(2, name, None, what));
    }
    let budgeted = study.trials.len() as u64 - in_state(TrialState::Cancelled).count() as u64;
    if budgeted != study.max_trials {
        let what = format!("{budgeted} trials were spent of a budget of {}", study.max_trials);
        violations.push(Violation::new(2, name, None, what));
    }
    if let Some(gap) = (0..).zip(study.trials.keys()).find_map(|(want, have)| (want != *have).then_some(want))
    {
        violations.push(Violation::new(1, name, Some(gap), "its number is left out"));
    }
    violations
}
