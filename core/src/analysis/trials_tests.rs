//! Picking and sorting trials.

use proptest::prelude::*;

use super::fixture::{Ended, table};
use super::{Order, Table, trials};
use crate::study::{EndReason, TrialState};

const SPACE: &str = r#"{
    "lr": {"type": "loguniform", "low": 1e-5, "high": 1},
    "booster": {"type": "choice", "options": {"sgd": {"momentum": {"type": "uniform", "low": 0, "high": 1}}, "adam": {}}},
    "state": {"type": "int", "low": 0, "high": 9},
    "my rate": {"type": "uniform", "low": 0, "high": 1}
}"#;

/// Ten trials: lr 0, 0.1 .. 0.9; even ones by sgd; state 0..9; losses 9 down to 0; trial 3 failed and trial 4 is queued.
fn ten() -> Table {
    let trial = |i: u32| {
        let odd = i % 2 == 1;
        let momentum = if odd { f64::NAN } else { f64::from(i) / 10.0 };
        let values = [f64::from(i) / 10.0, f64::from(u8::from(odd)), momentum, f64::from(i), 0.5];
        let ended = Ended::at(&values, f64::from(9 - i)).by(["w10", "w2", "w1"][i as usize % 3]);
        let ended = ended.between(1_000, 1_000 + 1_000 * u64::from(i));
        match i {
            3 => ended.state(TrialState::Failed, Some(EndReason::Timeout)),
            4 => ended.state(TrialState::Queued, None),
            5 => ended.metric("acc", 0.7).proposed_by("gp"),
            6 => ended.proposed_by("tpe").infeasible(),
            7 => ended.proposed_by("gp"),
            _ => ended,
        }
    };
    let table = table(SPACE, (0..10).map(trial));
    let labels: Vec<_> = table.space().parameters().iter().map(|one| one.label.as_str()).collect();
    assert_eq!(labels, ["lr", "booster", "booster.sgd.momentum", "state", "my rate"]);
    table
}

