//! What a grid search goes through, in which order.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::space::{ParamValue, Point};
use crate::suggest::Verdict;

const SPACE: &str = r#"{
    "x": {"type": "uniform", "low": 0, "high": 10},
    "n": {"type": "int", "low": 1, "high": 3},
    "kind": {"type": "choice", "options": {
        "flat": null,
        "deep": {"depth": {"type": "randint", "low": 0, "high": 4}, "rate": {"type": "lognormal", "mu": 0, "sigma": 1}}
    }}
}"#;

/// 5 * 3 * (1 + 4 * 5).
const POINTS: usize = 315;

fn grid(json: &str, seed: u64) -> GridSearch {
    GridSearch::new(&GridSettings::default(), &Space::from_json(json).unwrap(), seed)
}

fn ask(search: &mut GridSearch, number: u64, pending: &[(u64, &Point)], fixed: &Point) -> Option<Point> {
    match search.suggest(&Ask { number, pending, fixed, repeats: false, budget: None }) {
        Proposal::Point(point, _) => Some(point),
        Proposal::Exhausted => None,
    }
}

/// Asks and tells until there is nothing left, at most 1,000 times.
fn go_through(
    search: &mut GridSearch,
    fixed: &Point,
    mut end: impl FnMut(u64, &Point) -> Verdict,
) -> Vec<Point> {
    let mut points = Vec::new();
    for number in 0..1_000 {
        let Some(point) = ask(search, number, &[], fixed) else { break };
        let verdict = end(number, &point);
        search.observe(&Observation::new(number, point.clone(), verdict));
        points.push(point);
    }
    points
}

fn completed(_: u64, _: &Point) -> Verdict {
    Verdict::Completed { loss: 1.0 }
}

fn distinct(points: &[Point]) -> usize {
    points.iter().map(|point| format!("{point:?}")).collect::<BTreeSet<_>>().len()
}

#[test]
fn every_point_of_the_tree_comes_once() {
    let space = Space::from_json(SPACE).unwrap();
    for seed in 0..3 {
        let points = go_through(&mut grid(SPACE, seed), &Point::default(), completed);
        assert_eq!((points.len(), distinct(&points)), (POINTS, POINTS));
        assert!(points.iter().all(|point| space.check(point).is_ok()));
        let xs: BTreeSet<u64> = points
            .iter()
            .map(|point| point.get("x").and_then(ParamValue::as_f64).unwrap().to_bits())
            .collect();
        assert_eq!(xs, [1.0, 3.0, 5.0, 7.0, 9.0].map(f64::to_bits).into_iter().collect());
    }
}

#[test]
fn a_search_that_is_stopped_early_has_tried_all_values_of_each_parameter() {
    let json = r#"{
        "x": {"type": "uniform", "low": 0, "high": 10}, "y": {"type": "normal", "mu": 0, "sigma": 1},
        "n": {"type": "int", "low": 1, "high": 5}, "kind": {"type": "choice", "options": ["a", "b", "c", "d", "e"]}
    }"#;
    for seed in 0..20 {
        let mut search = grid(json, seed);
        // A fifth holds one whole sixteenth at least, and of these each has one point of the sequence.
        let points: Vec<_> =
            (0..16).map(|number| ask(&mut search, number, &[], &Point::default()).unwrap()).collect();
        for label in ["x", "y", "n", "kind"] {
            let values: BTreeSet<String> =
                points.iter().map(|point| format!("{:?}", point.get(label))).collect();
            assert_eq!(values.len(), 5, "{label}: {values:?}");
        }
    }
}

