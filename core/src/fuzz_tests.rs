//! Anything as a space, a point, a spec, a name or a scope: it is read or refused, never a panic.

use std::fmt::Debug;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::Value;

use crate::Refusal;
use crate::access::Scope;
use crate::broken::broken;
use crate::name::{ProjectName, TokenId, WorkerId};
use crate::space::{Node, Space};
use crate::study::{Objective, RetryPolicy, Sha256, StudyRef, StudySpec};
use crate::suggest::Algorithm;

/// One or two of everything that a space is written with.
const SPACES: [&str; 7] = [
    r#"{"lr": {"type": "loguniform", "low": 1e-5, "high": 0.1}, "n": {"type": "int", "low": 1, "high": 9, "step": 2}}"#,
    r#"{"opt": {"type": "choice", "options": {"sgd": {"m": {"type": "uniform", "low": 0, "high": 1}}, "adam": null}}}"#,
    r#"{"form": "hyperopt", "space": {"x": {"type": "qloguniform", "low": -3, "high": 3, "q": 0.5}}}"#,
    r#"[{"type": "pchoice", "label": "a", "options": [{"p": 0.25, "value": 1}, {"p": 0.75, "value": "two"}]}]"#,
    r#"{"type": "map", "entries": {"type": {"type": "randint", "high": 7}, "c": {"type": "constant", "value": [1]}}}"#,
    r#"{"s": {"type": "qnormal", "mu": 0, "sigma": 1e300, "q": 5e-324}, "f": {"type": "float", "low": 0, "high": 1, "step": 0.1}}"#,
    "a: &x {type: uniform, low: 0, high: 1}\nb: [*x, .nan, -.inf, 0x10, !!str 1, \"\\u0041\"]\n",
];

const SPECS: [&str; 2] = [
    r#"{"space": {"x": {"type": "uniform", "low": 0, "high": 1}}, "algorithm": {"name": "tpe", "gamma": 0.25},
        "seed": 18446744073709551615, "budget": {"max_trials": 10, "no_progress": {"trials": 3, "percent": 1.5}},
        "retry": {"max_failures": 2, "backoff_ms": 1000}, "lease_ttl_ms": 30000, "tags": {"a": "b"}, "pool": "gpu"}"#,
    r#"{"space": {"x": {"type": "int", "low": 0, "high": 9223372036854775807}}, "parallelism": 4294967295,
        "algorithm": {"name": "mix", "of": [{"weight": 1, "algorithm": {"name": "random"}}]}, "repeats": true}"#,
];

const WORDS: [&str; 8] = [
    "vision/digits",
    "study:read@vision",
    "admin@*",
    "0123456789abcdef",
    "worker-1.a_b",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "train.vision:objective",
    "é/大",
];

