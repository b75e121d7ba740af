//! What holds for each trial.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tunewright_core::Code;
use tunewright_core::study::TrialState;

use super::super::history::{Entry, Held, Op, Outcome, Verdict};
use super::{Ending, FinalTrial, Violation};

/// All that was said of one trial, and how it ended.
struct Case<'a> {
    /// How the server shows it in the end.
    found: &'a FinalTrial,
    told: Vec<Told<'a>>,
    leased: Vec<(&'a Held, Duration, Duration)>,
    /// When cancelling it was acknowledged.
    cancelled: Option<Duration>,
    /// A cancel was refused, for it had ended otherwise.
    came_too_late: bool,
    /// When somebody first tried to end an attempt of it.
    touched: Option<Duration>,
    seen: Vec<Seen>,
}

/// Somebody looked.
struct Seen {
    state: TrialState,
    loss: Option<f64>,
    invoked: Duration,
    answered: Duration,
}

struct Told<'a> {
    held: &'a Held,
    verdict: Verdict,
    invoked: Duration,
    answered: Duration,
    outcome: &'a Outcome,
}

impl Told<'_> {
    /// It was answered that this counts, now or already.
    const fn is_acknowledged(&self) -> bool {
        matches!(self.outcome, Outcome::Told { .. })
    }

    /// It was answered that this counts from now on.
    const fn is_first(&self) -> bool {
        matches!(self.outcome, Outcome::Told { duplicate: false, .. })
    }

    /// It was answered that this does not count.
    const fn is_refused(&self) -> bool {
        matches!(
            self.outcome,
            Outcome::Refused(
                Code::LeaseLost | Code::Conflict | Code::Closed | Code::NotFound | Code::Invalid
            )
        )
    }

    const fn is_result(&self) -> bool {
        matches!(self.verdict, Verdict::Complete(_) | Verdict::Prune(_))
    }

    /// Whether the trial ended with just this.
    fn is(&self, found: &FinalTrial) -> bool {
        let (state, loss) = match self.verdict {
            Verdict::Complete(loss) => (TrialState::Completed, loss),
            Verdict::Prune(loss) => (TrialState::Pruned, loss),
            Verdict::Fail | Verdict::Release => return false,
        };
        found.state == state && found.loss == Some(loss) && found.brought_by == [self.held.attempt]
    }
}

pub(super) fn check(entries: &[Entry], ending: &Ending, lease: Duration) -> Vec<Violation> {
    let mut violations = Vec::new();
    let granted = granted(entries);
    let mut spoken: BTreeMap<(&str, u64), Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        for number in numbers(entry) {
            spoken.entry((&entry.study, number)).or_default().push(entry);
        }
    }
    for ((study, number), said) in &spoken {
        let there = ending.get(*study).is_some_and(|study| study.trials.contains_key(number));
        let acknowledged =
            said.iter().any(|entry| !matches!(entry.outcome(), Outcome::Unknown | Outcome::Refused(_)));
        if !there && acknowledged {
            let what = "it was acknowledged, and is not there any more";
            violations.push(Violation::new(1, study, Some(*number), what));
        }
    }
    for (name, study) in ending {
        for (number, found) in &study.trials {
            let said = spoken.get(&(name.as_str(), *number)).map_or(&[][..], Vec::as_slice);
            let case = Case::new(*number, found, said);
            let mut note = |promise, what| {
                violations.push(Violation::new(promise, name, Some(*number), what));
            };
            case.check_acknowledged(&mut note);
            case.check_counted(study.is_workers, &mut note);
            case.check_attempts(&mut note);
            case.check_winner(&mut note);
            case.check_stays(&mut note);
            case.check_alone(&granted, lease, &mut note);
            if !found.state.is_terminal() {
                note(15, format!("it is still {} once all is well", found.state.as_str()));
            }
        }
    }
    violations
}

/// When each lease was asked for first, of those of which that is known: it was not granted before.
pub(super) type Granted<'a> = BTreeMap<&'a str, Duration>;

