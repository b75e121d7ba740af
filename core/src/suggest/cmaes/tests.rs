//! What the evolution strategy finds, and what it does with trials that are late, missing or failed.

use super::*;
use crate::space::{ParamValue, Point};
use crate::suggest::Verdict;

const SMOOTH: &str = r#"{
    "a": {"type": "uniform", "low": -5, "high": 5}, "b": {"type": "uniform", "low": 0, "high": 1},
    "c": {"type": "loguniform", "low": 1e-5, "high": 1}, "d": {"type": "normal", "mu": 0, "sigma": 2}
}"#;

fn space(json: &str) -> Space {
    Space::from_json(json).unwrap()
}

fn ask(cmaes: &mut Cmaes, number: u64) -> Point {
    let fixed = Point::default();
    match cmaes.suggest(&Ask { number, pending: &[], fixed: &fixed, repeats: true, budget: None }) {
        Proposal::Point(point, _) => point,
        Proposal::Exhausted => panic!("points come again"),
    }
}

/// So many trials, one after the other; the points.
fn search(cmaes: &mut Cmaes, trials: u64, end: impl Fn(&Point) -> Verdict) -> Vec<Point> {
    (0..trials)
        .map(|number| {
            let point = ask(cmaes, number);
            cmaes.observe(&Observation::new(number, point.clone(), end(&point)));
            point
        })
        .collect()
}

fn completed(loss: f64) -> Verdict {
    Verdict::Completed { loss }
}

fn real(point: &Point, label: &str) -> f64 {
    point.get(label).and_then(ParamValue::as_f64).unwrap()
}

/// Its parameters as quantiles, less where the minimum is.
fn offsets(point: &Point) -> [f64; 4] {
    [
        (real(point, "a") + 5.0) / 10.0 - 0.3,
        real(point, "b") - 0.85,
        (real(point, "c").log10() + 5.0) / 5.0 - 0.6,
        crate::normal::cdf(real(point, "d") / 2.0) - 0.4,
    ]
}

/// Its contours are ellipses of axes 1 to 30 that lie across the parameters.
fn oblique(point: &Point) -> f64 {
    let [a, b, c, d] = offsets(point);
    [(a + b + c + d, 1.0), (a - b + c - d, 10.0), (a + b - c - d, 100.0), (a - b - c + d, 1_000.0)]
        .iter()
        .map(|(x, weight)| weight * x * x / 4.0)
        .sum()
}

fn least(points: &[Point], loss: impl Fn(&Point) -> f64) -> f64 {
    points.iter().map(loss).fold(f64::INFINITY, f64::min)
}

#[test]
fn it_comes_close_to_an_oblique_minimum() {
    for seed in 0..10 {
        let points = search(&mut Cmaes::new(&space(SMOOTH), seed), 400, |point| completed(oblique(point)));
        let random: Vec<Point> = {
            let mut random = crate::suggest::random::Random::new(&space(SMOOTH), seed);
            let fixed = Point::default();
            let ask = |number| Ask { number, pending: &[], fixed: &fixed, repeats: false, budget: None };
            let proposals = (0..400).map(|number| random.suggest(&ask(number)));
            proposals
                .filter_map(
                    |proposal| if let Proposal::Point(point, _) = proposal { Some(point) } else { None },
                )
                .collect()
        };
        let (found, by_chance) = (least(&points, oblique), least(&random, oblique));
        assert!(found < 1e-3 && found < 1e-2 * by_chance, "seed {seed}: {found}, by chance {by_chance}");
    }
}

#[test]
fn only_the_order_of_the_losses_matters() {
    let bent = |point: &Point| completed(libm::cbrt(oblique(point)) * 1e200 - 1e199);
    let straight = search(&mut Cmaes::new(&space(SMOOTH), 4), 200, |point| completed(oblique(point)));
    assert_eq!(search(&mut Cmaes::new(&space(SMOOTH), 4), 200, bent), straight);
}

