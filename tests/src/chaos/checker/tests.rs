//! Made-up histories, each with one broken promise, which is found; and a sound one, in which nothing is.

use std::collections::BTreeMap;
use std::time::Duration;

use tunewright_core::Code;
use tunewright_core::study::TrialState;

use super::super::history::{Entry, Held, Op, Outcome, Verdict};
use super::{Ending, FinalStudy, FinalTrial, check};

const LEASE: Duration = Duration::from_secs(2);
const FIRST: Outcome = Outcome::Told { duplicate: false, late: false, requeued: false };
const AGAIN: Outcome = Outcome::Told { duplicate: true, late: false, requeued: false };

fn held(attempt: u32) -> Held {
    Held { trial: 0, attempt, lease: format!("lease-{attempt}") }
}

fn complete(attempt: u32, loss: f64) -> Op {
    Op::Tell { held: held(attempt), verdict: Verdict::Complete(loss) }
}

/// Lets it happen so much later.
fn shift(entry: &mut Entry, by: Duration) {
    entry.invoked += by;
    if let Some((at, _)) = &mut entry.answered {
        *at += by;
    }
}

fn ask(request_id: &str) -> Op {
    Op::Ask { request_id: request_id.to_owned(), reclaim: false }
}

fn leased(attempt: u32) -> Outcome {
    Outcome::Leased(vec![held(attempt)])
}

/// What was asked and heard, each taking a tenth of a second, one after the other.
fn history(said: Vec<(Op, Outcome)>) -> Vec<Entry> {
    let entry = |(at, (op, outcome)): (u64, (Op, Outcome))| Entry {
        client: "me".to_owned(),
        study: "s".to_owned(),
        op,
        invoked: Duration::from_millis(at * 200),
        answered: Some((Duration::from_millis(at * 200 + 100), outcome)),
    };
    (0..).zip(said).map(entry).collect()
}

fn trial(state: TrialState, attempt: u32, loss: Option<f64>) -> FinalTrial {
    let brought_by = loss.map(|_| attempt).into_iter().collect();
    FinalTrial { state, attempt, loss, brought_by, expected_loss: None }
}

fn completed(attempt: u32, loss: f64) -> FinalTrial {
    trial(TrialState::Completed, attempt, Some(loss))
}

/// A study whose trials are these, and whose budget and counts fit.
fn ending(trials: Vec<FinalTrial>) -> Ending {
    let study = FinalStudy {
        has_completed: true,
        max_trials: trials.iter().filter(|trial| trial.state != TrialState::Cancelled).count() as u64,
        completed: trials.iter().filter(|trial| trial.state == TrialState::Completed).count() as u64,
        is_workers: false,
        trials: (0..).zip(trials).collect(),
    };
    BTreeMap::from([("s".to_owned(), study)])
}

/// The promises that are found to be broken, each once.
fn broken(said: Vec<(Op, Outcome)>, ending: &Ending) -> Vec<u8> {
    let mut broken: Vec<u8> =
        check(&history(said), ending, LEASE).iter().map(|violation| violation.promise).collect();
    broken.sort_unstable();
    broken.dedup();
    broken
}

/// All of it is sound: an attempt is lost and given again, answers are lost and asked for again, a cancel comes late.
fn sound() -> Vec<(Op, Outcome)> {
    vec![
        (Op::Create, Outcome::Unknown),
        (Op::Create, Outcome::Created(true)),
        (ask("1"), leased(1)),
        (ask("1"), leased(1)),
        (Op::Look { trial: 0 }, Outcome::Seen { state: TrialState::Running, loss: None }),
        (Op::Tell { held: held(1), verdict: Verdict::Fail }, Outcome::Unknown),
        (ask("2"), Outcome::Unknown),
        (ask("2"), leased(2)),
        (complete(1, 9.0), Outcome::Refused(Code::LeaseLost)),
        (complete(2, 0.5), Outcome::Unknown),
        (complete(2, 0.5), AGAIN),
        (complete(2, 0.6), Outcome::Refused(Code::Conflict)),
        (Op::Cancel { trial: 0 }, Outcome::Refused(Code::Closed)),
        (Op::Look { trial: 0 }, Outcome::Seen { state: TrialState::Completed, loss: Some(0.5) }),
    ]
}

#[test]
fn nothing_is_found_in_a_sound_history() {
    assert_eq!(check(&history(sound()), &ending(vec![completed(2, 0.5)]), LEASE), []);
}

