//! What holds for any algorithm, space and history.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;

use super::{ALGORITHMS, Algorithm, Ask, Observation, Proposal, Suggester, Verdict, build};
use crate::space::arbitrary::{finite_spaces, point_at, spaces};
use crate::space::{Point, Space};

fn algorithms() -> impl Strategy<Value = Algorithm> {
    let tpe = (0_u32..8, 1_u32..30, 0.1..3.0).prop_map(|(n_startup, n_ei, prior_weight)| {
        Algorithm::Tpe(super::TpeSettings { n_startup, n_ei, prior_weight })
    });
    let hyperopt = (0.05..2.0, 0_u32..8, 1_u32..30, 0.1..3.0, 0_u32..30);
    let hyperopt = hyperopt.prop_map(|(gamma, n_startup, n_ei, prior_weight, linear_forgetting)| {
        let mode = super::HyperoptMode::Hyperopt;
        let settings =
            super::HyperoptTpeSettings { mode, gamma, n_startup, n_ei, prior_weight, linear_forgetting };
        Algorithm::HyperoptTpe(settings)
    });
    let anneal = (1.0..5.0, 0.0..1.0).prop_map(|(avg_best_idx, shrink_coef)| {
        Algorithm::Anneal(super::AnnealSettings { avg_best_idx, shrink_coef })
    });
    let grid = (1_u32..6).prop_map(|resolution| Algorithm::Grid(super::GridSettings { resolution }));
    let plain =
        [Algorithm::Auto, Algorithm::Gp, Algorithm::Cmaes, Algorithm::Qmc, Algorithm::Random].to_vec();
    prop_oneof![5 => proptest::sample::select(plain), 1 => tpe, 1 => hyperopt, 1 => grid, 1 => anneal]
}

