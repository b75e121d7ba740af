//! The densities are densities, and what is drawn from them follows them.

use std::collections::BTreeMap;

use super::bandwidth::{GOOD, OTHERS};
use super::coordinate::Coordinate;
use super::mixture::Mixture;
use super::search::Search;
use super::split::Rows;
use super::{Frame, Tpe};
use crate::space::{Point, Space};
use crate::stream::Stream;
use crate::suggest::wishes::Wishes;
use crate::suggest::{Ask, Observation, Proposal, Suggester, TpeSettings, Verdict};

/// A finite space of 3 * 12 + 7 * 2 + 1 = 51 points: wide and narrow cells, a choice within a choice, a parameter that two
/// options share.
const FINITE: &str = r#"{
    "model": {"type": "pchoice", "options": [
        {"p": 0.5, "value": {"depth": {"type": "quniform", "low": 0, "high": 2, "q": 1}, "leaves": {"type": "int", "low": 1, "high": 12, "log": true}}},
        {"p": 0.3, "value": {"C": {"type": "int", "low": 1, "high": 7}, "dual": {"type": "choice", "options": ["yes", "no"]}}},
        {"p": 0.2, "value": 1}
    ]}
}"#;

const SMOOTH: &str = r#"{
    "x": {"type": "loguniform", "low": 1e-4, "high": 1},
    "kind": {"type": "choice", "options": {"a": {"y": {"type": "normal", "mu": 3, "sigma": 2}}, "b": 1}}
}"#;

fn frame(json: &str) -> Frame {
    Frame::new(&Space::from_json(json).unwrap())
}

/// Points drawn from the prior, with uneven weights.
fn rows(frame: &Frame, count: u64) -> Rows {
    let wishes = Wishes::new(frame, &Point::default());
    let mut rows = Rows::default();
    for number in 0..count {
        let mut stream = Stream::new(11, number, "rows");
        let point = crate::suggest::prior::draw_point(frame, &wishes, &mut stream);
        rows.push(0.5 + stream.unit(), (0..frame.len()).map(|i| frame.place(i, &point)));
    }
    rows
}

fn mixture(frame: &Frame, count: u64) -> Mixture {
    let mut mixture = Mixture::new(frame);
    mixture.fill(frame, &rows(frame, count), 1.3, GOOD);
    mixture
}

/// Draws whole points from a mixture.
fn draws(frame: &Frame, mixture: &mut Mixture, count: u64) -> Vec<Vec<Coordinate>> {
    let mut search = Search::default();
    let wishes = Wishes::new(frame, &Point::default());
    search.begin(frame, &wishes);
    let mut stream = Stream::new(5, count, "draws");
    (0..count).map(|_| search.draw(frame, &wishes, mixture, &mut stream).to_vec()).collect()
}

fn key(point: &[Coordinate]) -> Vec<Option<i64>> {
    let index = |coordinate: &Coordinate| match *coordinate {
        Coordinate::Absent | Coordinate::Smooth(_) => None,
        Coordinate::Cell { index, .. } => Some(index),
        Coordinate::Option(index) => i64::try_from(index).ok(),
    };
    point.iter().map(index).collect()
}

/// The different points that a long series of draws from the prior gives: all there are.
fn all_points(frame: &Frame) -> BTreeMap<Vec<Option<i64>>, Vec<Coordinate>> {
    let mut prior = mixture(frame, 0);
    draws(frame, &mut prior, 20_000).into_iter().map(|point| (key(&point), point)).collect()
}

#[test]
fn the_probabilities_of_all_points_of_a_conditional_space_sum_to_one() {
    let frame = frame(FINITE);
    let points = all_points(&frame);
    assert_eq!(frame.cardinality(), Some(51));
    assert_eq!(points.len(), 51);
    for count in [0, 1, 7, 80, 400] {
        let mut mixture = mixture(&frame, count);
        let sum: f64 = points.values().map(|point| libm::exp(mixture.log_density(point))).sum();
        // Narrow cells are right to 1e-5.
        assert!((sum - 1.0).abs() < 1e-5, "{count}: {sum}");
    }
}