pub(super) fn granted(entries: &[Entry]) -> Granted<'_> {
    let mut asked = BTreeMap::new();
    let mut granted = BTreeMap::new();
    for entry in entries {
        let Op::Ask { request_id, reclaim } = &entry.op else { continue };
        let first = *asked.entry((&entry.study, request_id)).or_insert(entry.invoked);
        // Who wants back what it had gets leases of any age.
        if let (Outcome::Leased(leased), false) = (entry.outcome(), reclaim) {
            for held in leased {
                granted.entry(held.lease.as_str()).or_insert(first);
            }
        }
    }
    granted
}

/// The trials that an entry speaks of.
fn numbers(entry: &Entry) -> Vec<u64> {
    match (&entry.op, entry.outcome()) {
        (Op::Ask { .. }, Outcome::Leased(leased)) => leased.iter().map(|held| held.trial).collect(),
        (Op::Ask { .. } | Op::Create, _) => Vec::new(),
        (Op::Tell { held, .. }, _) => vec![held.trial],
        (Op::Cancel { trial } | Op::Look { trial }, _) => vec![*trial],
    }
}

impl<'a> Case<'a> {
    fn new(number: u64, found: &'a FinalTrial, said: &[&'a Entry]) -> Self {
        let mut case = Self {
            found,
            told: Vec::new(),
            leased: Vec::new(),
            cancelled: None,
            came_too_late: false,
            touched: None,
            seen: Vec::new(),
        };
        for entry in said {
            let at = entry.answered.as_ref().map_or(Duration::MAX, |(at, _)| *at);
            if matches!(entry.op, Op::Tell { .. } | Op::Cancel { .. }) {
                case.touched = Some(case.touched.map_or(entry.invoked, |first| first.min(entry.invoked)));
            }
            match (&entry.op, entry.outcome()) {
                (Op::Ask { .. }, Outcome::Leased(leased)) => {
                    let own = leased.iter().filter(|held| held.trial == number);
                    case.leased.extend(own.map(|held| (held, entry.invoked, at)));
                }
                (Op::Tell { held, verdict }, outcome) => {
                    let (verdict, invoked) = (*verdict, entry.invoked);
                    case.told.push(Told { held, verdict, invoked, answered: at, outcome });
                }
                (Op::Cancel { .. }, Outcome::Cancelled) => {
                    case.cancelled = Some(case.cancelled.map_or(at, |first| first.min(at)));
                }
                (Op::Cancel { .. }, Outcome::Refused(Code::Closed)) => case.came_too_late = true,
                (Op::Look { .. }, Outcome::Seen { state, loss }) => {
                    let (state, loss, invoked) = (*state, *loss, entry.invoked);
                    case.seen.push(Seen { state, loss, invoked, answered: at });
                }
                _ => {}
            }
        }
        case
    }

    fn check_acknowledged(&self, note: &mut impl FnMut(u8, String)) {
        let found = self.found;
        for told in self.told.iter().filter(|told| told.is_acknowledged()) {
            let (attempt, verdict) = (told.held.attempt, told.verdict);
            let is_lost = match (verdict, told.outcome) {
                (Verdict::Complete(_) | Verdict::Prune(_), _) => !told.is(found),
                (Verdict::Fail, Outcome::Told { requeued: false, .. }) => found.state != TrialState::Failed,
                _ => found.attempt < attempt || found.brought_by.contains(&attempt),
            };
            if is_lost {
                note(1, format!("{verdict:?} of attempt {attempt} was acknowledged, but it is {found:?}"));
            }
        }
        for (held, ..) in &self.leased {
            if held.attempt > found.attempt {
                note(1, format!("attempt {} was leased, but the newest is {}", held.attempt, found.attempt));
            }
        }
        if self.cancelled.is_some() && found.state != TrialState::Cancelled {
            note(1, format!("its cancel was acknowledged, but it is {found:?}"));
        }
    }

    fn check_counted(&self, is_workers: bool, note: &mut impl FnMut(u8, String)) {
        let found = self.found;
        if found.brought_by.len() > 1 {
            note(2, format!("attempts {:?} brought a result", found.brought_by));
        }
        let firsts = self.told.iter().filter(|told| told.is_first() && told.is_result()).count();
        if firsts > 1 {
            note(2, format!("{firsts} results were acknowledged as the first"));
        }
        let is_known = is_workers || self.told.iter().any(|told| told.is(found));
        if matches!(found.state, TrialState::Completed | TrialState::Pruned) && !is_known {
            note(2, format!("nobody told what is counted: {found:?}"));
        }
        if found.state == TrialState::Completed
            && let Some(expected) = found.expected_loss
            && found.loss != Some(expected)
        {
            note(2, format!("its point gives {expected}, but {:?} is counted", found.loss));
        }
        for told in self.told.iter().filter(|told| told.is_refused() && told.is(found)) {
            note(2, format!("{:?} was refused, and counts all the same", told.verdict));
        }
    }

    fn check_attempts(&self, note: &mut impl FnMut(u8, String)) {
        let mut leases: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
        for (held, ..) in &self.leased {
            leases.entry(held.attempt).or_default().insert(&held.lease);
        }
        for (attempt, leases) in leases.iter().filter(|(_, leases)| leases.len() > 1) {
            note(3, format!("attempt {attempt} was leased {} times: {leases:?}", leases.len()));
        }
        for told in self.told.iter().filter(|told| told.is_first() && told.is_result()) {
            let newer = self
                .leased
                .iter()
                .find(|(held, _, answered)| held.attempt > told.held.attempt && *answered < told.invoked);
            if let Some((newer, ..)) = newer {
                let (old, new) = (told.held.attempt, newer.attempt);
                note(3, format!("attempt {old} brought a result after attempt {new} was leased"));
            }
        }
    }

    fn check_winner(&self, note: &mut impl FnMut(u8, String)) {
        let found = self.found;
        if let Some(cancelled) = self.cancelled {
            if self.told.iter().any(|told| told.is_acknowledged() && told.is_result()) {
                note(12, "both its cancel and a result were acknowledged".to_owned());
            }
            if self.leased.iter().any(|(_, invoked, _)| *invoked > cancelled) {
                note(12, "an attempt was leased after its cancel was acknowledged".to_owned());
            }
        }
        if self.came_too_late && found.state == TrialState::Cancelled {
            note(12, "a cancel was refused as too late, and it is cancelled".to_owned());
        }
        let ended = self.seen.iter().filter(|seen| seen.state.is_terminal());
        for Seen { state, loss, .. } in
            ended.filter(|seen| (seen.state, seen.loss) != (found.state, found.loss))
        {
            note(12, format!("somebody saw it {} with {loss:?}, but it is {found:?}", state.as_str()));
        }
    }

    /// What has ended stays so, also in between.
    fn check_stays(&self, note: &mut impl FnMut(u8, String)) {
        let told = self.told.iter().filter(|told| told.is_acknowledged() && told.is_result());
        let seen = self.seen.iter().filter(|seen| seen.state.is_terminal());
        let ends = told.map(|told| told.answered).chain(seen.map(|seen| seen.answered)).chain(self.cancelled);
        let Some(ended) = ends.min() else { return };
        let later = self.seen.iter().find(|seen| !seen.state.is_terminal() && seen.invoked > ended);
        if let Some(later) = later {
            note(1, format!("it was known to have ended, and was seen {} later", later.state.as_str()));
        }
    }

    /// An attempt for which its client has said nothing yet keeps its trial as long as a lease lives.
    fn check_alone(&self, granted: &Granted<'_>, lease: Duration, note: &mut impl FnMut(u8, String)) {
        for (held, ..) in &self.leased {
            let Some(since) = granted.get(held.lease.as_str()) else { continue };
            let newer = self.leased.iter().filter(|(newer, ..)| newer.attempt > held.attempt);
            let Some((newer, _, at)) = newer.min_by_key(|(_, _, answered)| *answered) else { continue };
            let is_touched = self.touched.is_some_and(|touched| touched < *at);
            if !is_touched && *at < *since + lease {
                let (old, new) = (held.attempt, newer.attempt);
                note(3, format!("attempt {new} was leased while the lease of attempt {old} lived"));
                return;
            }
        }
    }
}