#[test]
fn a_grid_too_large_to_count_is_begun_without_repeats() {
    let parameters: Vec<String> =
        (0..60).map(|i| format!(r#""p{i}": {{"type": "uniform", "low": 0, "high": 1}}"#)).collect();
    let mut search = grid(&format!("{{{}}}", parameters.join(",")), 1);
    assert_eq!(search.count(), None);
    let points = go_through(&mut search, &Point::default(), completed);
    assert_eq!((points.len(), distinct(&points)), (1_000, 1_000));
}

#[test]
fn failed_points_come_again_after_the_others_and_are_given_up() {
    let mut search = grid(SPACE, 5);
    let mut fates: BTreeMap<String, u32> = BTreeMap::new();
    let points = go_through(&mut search, &Point::default(), |number, point| {
        let before = fates.entry(format!("{point:?}")).or_default();
        *before += 1;
        // Of the first round every tenth fails; every twentieth again and again.
        match (number, *before) {
            (number, 1) if number % 10 == 0 => Verdict::Failed,
            (_, 2) if search_again(point) => Verdict::Failed,
            (_, 3) if search_again(point) => Verdict::Completed { loss: f64::INFINITY },
            _ => Verdict::Completed { loss: 0.0 },
        }
    });
    let failing: BTreeSet<String> = (0..POINTS).step_by(10).map(|at| format!("{:?}", points[at])).collect();
    assert_eq!((failing.len(), distinct(&points[..POINTS])), (32, POINTS));
    let stubborn = points.iter().step_by(10).take(32).filter(|point| search_again(point)).count();
    assert!((5..27).contains(&stubborn), "{stubborn}");
    // Each failed one once more, and those that failed again a last time.
    assert_eq!(points.len(), POINTS + 32 + stubborn);
    let second: BTreeSet<String> =
        points[POINTS..POINTS + 32].iter().map(|point| format!("{point:?}")).collect();
    assert_eq!(second, failing);
    assert!(points[POINTS + 32..].iter().all(search_again));
}

/// About half of the points.
fn search_again(point: &Point) -> bool {
    point.get("n").and_then(ParamValue::as_f64) == Some(2.0)
}

#[test]
fn what_is_pending_is_not_proposed_a_second_time() {
    let mut search = grid(r#"{"n": {"type": "int", "low": 1, "high": 4}}"#, 2);
    let fixed = Point::default();
    let mut pending: Vec<(u64, Point)> = Vec::new();
    for number in 0..4 {
        let seen: Vec<_> = pending.iter().map(|(number, point)| (*number, point)).collect();
        let point = ask(&mut search, number, &seen, &fixed).unwrap();
        assert!(pending.iter().all(|(_, other)| *other != point));
        pending.push((number, point));
    }
    let (_, failed) = pending.remove(1);
    search.observe(&Observation::new(1, failed.clone(), Verdict::Failed));
    let mut seen: Vec<_> = pending.iter().map(|(number, point)| (*number, point)).collect();
    assert_eq!(ask(&mut search, 4, &seen, &fixed), Some(failed.clone()));
    seen.push((4, &failed));
    assert_eq!(ask(&mut search, 5, &seen, &fixed), None);
}

#[test]
fn points_of_others_count_if_the_grid_has_them() {
    let json =
        r#"{"x": {"type": "uniform", "low": 0, "high": 10}, "n": {"type": "int", "low": 1, "high": 2}}"#;
    let mut search = grid(json, 3);
    let point = |x: f64| -> Point {
        [("x".to_owned(), ParamValue::Float(x)), ("n".to_owned(), ParamValue::Int(1))].into_iter().collect()
    };
    for (number, x) in [(900, 3.0), (901, 3.1), (902, 7.0)] {
        search.observe(&Observation::new(number, point(x), Verdict::Completed { loss: 1.0 }));
    }
    search.observe(&Observation::new(903, point(2.2), Verdict::Failed));
    let points = go_through(&mut search, &Point::default(), completed);
    assert_eq!((points.len(), distinct(&points)), (8, 8));
    assert!(!points.contains(&point(3.0)) && !points.contains(&point(7.0)));
}

#[test]
fn the_rest_of_a_fixed_value_is_a_grid_of_its_own() {
    // A value that the grid does not have, and one that demands its branch.
    let fixed: Point = [("x".to_owned(), ParamValue::Float(0.25)), ("depth".to_owned(), ParamValue::Int(2))]
        .into_iter()
        .map(|(label, value)| (if label == "depth" { "kind.deep.depth".to_owned() } else { label }, value))
        .collect();
    let mut search = grid(SPACE, 4);
    let points = go_through(&mut search, &fixed, completed);
    // 3 * 5, and then they repeat, as what a person fixes may.
    assert_eq!((points.len(), distinct(&points[..15]), distinct(&points)), (1_000, 15, 15));
    assert!(points.iter().all(|point| point.get("x") == Some(&ParamValue::Float(0.25))));
    assert!(points.iter().all(|point| point.get("kind.deep.depth") == Some(&ParamValue::Int(2))));
    // None of them is a point of the grid, which is still to be gone through.
    let rest = (1_000..1_400).map_while(|number| {
        let point = ask(&mut search, number, &[], &Point::default())?;
        search.observe(&Observation::new(number, point.clone(), Verdict::Pruned { loss: None }));
        Some(point)
    });
    assert_eq!(rest.count(), POINTS);
}