#[test]
fn steps_and_choices_are_searched_with_the_rest() {
    let json = r#"{
        "x": {"type": "uniform", "low": 0, "high": 1},
        "many": {"type": "int", "low": 1, "high": 500},
        "few": {"type": "int", "low": 0, "high": 4},
        "kind": {"type": "choice", "options": {
            "flat": null, "round": {"y": {"type": "uniform", "low": -1, "high": 1}}, "steep": null}}
    }"#;
    let loss = |point: &Point| {
        let x = real(point, "x") - 0.2;
        let (many, few) = ((real(point, "many") - 420.0) / 500.0, (real(point, "few") - 3.0) / 5.0);
        let kind = match point.get("kind.round.y").and_then(ParamValue::as_f64) {
            Some(y) => (y - 0.5) * (y - 0.5),
            None => 0.3,
        };
        x * x + many * many + few * few + kind
    };
    for seed in 0..10 {
        let points = search(&mut Cmaes::new(&space(json), seed), 400, |point| completed(loss(point)));
        let found = least(&points, loss);
        assert!(found < 1e-3, "seed {seed}: {found}");
        // Other options stay open.
        let late = points[300..].iter().filter(|point| point.get("kind.round.y").is_none()).count();
        assert!((1..60).contains(&late), "seed {seed}: {late} of 100");
    }
}

#[test]
fn it_leaves_where_trials_fail() {
    let end = |point: &Point| {
        if real(point, "a") > -1.0 { Verdict::Failed } else { completed(oblique(point)) }
    };
    for seed in 0..10 {
        let points = search(&mut Cmaes::new(&space(SMOOTH), seed), 300, end);
        let failed = points[200..].iter().filter(|point| end(point) == Verdict::Failed).count();
        let found =
            least(
                &points,
                |point| if end(point) == Verdict::Failed { f64::INFINITY } else { oblique(point) },
            );
        assert!(failed < 50 && found < 0.02, "seed {seed}: {failed} of the last 100 failed, {found}");
    }
}

#[test]
fn it_starts_again_with_larger_generations() {
    let json =
        r#"{"x": {"type": "uniform", "low": 0, "high": 1}, "y": {"type": "uniform", "low": 0, "high": 1}}"#;
    let mut cmaes = Cmaes::new(&space(json), 1);
    search(&mut cmaes, 1_000, |point| completed(real(point, "x").powi(2) + real(point, "y").powi(2)));
    let Cmaes { plan, history, generations } = &mut cmaes;
    assert!(generations.now(plan, history).lambda() >= 8);
}

#[test]
fn nobody_waits_for_a_trial_that_hangs() {
    let begun = |missing: &[u64], until: u64| {
        let mut cmaes = Cmaes::new(&space(SMOOTH), 6);
        let point = ask(&mut cmaes, 0);
        for number in (0..until).filter(|number| !missing.contains(number)) {
            cmaes.observe(&Observation::new(number, point.clone(), completed(number as f64)));
        }
        let Cmaes { plan, history, generations } = &mut cmaes;
        generations.now(plan, history).start
    };
    // A generation is of six.
    assert_eq!((begun(&[], 5), begun(&[], 6), begun(&[], 13)), (0, 6, 12));
    assert_eq!((begun(&[2], 6), begun(&[2], 7), begun(&[2], 12)), (0, 6, 12));
    assert_eq!((begun(&[1, 2, 3], 7), begun(&[1, 2, 3, 4], 7)), (6, 0));
    // More than half of the second one is missing.
    assert_eq!((begun(&[6, 7, 8, 9], 18), begun(&[6, 7, 8, 9], 19)), (6, 18));
}

#[test]
fn a_late_trial_counts_as_if_it_had_been_in_time() {
    let points = search(&mut Cmaes::new(&space(SMOOTH), 7), 60, |point| completed(oblique(point)));
    let observation = |number: usize| {
        Observation::new(number as u64, points[number].clone(), completed(oblique(&points[number])))
    };
    let mut in_time = Cmaes::new(&space(SMOOTH), 7);
    (0..60).for_each(|number| in_time.observe(&observation(number)));
    for late in [1, 30, 58] {
        let mut cmaes = Cmaes::new(&space(SMOOTH), 7);
        for number in (0..60).filter(|number| *number != late) {
            cmaes.observe(&observation(number));
            ask(&mut cmaes, 100 + number as u64);
        }
        cmaes.observe(&observation(late));
        assert_eq!(ask(&mut cmaes, 200), ask(&mut in_time, 200), "{late}");
    }
}

#[test]
fn a_gap_in_the_numbers_costs_nothing() {
    let mut cmaes = Cmaes::new(&space(SMOOTH), 8);
    let point = ask(&mut cmaes, 0);
    for number in (0..30).chain(1 << 60..(1 << 60) + 30).chain([u64::MAX]) {
        cmaes.observe(&Observation::new(number, point.clone(), completed(1.0)));
    }
    ask(&mut cmaes, 5);
    let Cmaes { plan, history, generations } = &mut cmaes;
    assert!(generations.now(plan, history).start > 1 << 60);
}