#[test]
fn filters_pick_what_they_say() {
    let table = ten();
    for (filter, expected) in [
        ("", vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ("state:failed", vec![3]),
        ("state:failed,queued", vec![3, 4]),
        ("reason:timeout", vec![3]),
        ("#7", vec![7]),
        ("#1,9,77", vec![1, 9]),
        ("lr:<0.3", vec![0, 1, 2]),
        ("lr<=0.3 lr>0.1", vec![2, 3]),
        ("lr:0.2..0.4", vec![2, 3, 4]),
        ("lr=0.2,0.5", vec![2, 5]),
        ("booster=adam state:completed", vec![1, 5, 7, 9]),
        ("booster:sgd,adam lr:>=0.8", vec![8, 9]),
        ("p.state:..1", vec![0, 1]),
        ("\"my rate\":0.5 \"p.my rate\":0.5 #2", vec![2]),
        ("loss:top20%", vec![8, 9]),
        ("loss:top12.5% booster=sgd", vec![]),
        ("loss:top100%", vec![0, 1, 2, 5, 7, 8, 9]),
        ("feasible:no", vec![6]),
        ("feasible:yes state:completed lr:>0.4", vec![5, 7, 8, 9]),
        ("feasible:yes,no lr:>0.7", vec![8, 9]),
        ("loss:<2.5", vec![7, 8, 9]),
        ("m.acc:>0.5", vec![5]),
        ("worker=w2", vec![1, 4, 7]),
        ("member:gp", vec![5, 7]),
        ("member:tpe,gp", vec![5, 6, 7]),
        ("member:qmc", vec![]),
        ("origin:enqueued", vec![]),
        ("origin:suggested number:8..", vec![8, 9]),
        ("not:booster.sgd.momentum", vec![1, 3, 5, 7, 9]),
        ("not:loss", vec![3, 4]),
        ("duration:>6.5s", vec![7, 8, 9]),
        ("attempt:>1", vec![]),
    ] {
        assert_eq!(trials(&table, filter, "number").unwrap(), expected, "{filter}");
    }
}

#[test]
fn what_is_not_understood_is_refused_with_a_hint() {
    let table = ten();
    for (filter, message, hint) in [
        ("bosster=sgd", "there is no column `bosster`", "did you mean `booster`?"),
        ("stat:failed", "there is no column `stat`", "did you mean `state`?"),
        ("state:complete", "of `state`: there is no `complete`", "did you mean `completed`?"),
        ("booster=sdg", "of `booster`: there is no `sdg`", "did you mean `sgd`?"),
        ("feasible:true", "of `feasible`: there is no `true`", "there are `yes` or `no`"),
        ("booster:<3", "of `booster`: there is no `<3`", "there are `sgd` or `adam`"),
        (
            "lr:low",
            "of `lr`: `low` is no number or range",
            "write `lr:<0.3`, `lr:>=2`, `lr:0.1..0.2` or `lr=3`",
        ),
        ("m.ac:>1", "there is no column `m.ac`", "did you mean `m.acc`?"),
        (
            "lr",
            "`lr` says nothing of a value",
            "write a name and what it must be, like `state:completed` or `loss:<0.3`",
        ),
    ] {
        let refusal = trials(&table, filter, "").unwrap_err();
        assert_eq!((refusal.field.as_deref(), refusal.message.as_str()), (Some("filter"), message));
        assert_eq!(refusal.hint.as_deref(), Some(hint), "{filter}");
    }
    for filter in
        ["#x", "#", "loss:top5", "loss:top500%", "lr:\"0.1", "not:", ":", "lr:", "lr=1,,2", "\"\"", "<3"]
    {
        assert!(trials(&table, filter, "").is_err(), "{filter}");
    }
    let refusal = trials(&table, "", "-los").unwrap_err();
    assert_eq!(
        (refusal.field.as_deref(), refusal.hint.as_deref()),
        (Some("sort"), Some("did you mean `loss`?"))
    );
}

#[test]
fn orders_sort_by_what_they_name() {
    let table = ten();
    for (sort, expected) in [
        ("-number", [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ("loss", [9, 8, 7, 6, 5, 2, 1, 0, 3, 4]),
        ("-loss", [0, 1, 2, 5, 6, 7, 8, 9, 3, 4]),
        ("worker", [2, 5, 8, 0, 3, 6, 9, 1, 4, 7]),
        ("-state", [3, 0, 1, 2, 5, 6, 7, 8, 9, 4]),
        ("-p.state", [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ("booster", [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]),
        ("-booster.sgd.momentum", [8, 6, 4, 2, 0, 1, 3, 5, 7, 9]),
        ("m.acc", [5, 0, 1, 2, 3, 4, 6, 7, 8, 9]),
        ("-duration", [9, 8, 7, 6, 5, 3, 2, 1, 0, 4]),
    ] {
        assert_eq!(trials(&table, "", sort).unwrap(), expected, "{sort}");
    }
}

proptest! {
    /// Any filter text is either understood or refused, and never more.
    #[test]
    fn no_text_breaks_a_filter(text in "([a-z#\"\\\\:=<>,.%0-9 ]|loss|state|lr|top){0,20}") {
        let table = ten();
        if let Ok(found) = trials(&table, &text, "") {
            prop_assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }

    /// Against moving each trial to its place one by one.
    #[test]
    fn sorted_is_what_a_plain_insertion_gives(
        losses in prop::collection::vec(prop::option::of(-3..3_i32), 0..40),
        descending in any::<bool>(),
    ) {
        let trial = |loss: &Option<i32>| match loss {
            Some(loss) => Ended::at(&[0.5], f64::from(*loss)),
            None => Ended::at(&[0.5], 0.0).state(TrialState::Failed, None),
        };
        let table = table(r#"{"x": {"type": "uniform", "low": 0, "high": 1}}"#, losses.iter().map(trial));
        let order = Order::parse(if descending { "-loss" } else { "loss" }, &table).unwrap();
        let mut sorted: Vec<usize> = (0..losses.len()).rev().collect();
        order.sort(&table, &mut sorted);
        let mut naive: Vec<usize> = Vec::new();
        for trial in 0..losses.len() {
            let goes_before = |other: &usize| match (losses[trial], losses[*other]) {
                (Some(mine), Some(its)) => if descending { mine > its } else { mine < its },
                (Some(_), None) => true,
                (None, _) => false,
            };
            let place = naive.iter().position(goes_before).unwrap_or(naive.len());
            naive.insert(place, trial);
        }
        prop_assert_eq!(sorted, naive);
    }
}