#[test]
fn what_was_acknowledged_and_is_not_there_is_found() {
    let told = || vec![(ask("1"), leased(1)), (complete(1, 0.5), FIRST)];
    assert_eq!(broken(told(), &Ending::new()), [1], "the study is gone");
    assert_eq!(broken(told(), &ending(vec![])), [1], "the trial is gone");
    let queued = trial(TrialState::Queued, 1, None);
    assert_eq!(broken(told(), &ending(vec![queued])), [1, 15], "the result is gone");
    assert_eq!(broken(vec![(ask("1"), leased(2))], &ending(vec![trial(TrialState::Failed, 1, None)])), [1]);
    let fail = |requeued| {
        let op = Op::Tell { held: held(1), verdict: Verdict::Fail };
        vec![(op, Outcome::Told { duplicate: false, late: false, requeued })]
    };
    let failed = ending(vec![trial(TrialState::Failed, 1, None)]);
    assert_eq!(broken(fail(false), &failed), [0_u8; 0]);
    assert_eq!(broken(fail(true), &failed), [0_u8; 0]);
    let cancelled = ending(vec![trial(TrialState::Cancelled, 1, None)]);
    assert_eq!(broken(fail(false), &cancelled), [1]);
    let released = vec![
        (Op::Tell { held: held(1), verdict: Verdict::Release }, FIRST),
        (complete(1, 0.5), Outcome::Unknown),
    ];
    assert_eq!(broken(released, &ending(vec![completed(1, 0.5)])), [1], "what was given back counts");
    let twice = vec![(Op::Create, Outcome::Created(true)), (Op::Create, Outcome::Created(true))];
    assert_eq!(broken(twice, &ending(vec![])), [1], "the study was lost and made anew");
}

#[test]
fn a_gap_between_the_numbers_is_found() {
    let mut gap = ending(vec![trial(TrialState::Failed, 1, None); 3]);
    let study = gap.get_mut("s").expect("it");
    study.trials.remove(&1);
    study.max_trials = 2;
    assert_eq!(broken(vec![], &gap), [1]);
}

#[test]
fn another_value_than_the_acknowledged_one_is_found() {
    let said = vec![(complete(1, 0.5), FIRST), (complete(1, 0.6), Outcome::Unknown)];
    assert_eq!(broken(said, &ending(vec![completed(1, 0.6)])), [1]);
}

#[test]
fn a_result_that_is_counted_twice_or_out_of_nothing_is_found() {
    let both = vec![(complete(1, 0.5), FIRST), (complete(1, 0.5), FIRST)];
    assert_eq!(broken(both, &ending(vec![completed(1, 0.5)])), [2]);
    assert_eq!(broken(vec![], &ending(vec![completed(1, 0.5)])), [2], "nobody told it");
    let refused = vec![(complete(1, 0.5), Outcome::Refused(Code::LeaseLost))];
    assert_eq!(broken(refused, &ending(vec![completed(1, 0.5)])), [2], "refused, and counted");
    let said = || vec![(complete(2, 0.5), FIRST)];
    let mut brought_twice = completed(2, 0.5);
    brought_twice.brought_by = vec![1, 2];
    assert!(broken(said(), &ending(vec![brought_twice])).contains(&2));
    let mut miscounted = ending(vec![completed(2, 0.5)]);
    miscounted.get_mut("s").expect("it").completed = 2;
    assert_eq!(broken(said(), &miscounted), [2]);
    let mut overspent = ending(vec![completed(2, 0.5)]);
    overspent.get_mut("s").expect("it").max_trials = 2;
    assert_eq!(broken(said(), &overspent), [2]);
}

#[test]
fn a_workers_result_that_is_not_its_points_is_found() {
    let with = |expected| {
        let trial = FinalTrial { expected_loss: Some(expected), ..completed(1, 0.5) };
        let mut ending = ending(vec![trial]);
        ending.get_mut("s").expect("it").is_workers = true;
        ending
    };
    assert_eq!(broken(vec![], &with(0.5)), [0_u8; 0]);
    assert_eq!(broken(vec![], &with(0.25)), [2]);
}

#[test]
fn two_valid_attempts_are_found() {
    let other = Held { lease: "other".to_owned(), ..held(1) };
    let said =
        vec![(ask("1"), leased(1)), (ask("2"), Outcome::Leased(vec![other])), (complete(1, 0.5), FIRST)];
    assert_eq!(broken(said, &ending(vec![completed(1, 0.5)])), [3], "one attempt, two leases");
    let given_back = (Op::Tell { held: held(1), verdict: Verdict::Release }, Outcome::Unknown);
    let said = vec![(ask("1"), leased(1)), given_back, (ask("2"), leased(2)), (complete(1, 0.5), FIRST)];
    let mut late = completed(1, 0.5);
    late.attempt = 2;
    assert_eq!(broken(said, &ending(vec![late])), [3], "an older attempt counted");
}