fn values() -> impl Strategy<Value = Value> {
    let number = any::<f64>().prop_map(Value::from);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        number,
        "(sgd|adam|two|.{0,9})".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let entries = btree_map("(lr|n|opt|m|x|.{0,3})", inner.clone(), 0..4);
        prop_oneof![
            vec(inner, 0..4).prop_map(Value::from),
            entries.prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// What was read is written, and read back the same.
fn is_read_back(space: &Space) -> Result<(), TestCaseError> {
    let written = serde_json::to_string(space).expect("written");
    prop_assert_eq!(&Space::from_json(&written).expect("read back"), space);
    prop_assert_eq!(space.describe_difference(space), None);
    let _ = space.cardinality();
    Ok(())
}

/// A refusal says something, and not without end, whatever was read.
fn is_told(refusal: &Refusal) -> Result<(), TestCaseError> {
    let said = refusal.to_string();
    prop_assert!(!refusal.message.is_empty() && said.len() < 2_000, "{said}");
    Ok(())
}

fn is_told_or<T: Debug>(read: Result<T, Refusal>) -> Result<(), TestCaseError> {
    read.map_or_else(|refusal| is_told(&refusal), |_| Ok(()))
}

fn space() -> &'static Space {
    static SPACE: LazyLock<Space> = LazyLock::new(|| {
        let nodes = SPACES[..2].iter().map(|text| serde_json::from_str::<Node>(text).expect("a node"));
        Space::try_from(Node::List(nodes.collect())).expect("a space")
    });
    &SPACE
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_space_is_read_or_refused(text in broken(&SPACES[..])) {
        match Space::from_json(&text) {
            Ok(space) => is_read_back(&space)?,
            Err(refusal) => is_told(&refusal)?,
        }
        if let Ok(space) = serde_saphyr::from_str::<Space>(&text) {
            is_read_back(&space)?;
        }
    }

    #[test]
    fn any_document_as_a_space_is_read_or_refused(value in values()) {
        match Space::from_json(&value.to_string()) {
            Ok(space) => is_read_back(&space)?,
            Err(refusal) => is_told(&refusal)?,
        }
    }

    #[test]
    fn a_point_is_read_or_refused(value in values()) {
        match space().read_point(&value) {
            Ok(point) => {
                is_told_or(space().check(&point))?;
                is_told_or(space().check_partial(&point))?;
                is_told_or(space().instantiate(&point))?;
            }
            Err(refusal) => is_told(&refusal)?,
        }
    }

    #[test]
    fn a_spec_is_read_or_refused(text in broken(&SPECS[..])) {
        if let Ok(spec) = serde_json::from_str::<StudySpec>(&text) {
            is_told_or(spec.validate())?;
            let written = serde_json::to_string(&spec).expect("written");
            prop_assert_eq!(serde_json::from_str::<StudySpec>(&written).expect("read back"), spec);
        }
        let _ = serde_saphyr::from_str::<StudySpec>(&text);
    }

    #[test]
    fn any_document_as_a_part_of_a_spec_is_read_or_refused(value in values()) {
        let _ = serde_json::from_value::<Algorithm>(value.clone());
        let _ = serde_json::from_value::<RetryPolicy>(value.clone());
        let _ = serde_json::from_value::<Objective>(value);
    }

    #[test]
    fn names_and_scopes_are_read_or_refused(text in prop_oneof![broken(&WORDS[..]), ".{0,200}"]) {
        if let Ok(scope) = text.parse::<Scope>() {
            prop_assert_eq!(scope.to_string(), text.clone());
        }
        is_told_or(text.parse::<Scope>())?;
        is_told_or(text.parse::<StudyRef>())?;
        is_told_or(ProjectName::new(text.clone()))?;
        is_told_or(WorkerId::new(text.clone()))?;
        is_told_or(TokenId::new(text.clone()))?;
        let _ = Sha256::new(text);
    }
}

/// Small texts that would become large, deep or slow.
#[test]
fn bombs_are_refused_soon() {
    let aliases = (1..30).fold("a0: &a0 [x]\n".to_owned(), |text, at| {
        let before = at - 1;
        text + &format!("a{at}: &a{at} [*a{before}, *a{before}, *a{before}, *a{before}]\n")
    });
    let keys = |count: usize| (0..count).map(|at| format!(r#""k{at}": 0"#)).collect::<Vec<_>>().join(", ");
    let deep = 100_000;
    for (what, text) in [
        ("lists", "[".repeat(deep)),
        ("maps", r#"{"a":"#.repeat(deep)),
        ("maps in a line of YAML", "{a: ".repeat(deep)),
        ("lists in lines of YAML", "- ".repeat(deep)),
        ("choices", r#"{"type":"choice","options":["#.repeat(deep)),
        ("aliases", aliases),
        ("keys", format!("{{{}}}", keys(200_000))),
        ("the same key", format!("{{{}\"k0\": 1}}", r#""k0": 0, "#.repeat(200_000))),
        ("a long number", "9".repeat(1_000_000)),
        ("a long name", format!(r#"{{"{}": {{"type": "unifrom"}}}}"#, "x".repeat(1_000_000))),
    ] {
        let began = Instant::now();
        if let Err(refusal) = Space::from_json(&text) {
            assert!(refusal.to_string().len() < 5_000, "{what}");
        }
        let _ = serde_saphyr::from_str::<Space>(&text);
        assert!(began.elapsed() < Duration::from_secs(20), "{what}: {:?}", began.elapsed());
    }
}