#[test]
fn the_density_of_a_conditional_space_integrates_to_one() {
    let frame = frame(SMOOTH);
    let parts = 400;
    let middle = |at: i32| (f64::from(at) + 0.5) / f64::from(parts);
    for count in [0, 1, 9, 60] {
        let mut mixture = mixture(&frame, count);
        let mut sum = 0.0;
        for at in 0..parts {
            let x = Coordinate::Smooth(middle(at));
            sum += libm::exp(mixture.log_density(&[x, Coordinate::Option(1), Coordinate::Absent]));
            for other in 0..parts {
                let y = Coordinate::Smooth(middle(other));
                let density = libm::exp(mixture.log_density(&[x, Coordinate::Option(0), y]));
                sum += density / f64::from(parts);
            }
        }
        // The rule of middles over kernels at least four parts wide.
        assert!((sum / f64::from(parts) - 1.0).abs() < 1e-3, "{count}: {}", sum / f64::from(parts));
    }
}

#[test]
fn what_is_drawn_has_the_probabilities_of_the_mixture() {
    let frame = frame(FINITE);
    for count in [0, 12, 150] {
        let mut mixture = mixture(&frame, count);
        let mut found = BTreeMap::new();
        for point in draws(&frame, &mut mixture, 40_000) {
            *found.entry(key(&point)).or_insert(0_u32) += 1;
        }
        let chi_square: f64 = all_points(&frame)
            .into_iter()
            .map(|(key, point)| {
                let expected = 40_000.0 * libm::exp(mixture.log_density(&point));
                (f64::from(found.get(&key).copied().unwrap_or(0)) - expected).powi(2) / expected
            })
            .sum();
        // 50 degrees of freedom: 1 in 100,000 seeds lies beyond 103.
        assert!(chi_square < 103.0, "{count}: {chi_square}");
    }
}

#[test]
fn what_is_drawn_is_spread_as_the_density_of_the_mixture() {
    let frame = frame(SMOOTH);
    for count in [2, 30] {
        let mut mixture = mixture(&frame, count);
        let mut drawn: Vec<f64> =
            draws(&frame, &mut mixture, 5_000).iter().filter_map(|point| point[0].unit()).collect();
        drawn.sort_by(f64::total_cmp);
        assert_eq!(drawn.len(), 5_000);
        // The density of x alone, by summing the others out, which are in unit measure.
        let parts = 400;
        let mut cdf = 0.0;
        let mut distance: f64 = 0.0;
        for at in 0..parts {
            let x = (f64::from(at) + 0.5) / f64::from(parts);
            let at_x = Coordinate::Smooth(x);
            let other = (0..40).map(|y| {
                let y = Coordinate::Smooth((f64::from(y) + 0.5) / 40.0);
                libm::exp(mixture.log_density(&[at_x, Coordinate::Option(0), y])) / 40.0
            });
            let density = other.sum::<f64>()
                + libm::exp(mixture.log_density(&[at_x, Coordinate::Option(1), Coordinate::Absent]));
            cdf += density / f64::from(parts);
            let below = drawn.partition_point(|u| *u < f64::from(at + 1) / f64::from(parts));
            distance = distance.max((below as f64 / 5_000.0 - cdf).abs());
        }
        // Kolmogorov and Smirnov: 1 in 10,000 seeds lies beyond 2.23 / sqrt(5000) = 0.0315.
        assert!(distance < 0.0315, "{count}: {distance}");
    }
}

fn tpe(json: &str) -> Tpe {
    Tpe::new(&TpeSettings::default(), &Space::from_json(json).unwrap(), 1)
}

fn ask(tpe: &mut Tpe, number: u64, pending: &[(u64, &Point)], fixed: &Point) -> Point {
    match tpe.suggest(&Ask { number, pending, fixed, repeats: false, budget: None }) {
        Proposal::Point(point, _) => point,
        Proposal::Exhausted => panic!("an endless space is never exhausted"),
    }
}

fn x_of(point: &Point) -> f64 {
    point.get("x").and_then(|x| x.as_f64()).unwrap()
}

