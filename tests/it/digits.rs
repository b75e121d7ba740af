//! The example that `make demo` tunes: its script reads every configuration that its space can give it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tunewright_core::space::{Point, Space};
use tunewright_core::suggest::{Algorithm, Ask, Proposal, build};

use crate::support::project;

const SCRIPT: &str = "examples/digits/train.py";

/// What a trial of this configuration writes to its result file.
fn train(config: Option<&Value>, dir: &Path) -> Vec<Value> {
    let result = dir.join("result.jsonl");
    let mut python = Command::new(project::tool("python"));
    python.arg(SCRIPT).current_dir(project::root()).env("TUNEWRIGHT_RESULT", &result);
    match config {
        Some(config) => python.env("TUNEWRIGHT_PARAMS", config.to_string()),
        None => python.env_remove("TUNEWRIGHT_PARAMS"),
    };
    let ran = python.output().expect("python starts");
    assert!(ran.status.success(), "{config:?}: {}", String::from_utf8_lossy(&ran.stderr));
    let written = std::fs::read_to_string(&result).expect("a result");
    std::fs::remove_file(&result).expect("removed");
    written.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

fn space() -> Space {
    let study: Value = serde_saphyr::from_str(&project::read("examples/digits/study.yaml")).expect("YAML");
    serde_json::from_value(study["space"].clone()).expect("a space")
}

#[test]
fn an_untuned_svm_errs_on_23_of_1797_images() {
    let dir = tempfile::tempdir().expect("a directory");
    let lines = train(None, dir.path());
    let last = lines.last().expect("a result");
    assert_eq!((&last["wrong"], &last["status"]), (&json!(23), &json!("ok")));
    let loss = last["loss"].as_f64().expect("a loss");
    assert!((loss - 23.0 / 1797.0).abs() < 1e-12, "{loss}");
    let steps: Vec<_> = lines.iter().filter_map(|line| line["step"].as_u64()).collect();
    assert_eq!(steps, [1, 2, 3, 4, 5], "a report after each fold");
    let repeated = train(None, dir.path());
    assert_eq!(
        repeated.last().map(|line| &line["loss"]),
        Some(&last["loss"]),
        "the loss is a matter of chance"
    );
}

#[test]
fn every_family_and_kernel_of_the_space_can_be_trained() {
    let space = space();
    let mut suggester = build(&Algorithm::Random, &space, 7);
    let mut seen = BTreeSet::new();
    let dir = tempfile::tempdir().expect("a directory");
    let fixed = Point::default();
    for number in 0..200 {
        let Proposal::Point(point, _) =
            suggester.suggest(&Ask { number, pending: &[], fixed: &fixed, repeats: false, budget: None })
        else {
            panic!("the space is not finite");
        };
        let config = space.instantiate(&point).expect("a point of the space");
        let model = &config["model"];
        let kind = (model["name"].to_string(), model["kernel"]["name"].to_string());
        if !seen.insert(kind) {
            continue;
        }
        let lines = train(Some(&config), dir.path());
        let loss = lines.last().and_then(|line| line["loss"].as_f64()).expect("a loss");
        assert!((0.0..=1.0).contains(&loss), "{config}: {loss}");
    }
    assert_eq!(seen.len(), 6, "three kernels and three other families: {seen:?}");
}
