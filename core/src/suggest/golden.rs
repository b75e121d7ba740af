//! Points that must never change: what a study proposes is the same after an upgrade, in debug and in release.

use std::collections::BTreeMap;

use super::{ALGORITHMS, Ask, Observation, Proposal, Verdict, build};
use crate::space::{Point, Space};

const SPACE: &str = r#"{
    "lr": {"type": "loguniform", "low": 1e-5, "high": 1},
    "layers": {"type": "int", "low": 1, "high": 8},
    "width": {"type": "int", "low": 4, "high": 1024, "log": true},
    "drop": {"type": "quniform", "low": 0, "high": 0.5, "q": 0.1},
    "scale": {"type": "lognormal", "mu": 0, "sigma": 1},
    "model": {"type": "choice", "options": {
        "svm": {"C": {"type": "normal", "mu": 0, "sigma": 2}, "degree": {"type": "randint", "low": 0, "high": 5}},
        "tree": {"depth": {"type": "uniformint", "low": 1, "high": 12}}
    }}
}"#;

/// A loss made of the point with exact arithmetic only.
fn loss(number: u64, point: &Point) -> f64 {
    let sum: f64 = point.iter().filter_map(|(_, value)| value.as_f64()).map(f64::abs).sum();
    sum + (number % 7) as f64
}

/// Some of the points of a search with failures among them.
fn points(name: &str) -> Vec<Point> {
    let space = Space::from_json(SPACE).unwrap();
    let mut suggester = build(&serde_saphyr::from_str(&format!("{{name: {name}}}")).unwrap(), &space, 42);
    let fixed = Point::default();
    let mut points = Vec::new();
    for number in 0..400 {
        let Proposal::Point(point, _) =
            suggester.suggest(&Ask { number, pending: &[], fixed: &fixed, repeats: false, budget: None })
        else {
            panic!("an endless space is never exhausted");
        };
        if [0, 1, 25, 100, 399].contains(&number) {
            points.push(point.clone());
        }
        let verdict = if number % 10 == 9 {
            Verdict::Failed
        } else {
            Verdict::Completed { loss: loss(number, &point) }
        };
        suggester.observe(&Observation::new(number, point, verdict));
    }
    points
}

/// The file as it would be with these points: a line for each, so that a change shows.
fn written(found: &BTreeMap<String, Vec<Point>>) -> String {
    let line = |point: &Point| format!("    {}", serde_json::to_string(point).unwrap());
    let entry = |(name, points): (&String, &Vec<Point>)| {
        let lines: Vec<String> = points.iter().map(line).collect();
        format!("  \"{name}\": [\n{}\n  ]", lines.join(",\n"))
    };
    let entries: Vec<String> = found.iter().map(entry).collect();
    format!("{{\n{}\n}}\n", entries.join(",\n"))
}

#[test]
fn the_points_of_a_seed_never_change() {
    let golden: BTreeMap<String, Vec<Point>> = serde_json::from_str(include_str!("golden.json")).unwrap();
    let names = ALGORITHMS.into_iter().chain(["tpe, mode: hyperopt"]);
    let found: BTreeMap<String, Vec<Point>> = names.map(|name| (name.to_owned(), points(name))).collect();
    let changed: Vec<_> = found.iter().filter(|(name, points)| golden.get(*name) != Some(*points)).collect();
    assert!(changed.is_empty() && found.len() == golden.len(), "golden.json would be:\n{}", written(&found));
}