#[test]
fn pending_points_are_among_the_others_and_drive_the_search_away() {
    let json = r#"{"x": {"type": "uniform", "low": 0, "high": 1}}"#;
    let mut tpe = tpe(json);
    let point = |x: f64| Point::from_iter([("x".to_owned(), crate::space::ParamValue::Float(x))]);
    for number in 0..60 {
        let x = f64::from(u32::try_from(number).unwrap()) / 60.0;
        tpe.observe(&Observation::new(number, point(x), Verdict::Completed { loss: (x - 0.3).abs() }));
    }
    let none = Point::default();
    let distance = |xs: &[f64]| xs.iter().map(|x| (x - 0.3).abs()).sum::<f64>() / xs.len() as f64;
    let free: Vec<f64> = (100..140).map(|number| x_of(&ask(&mut tpe, number, &[], &none))).collect();
    let waiting: Vec<Point> = (0..30).map(|i| point(0.25 + 0.1 * f64::from(i) / 30.0)).collect();
    let pending: Vec<_> = (60..).zip(&waiting).collect();
    let crowded: Vec<f64> = (100..140).map(|number| x_of(&ask(&mut tpe, number, &pending, &none))).collect();
    let (free, crowded) = (distance(&free), distance(&crowded));
    assert!(free < 0.05 && crowded > free, "{free} {crowded}");
    // Where 30 of 82 others are within a third of a kernel of one another, they are much denser than anywhere.
    let mut density = |pending: &[(u64, &Point)], x: f64| {
        let ask = Ask { number: 100, pending, fixed: &none, repeats: false, budget: None };
        tpe.split.update(&tpe.frame, &tpe.history, &tpe.ranking, &ask);
        tpe.others.fill(&tpe.frame, &tpe.split.others, 1.0, OTHERS);
        libm::exp(tpe.others.log_density(&[Coordinate::Smooth(x)]))
    };
    assert!(density(&pending, 0.3) > 1.5 * density(&[], 0.3));
    assert!(density(&pending, 0.8) < 0.8 * density(&[], 0.8));
}

#[test]
fn the_start_is_over_when_enough_trials_have_ended_or_are_pending() {
    let starting = |finished, pending| super::design::is_starting(finished, pending, 10);
    assert!(starting(0, 0) && starting(9, 0) && starting(4, 50) && starting(5, 4));
    assert!(!starting(10, 0) && !starting(5, 5) && !starting(7, 9) && !super::design::is_starting(0, 0, 0));
}

#[test]
fn a_constraint_keeps_the_search_out_of_where_losses_are_least() {
    let mut tpe = tpe(r#"{"x": {"type": "uniform", "low": 0, "high": 1}}"#);
    let none = Point::default();
    let mut late = Vec::new();
    for number in 0..80 {
        let point = ask(&mut tpe, number, &[], &none);
        let x = x_of(&point);
        if number >= 40 {
            late.push(x);
        }
        let verdict = Verdict::Completed { loss: x };
        // Feasible from 0.7 on.
        let constraints = vec![0.7 - x, -1.0];
        tpe.observe(&Observation { constraints, ..Observation::new(number, point, verdict) });
    }
    let inside = late.iter().filter(|x| (0.6..0.85).contains(*x)).count();
    assert!(inside > 30, "{inside} of {}: {late:?}", late.len());
}

#[test]
fn what_a_person_fixes_is_taken_into_account() {
    // The best y is x.
    let json =
        r#"{"x": {"type": "uniform", "low": 0, "high": 1}, "y": {"type": "uniform", "low": 0, "high": 1}}"#;
    let mut tpe = tpe(json);
    let float = |label: &str, value: f64| (label.to_owned(), crate::space::ParamValue::Float(value));
    for number in 0..200 {
        let mut stream = Stream::new(3, number, "any");
        let (x, y) = (stream.unit(), stream.unit());
        let verdict = Verdict::Completed { loss: (x - y).abs() };
        tpe.observe(&Observation::new(number, Point::from_iter([float("x", x), float("y", y)]), verdict));
    }
    let mut mean = |x: f64| {
        let fixed = Point::from_iter([float("x", x)]);
        let y = |number| ask(&mut tpe, number, &[], &fixed).get("y").and_then(|y| y.as_f64()).unwrap();
        (200..240).map(y).sum::<f64>() / 40.0
    };
    let (low, high) = (mean(0.2), mean(0.8));
    assert!(low < 0.35 && high > 0.65, "{low} {high}");
}