/// Any losses, among them such as no result may have but an objective may still come to.
fn losses() -> BoxedStrategy<f64> {
    let usual = prop_oneof![-10.0..10.0, Just(1.0)];
    let extreme = vec![f64::MAX, -1e300, -0.0, 1e-320, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    prop_oneof![3 => usual, 1 => proptest::sample::select(extreme)].boxed()
}

fn verdicts(losses: BoxedStrategy<f64>) -> impl Strategy<Value = Verdict> {
    prop_oneof![
        6 => losses.clone().prop_map(|loss| Verdict::Completed { loss }),
        1 => proptest::option::of(losses).prop_map(|loss| Verdict::Pruned { loss }),
        1 => Just(Verdict::Failed),
    ]
}

/// What a trial tells beside its loss: the variance of it, and constraints, which other trials may lack.
fn extras() -> impl Strategy<Value = (Option<f64>, Vec<f64>)> {
    let variances = prop_oneof![0.0..4.0, Just(0.0), Just(1e300)];
    let constraints = prop_oneof![-2.0..2.0, Just(0.0), Just(f64::MAX), Just(-1e300)];
    (proptest::option::weighted(0.2, variances), proptest::collection::vec(constraints, 0..3))
}

/// Observed trials, by number, at points anywhere in the space, with any losses or all with the same.
fn histories(space: &Space, most: usize) -> impl Strategy<Value = Vec<Observation>> + use<> {
    let space = space.clone();
    let units = proptest::collection::vec(prop_oneof![0.0..=1.0, Just(0.5)], space.parameters().len());
    let constant = losses().prop_map(|loss| Just(loss).boxed());
    let losses = prop_oneof![4 => Just(losses()), 1 => constant];
    (losses, any::<bool>()).prop_flat_map(move |(losses, is_plain)| {
        let plain = Just((None, Vec::new()));
        let extras = if is_plain { plain.boxed() } else { extras().boxed() };
        let space = space.clone();
        proptest::collection::vec((units.clone(), verdicts(losses), extras), 0..most).prop_map(
            move |trials| {
                let numbered = (0..).zip(trials);
                let told = numbered.map(|(number, (units, verdict, (variance, constraints)))| {
                    let observation = Observation::new(number, point_at(&space, &units), verdict);
                    Observation { variance, constraints, ..observation }
                });
                told.collect()
            },
        )
    })
}

fn searches() -> impl Strategy<Value = (Algorithm, Space, Vec<Observation>, u64)> {
    (algorithms(), spaces(), any::<u64>()).prop_flat_map(|(algorithm, space, seed)| {
        let history = histories(&space, 60);
        (Just(algorithm), Just(space), history, Just(seed))
    })
}

fn told(algorithm: &Algorithm, space: &Space, seed: u64, history: &[Observation]) -> Box<dyn Suggester> {
    let mut suggester = build(algorithm, space, seed);
    history.iter().for_each(|observation| suggester.observe(observation));
    suggester
}

/// How many points there are to propose; `None` if endlessly many.
fn points(algorithm: &Algorithm, space: &Space) -> Option<u64> {
    match algorithm {
        Algorithm::Grid(settings) => super::grid::GridSearch::new(settings, space, 0).count(),
        _ => space.cardinality(),
    }
}

/// Asks for so many points that all stay pending.
fn ask_many(suggester: &mut dyn Suggester, first: u64, count: u64, fixed: &Point) -> Vec<Proposal> {
    let mut pending: Vec<(u64, Point)> = Vec::new();
    let mut proposals = Vec::new();
    for number in first..first + count {
        let seen: Vec<_> = pending.iter().map(|(number, point)| (*number, point)).collect();
        let proposal =
            suggester.suggest(&Ask { number, pending: &seen, fixed, repeats: false, budget: None });
        if let Proposal::Point(point, _) = &proposal {
            pending.push((number, point.clone()));
        }
        proposals.push(proposal);
    }
    proposals
}

/// Asks an endless space for a point while none is pending.
fn ask_one(suggester: &mut dyn Suggester, number: u64) -> Point {
    let Proposal::Point(point, _) = ask_many(suggester, number, 1, &Point::default()).remove(0) else {
        panic!("an endless space is never exhausted");
    };
    point
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_proposal_is_a_point_of_the_space((algorithm, space, history, seed) in searches()) {
        let mut suggester = told(&algorithm, &space, seed, &history);
        for proposal in ask_many(suggester.as_mut(), 100, 8, &Point::default()) {
            match proposal {
                Proposal::Point(point, _) => prop_assert_eq!(space.check(&point), Ok(()), "{:?}", point),
                Proposal::Exhausted => prop_assert!(points(&algorithm, &space).is_some_and(|count| count <= 68)),
            }
        }
    }

    #[test]
    fn fixed_values_stand_and_branches_follow_them(
        (algorithm, space, history, seed) in searches(),
        units in proptest::collection::vec(0.0..=1.0, 200),
        kept in proptest::collection::vec(any::<bool>(), 200),
    ) {
        // Any part of a point can be wished for, also a value deep in a branch without the choices above it.
        let whole = point_at(&space, &[units.clone(), vec![0.5; 1_000]].concat()[..space.parameters().len()]);
        let fixed: Point = whole.0.into_iter().zip(kept).filter_map(|(entry, is_kept)| is_kept.then_some(entry)).collect();
        prop_assert_eq!(space.check_partial(&fixed), Ok(()));
        let mut suggester = told(&algorithm, &space, seed, &history);
        for proposal in ask_many(suggester.as_mut(), 100, 2, &fixed) {
            let Proposal::Point(point, _) = proposal else {
                prop_assert!(fixed.is_empty());
                continue;
            };
            prop_assert_eq!(space.check(&point), Ok(()), "{:?}", point);
            for (label, value) in fixed.iter() {
                prop_assert_eq!(point.get(label), Some(value), "{}", label);
            }
        }
    }

    #[test]
    fn the_order_of_telling_changes_nothing(
        (algorithm, space, history, seed) in searches(),
        order in proptest::collection::vec(any::<Index>(), 60),
        early in 0_usize..60,
    ) {
        let mut turned = history.clone();
        for (i, other) in order.iter().enumerate().take(turned.len()) {
            turned.swap(i, other.index(history.len()));
        }
        let mut straight = told(&algorithm, &space, seed, &history);
        // The other one is also asked in between, as a server that was not restarted would be.
        let mut other = build(&algorithm, &space, seed);
        for (i, observation) in turned.iter().enumerate() {
            if i == early {
                ask_many(other.as_mut(), 1_000, 2, &Point::default());
            }
            other.observe(observation);
        }
        let fixed = Point::default();
        prop_assert_eq!(ask_many(straight.as_mut(), 100, 3, &fixed), ask_many(other.as_mut(), 100, 3, &fixed));
    }

    #[test]
    fn who_does_not_heed_pending_points_proposes_the_same_without_them((algorithm, space, history, seed) in searches()) {
        let mut suggester = told(&algorithm, &space, seed, &history);
        let with_them = ask_many(suggester.as_mut(), 100, 8, &Point::default());
        if !suggester.heeds_pending() {
            let fixed = Point::default();
            let without = (100..108).map(|number| {
                suggester.suggest(&Ask { number, pending: &[], fixed: &fixed, repeats: false, budget: None })
            });
            prop_assert_eq!(with_them, without.collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_finite_space_is_gone_through_without_repeats(
        algorithm in algorithms(),
        space in finite_spaces().prop_filter("small", |space| space.cardinality().is_some_and(|count| count <= 60)),
        seed: u64,
        lag in 0_usize..4,
    ) {
        let count = space.cardinality().unwrap();
        let mut suggester = build(&algorithm, &space, seed);
        let mut pending: Vec<(u64, Point)> = Vec::new();
        let mut seen = BTreeSet::new();
        for number in 0..=count {
            let waiting: Vec<_> = pending.iter().map(|(number, point)| (*number, point)).collect();
            let fixed = Point::default();
            match suggester.suggest(&Ask { number, pending: &waiting, fixed: &fixed, repeats: false, budget: None }) {
                Proposal::Point(point, _) => {
                    prop_assert!(seen.insert(format!("{point:?}")), "{point:?} again at {number} of {count}");
                    pending.push((number, point));
                }
                Proposal::Exhausted => prop_assert_eq!(number, count),
            }
            if pending.len() > lag {
                let (number, point) = pending.remove(0);
                let verdict = Verdict::Completed { loss: (number % 5) as f64 };
                suggester.observe(&Observation::new(number, point, verdict));
            }
        }
        prop_assert_eq!(seen.len() as u64, count);
    }

    #[test]
    fn a_finite_space_repeats_only_once_all_was_tried(
        algorithm in algorithms(),
        space in finite_spaces().prop_filter("small", |space| space.cardinality().is_some_and(|count| count <= 60)),
        seed: u64,
    ) {
        let count = space.cardinality().unwrap();
        let mut suggester = build(&algorithm, &space, seed);
        let (mut seen, fixed) = (BTreeSet::new(), Point::default());
        for number in 0..count * 2 {
            let Proposal::Point(point, _) = suggester.suggest(&Ask { number, pending: &[], fixed: &fixed, repeats: true, budget: None }) else {
                panic!("points come again");
            };
            let is_new = seen.insert(format!("{point:?}"));
            prop_assert_eq!(is_new, number < count, "{:?} at {} of {}", point, number, count);
            let verdict = Verdict::Completed { loss: (number % 5) as f64 };
            suggester.observe(&Observation::new(number, point, verdict));
        }
    }
}

#[test]
fn hundreds_of_parameters_are_searched() {
    let parameter = |i: usize| match i % 4 {
        0 => r#"{"type": "uniform", "low": 0, "high": 1}"#,
        1 => r#"{"type": "loguniform", "low": 1e-9, "high": 1e9}"#,
        2 => r#"{"type": "int", "low": 1, "high": 3}"#,
        // A parameter below a choice, and a range that the arithmetic can hardly tell from a point.
        _ if i % 8 == 3 => {
            r#"{"type": "choice", "options": ["a", {"p": {"type": "uniform", "low": 5, "high": 6}}]}"#
        }
        _ => r#"{"type": "uniform", "low": 1, "high": 1.0000000000000004}"#,
    };
    let parameters: Vec<String> = (0..300).map(|i| format!("\"p{i}\": {}", parameter(i))).collect();
    let space = Space::from_json(&format!("{{{}}}", parameters.join(", "))).unwrap();
    for name in ALGORITHMS {
        let mut suggester = build(&Algorithm::named(name).unwrap(), &space, 3);
        for number in 0..30 {
            let point = ask_one(suggester.as_mut(), number);
            assert_eq!(space.check(&point), Ok(()), "{name}");
            let loss = point.get("p0").and_then(|x| x.as_f64()).unwrap();
            suggester.observe(&Observation::new(number, point, Verdict::Completed { loss }));
        }
    }
}

#[test]
fn parallel_asks_spread_out() {
    let json = r#"{"x": {"type": "uniform", "low": 0, "high": 1}, "n": {"type": "int", "low": 1, "high": 1000},
        "c": {"type": "choice", "options": ["a", "b", "c", "d"]}}"#;
    let space = Space::from_json(json).unwrap();
    // A grid has only so many values of a parameter.
    for name in ALGORITHMS.into_iter().filter(|name| *name != "grid") {
        let mut suggester = build(&Algorithm::named(name).unwrap(), &space, 3);
        for number in 0..100 {
            let point = ask_one(suggester.as_mut(), number);
            let x = point.get("x").and_then(|x| x.as_f64()).unwrap();
            let verdict = Verdict::Completed { loss: (x - 0.4).abs() };
            suggester.observe(&Observation::new(number, point, verdict));
        }
        let proposals = ask_many(suggester.as_mut(), 100, 8, &Point::default());
        let mut found: Vec<(f64, String)> = proposals
            .iter()
            .map(|proposal| match proposal {
                Proposal::Point(point, _) => {
                    let rest = format!("{:?} {:?}", point.get("n"), point.get("c"));
                    (point.get("x").and_then(|x| x.as_f64()).unwrap(), rest)
                }
                Proposal::Exhausted => panic!("an endless space is never exhausted"),
            })
            .collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        let is_apart = |pair: &[(f64, String)]| pair[1].0 - pair[0].0 > 1e-5 || pair[0].1 != pair[1].1;
        // After 100 trials the evolution strategy is some thousandths around the minimum, and the Gaussian process so
        // sure of where it is that it spreads out along what does not matter.
        let least = match name {
            "auto" | "gp" => 0.0,
            "cmaes" => 0.001,
            _ => 0.02,
        };
        let all_apart = found.windows(2).all(is_apart);
        assert!(all_apart && found[7].0 - found[0].0 > least, "{name}: {found:?}");
    }
}
