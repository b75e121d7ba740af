//! What we build on: licences that may go into an Apache-2.0 product, and one version of each crate.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::support::project;

/// What we ship for; a fixed platform makes the answer the same on every machine.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// Licences that ask for no more than to be named.
const LICENCES: [&str; 11] = [
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Zlib",
];

/// Crates of which we cannot help to have several versions, and why.
const DUPLICATES: [(&str, &str); 10] = [
    ("base64", "0.22 of tonic beside 0.23 of serde-saphyr"),
    ("getrandom", "0.2 of ring and 0.3 of turmoil's rand beside 0.4 of rand, tempfile and uuid"),
    ("hashbrown", "0.15 of petgraph, which prost-build uses, beside 0.17 of indexmap"),
    ("itertools", "0.13 of criterion, which measures the suggesters, beside 0.15 of prost-build"),
    ("rand", "0.9 of turmoil, which simulates in tests, beside 0.10"),
    ("rand_core", "0.9 of turmoil's rand beside 0.10 of rand"),
    ("rand_chacha", "0.9 of turmoil's rand beside 0.10"),
    ("prettyplease", "0.2 of tonic-build beside 0.3 of prost-build; at build time only"),
    ("syn", "2 of prost-derive, tonic-build and others beside 3 of serde_derive; at build time only"),
    ("unicode-width", "0.1 of miette, which protox uses, beside 0.2 of indicatif; at build time only"),
];

/// Each crate that is part of a build, ours excluded.
fn dependencies() -> Vec<Value> {
    let asked = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1", "--filter-platform", PLATFORM])
        .current_dir(project::root())
        .output()
        .expect("cargo starts");
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    let mut metadata: Value = serde_json::from_slice(&asked.stdout).expect("cargo answers in JSON");
    let nodes = metadata["resolve"]["nodes"].as_array().expect("a resolved graph");
    let used: BTreeSet<String> = nodes.iter().map(|node| text(node, "id").to_owned()).collect();
    let Value::Array(mut packages) = metadata["packages"].take() else { panic!("no packages") };
    packages.retain(|package| used.contains(text(package, "id")) && !package["source"].is_null());
    assert!(packages.len() > 100, "only {} dependencies: the question was wrong", packages.len());
    packages
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// Whether an SPDX expression can be met with the licences of the list: `AND` binds closer than `OR`.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let allowed = any_of(&mut rest);
    allowed && rest.is_empty()
}

fn any_of(rest: &mut &[&str]) -> bool {
    let mut allowed = all_of(rest);
    while rest.first() == Some(&"OR") {
        *rest = &rest[1..];
        allowed |= all_of(rest);
    }
    allowed
}

fn all_of(rest: &mut &[&str]) -> bool {
    let mut allowed = licence(rest);
    while rest.first() == Some(&"AND") {
        *rest = &rest[1..];
        allowed &= licence(rest);
    }
    allowed
}

fn licence(rest: &mut &[&str]) -> bool {
    match **rest {
        ["(", ..] => {
            *rest = &rest[1..];
            let allowed = any_of(rest);
            let closed = rest.first() == Some(&")");
            *rest = rest.get(1..).unwrap_or_default();
            allowed && closed
        }
        [name, "WITH", exception, ..] => {
            *rest = &rest[3..];
            LICENCES.contains(&format!("{name} WITH {exception}").as_str())
        }
        [name, ..] => {
            *rest = &rest[1..];
            LICENCES.contains(&name)
        }
        [] => false,
    }
}

#[test]
fn licence_expressions_are_understood() {
    for allowed in [
        "MIT",
        "MIT/Apache-2.0",
        "GPL-3.0-only OR MIT",
        "(MIT OR GPL-3.0-only) AND Unicode-3.0",
        "MIT OR GPL-3.0-only AND AGPL-3.0-only",
        "Apache-2.0 WITH LLVM-exception OR GPL-3.0-only",
    ] {
        assert!(is_allowed(allowed), "{allowed}");
    }
    for refused in [
        "",
        "GPL-3.0-only",
        "MIT AND GPL-3.0-only",
        "(MIT OR ISC) AND GPL-3.0-only",
        "GPL-3.0-only AND MIT OR AGPL-3.0-only",
        "MIT WITH LLVM-exception",
        "(MIT",
        "MIT ISC",
    ] {
        assert!(!is_allowed(refused), "{refused}");
    }
}

#[test]
fn licences_are_permissive() {
    let refused: Vec<String> = dependencies()
        .iter()
        .filter(|package| !is_allowed(text(package, "license")))
        .map(|package| {
            format!("{} {}: `{}`", text(package, "name"), text(package, "version"), text(package, "license"))
        })
        .collect();
    assert!(refused.is_empty(), "licences that are not in the list: {refused:#?}");
}

#[test]
fn no_crate_is_built_twice_without_a_reason() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in dependencies() {
        let of_crate = versions.entry(text(&package, "name").to_owned()).or_default();
        of_crate.insert(text(&package, "version").to_owned());
    }
    versions.retain(|_, found| found.len() > 1);
    let known: BTreeSet<&str> = DUPLICATES.iter().map(|(name, _)| *name).collect();
    let fresh: Vec<_> = versions.iter().filter(|(name, _)| !known.contains(name.as_str())).collect();
    assert!(fresh.is_empty(), "in several versions, and in the list without a reason: {fresh:#?}");
    let stale: Vec<_> = known.iter().filter(|name| !versions.contains_key(**name)).collect();
    assert!(stale.is_empty(), "no longer in several versions, but still in the list: {stale:?}");
}
