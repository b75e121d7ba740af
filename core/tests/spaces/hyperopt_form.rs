//! The form in which the bounds of log kinds are logarithms.

use tunewright_core::space::{Distribution, Space};

use crate::{labels, refusal};

#[test]
fn log_bounds_are_exponentiated() {
    let space = Space::from_json(
        r#"{"form": "hyperopt", "space": {
            "lr": {"type": "loguniform", "low": -5, "high": 0},
            "model": {"type": "choice", "options": [{"n": {"type": "qloguniform", "low": 0, "high": 3, "q": 2}}]},
            "w": {"type": "lognormal", "mu": -5, "sigma": 1},
            "u": {"type": "uniform", "low": -5, "high": 0}
        }}"#,
    )
    .unwrap();
    assert_eq!(labels(&space), ["lr", "model", "model.0.n", "w", "u"]);
    let distributions: Vec<_> = space.parameters().iter().map(|p| p.distribution.clone()).collect();
    assert_eq!(distributions[0], Distribution::LogUniform { low: (-5f64).exp(), high: 1.0 });
    assert_eq!(distributions[2], Distribution::QLogUniform { low: 1.0, high: 3f64.exp(), q: 2.0 });
    assert_eq!(distributions[3], Distribution::LogNormal { mu: -5.0, sigma: 1.0 });
    assert_eq!(distributions[4], Distribution::Uniform { low: -5.0, high: 0.0 });
}

#[test]
fn it_is_written_back_in_our_own_form() {
    let json = r#"{"form": "hyperopt", "space": {"lr": {"type": "loguniform", "low": 0, "high": 1}}}"#;
    let space = Space::from_json(json).unwrap();
    let own = serde_json::to_string(&space).unwrap();
    assert_eq!(own, r#"{"lr":{"type":"loguniform","low":1.0,"high":2.718281828459045}}"#);
    assert_eq!(Space::from_json(&own).unwrap(), space);
    let yaml = "{form: hyperopt, space: {lr: {type: loguniform, low: 0, high: 1}}}";
    assert_eq!(crate::space(yaml), space);
}

#[test]
fn bounds_that_are_no_logarithms_are_refused() {
    let json = r#"{"form": "hyperopt", "space": {"n": {"type": "loguniform", "low": 1, "high": 1000}}}"#;
    let refused = refusal(json);
    assert_eq!(refused.to_string(), "space.n: high must be a logarithm from -700 to 700, not 1000");
    assert!(refused.hint.is_some());
}

#[test]
fn a_map_that_only_looks_like_it_is_a_map() {
    let leaf = r#"{"type": "loguniform", "low": 1, "high": 2}"#;
    for json in [
        format!(r#"{{"form": "hyperopt", "space": {leaf}, "more": 1}}"#),
        format!(r#"{{"form": "other", "space": {leaf}}}"#),
        format!(r#"{{"type": "map", "entries": {{"form": "hyperopt", "space": {leaf}}}}}"#),
    ] {
        let space = Space::from_json(&json).unwrap();
        assert_eq!(labels(&space), ["space"], "{json}");
        assert_eq!(Space::from_json(&serde_json::to_string(&space).unwrap()).unwrap(), space);
    }
}