#[test]
fn a_second_attempt_while_the_first_ones_lease_lives_is_found() {
    let said = || vec![(ask("1"), leased(1)), (ask("2"), leased(2)), (complete(2, 0.5), FIRST)];
    let found = ending(vec![completed(2, 0.5)]);
    assert_eq!(broken(said(), &found), [3]);
    let mut late = history(said());
    for entry in &mut late[1..] {
        entry.invoked += LEASE;
        entry.answered.as_mut().expect("answered").0 += LEASE;
    }
    assert_eq!(check(&late, &found, LEASE), [], "it had ended by then");
    let release = Op::Tell { held: held(1), verdict: Verdict::Release };
    let mut given_back = said();
    given_back.insert(1, (release, Outcome::Unknown));
    assert_eq!(broken(given_back, &found), [0_u8; 0], "it may have been given back");
}

#[test]
fn what_ran_again_after_its_end_is_found() {
    let running = || (Op::Look { trial: 0 }, Outcome::Seen { state: TrialState::Running, loss: None });
    let found = ending(vec![completed(1, 0.5)]);
    let before = vec![(ask("1"), leased(1)), running(), (complete(1, 0.5), FIRST)];
    assert_eq!(broken(before, &found), [0_u8; 0]);
    let after = vec![(ask("1"), leased(1)), (complete(1, 0.5), FIRST), running()];
    assert_eq!(broken(after, &found), [1]);
    let seen = (Op::Look { trial: 0 }, Outcome::Seen { state: TrialState::Completed, loss: Some(0.5) });
    let seen_before = vec![(ask("1"), leased(1)), (complete(1, 0.5), Outcome::Unknown), seen, running()];
    assert_eq!(broken(seen_before, &found), [1]);
}

#[test]
fn an_ask_that_is_not_idempotent_is_found() {
    let other = Held { trial: 1, ..held(1) };
    let said = |reclaim, id: &str| {
        let second = Op::Ask { request_id: id.to_owned(), reclaim };
        vec![
            (ask("1"), leased(1)),
            (second, Outcome::Leased(vec![other.clone()])),
            (complete(1, 0.5), FIRST),
            (Op::Tell { held: other.clone(), verdict: Verdict::Complete(0.25) }, FIRST),
        ]
    };
    let both = ending(vec![completed(1, 0.5), completed(1, 0.25)]);
    assert_eq!(broken(said(false, "1"), &both), [11], "the same request got another trial");
    assert_eq!(broken(said(true, "2"), &both), [11], "a client that starts again got another's");
    assert_eq!(broken(said(false, "2"), &both), [0_u8; 0], "another request gets another trial");
    // Asked for back when it was old, and again when it was over.
    let back = |id: &str| Op::Ask { request_id: id.to_owned(), reclaim: true };
    let mut old = history(vec![
        (ask("1"), leased(1)),
        (back("2"), leased(1)),
        (back("3"), Outcome::Leased(vec![])),
        (complete(1, 0.5), FIRST),
    ]);
    old[1..].iter_mut().for_each(|entry| shift(entry, LEASE / 2));
    assert_ne!(check(&old, &ending(vec![completed(1, 0.5)]), LEASE), [], "it lived");
    old[2..].iter_mut().for_each(|entry| shift(entry, LEASE / 2));
    assert_eq!(check(&old, &ending(vec![completed(1, 0.5)]), LEASE), [], "it was over");
    let mut late = history(said(false, "1"));
    for entry in &mut late[1..] {
        entry.invoked += LEASE;
        entry.answered.as_mut().expect("answered").0 += LEASE;
    }
    assert_eq!(check(&late, &both, LEASE), [], "the lease may have ended in between");
}

#[test]
fn two_winners_are_found() {
    let both = vec![(complete(1, 0.5), FIRST), (Op::Cancel { trial: 0 }, Outcome::Cancelled)];
    assert_eq!(broken(both, &ending(vec![completed(1, 0.5)])), [1, 12]);
    let cancelled = || ending(vec![trial(TrialState::Cancelled, 1, None)]);
    let leased_later = vec![(Op::Cancel { trial: 0 }, Outcome::Cancelled), (ask("1"), leased(1))];
    assert_eq!(broken(leased_later, &cancelled()), [12], "an attempt after the cancel");
    let too_late = vec![(Op::Cancel { trial: 0 }, Outcome::Refused(Code::Closed))];
    assert_eq!(broken(too_late, &cancelled()), [12], "refused as too late, and cancelled");
    let seen = Outcome::Seen { state: TrialState::Completed, loss: Some(0.5) };
    let saw = vec![(complete(1, 0.5), Outcome::Unknown), (Op::Look { trial: 0 }, seen)];
    assert_eq!(broken(saw, &cancelled()), [12], "somebody saw another winner");
}

#[test]
fn what_never_ends_is_found() {
    let running = trial(TrialState::Running, 1, None);
    assert_eq!(broken(vec![(ask("1"), leased(1))], &ending(vec![running])), [15]);
    let mut going_on = ending(vec![]);
    going_on.get_mut("s").expect("it").has_completed = false;
    assert_eq!(broken(vec![], &going_on), [15]);
}
