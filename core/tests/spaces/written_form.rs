//! Every kind as it is read and written, and how two spaces are compared.

use serde_json::{Value, json};
use tunewright_core::space::{Distribution, Node, Space};

use crate::space;

fn distribution(yaml: &str) -> Distribution {
    space(yaml).parameters()[0].distribution.clone()
}

#[test]
fn all_kinds() {
    use Distribution::*;
    for (yaml, read) in [
        ("{type: uniform, low: 0, high: 1}", Uniform { low: 0.0, high: 1.0 }),
        ("{type: quniform, low: 0, high: 1, q: 0.5}", QUniform { low: 0.0, high: 1.0, q: 0.5 }),
        ("{type: loguniform, low: 1e-4, high: 1}", LogUniform { low: 1e-4, high: 1.0 }),
        ("{type: qloguniform, low: 1, high: 9, q: 2}", QLogUniform { low: 1.0, high: 9.0, q: 2.0 }),
        ("{type: normal, mu: 0, sigma: 1}", Normal { mu: 0.0, sigma: 1.0 }),
        ("{type: qnormal, mu: 0, sigma: 1, q: 2}", QNormal { mu: 0.0, sigma: 1.0, q: 2.0 }),
        ("{type: lognormal, mu: 0, sigma: 1}", LogNormal { mu: 0.0, sigma: 1.0 }),
        ("{type: qlognormal, mu: 0, sigma: 1, q: 2}", QLogNormal { mu: 0.0, sigma: 1.0, q: 2.0 }),
        ("{type: uniformint, low: 1, high: 6}", UniformInt { low: 1, high: 6 }),
        ("{type: randint, high: 6}", RandInt { low: 0, high: 6 }),
        ("{type: randint, low: 2, high: 1e6}", RandInt { low: 2, high: 1_000_000 }),
        ("{type: int, low: 1, high: 6}", Int { low: 1, high: 6, step: 1, log: false }),
        ("{type: int, low: 1, high: 6, step: 2}", Int { low: 1, high: 6, step: 2, log: false }),
        ("{type: int, low: 1, high: 6, log: true}", Int { low: 1, high: 6, step: 1, log: true }),
        ("{type: float, low: 1, high: 6}", Float { low: 1.0, high: 6.0, step: None, log: false }),
        ("{type: float, low: 1, high: 6, log: true}", Float { low: 1.0, high: 6.0, step: None, log: true }),
        (
            "{type: float, low: 1, high: 6, step: 0.5, log: false}",
            Float { low: 1.0, high: 6.0, step: Some(0.5), log: false },
        ),
        ("{type: choice, options: [1, 2]}", Choice { count: 2 }),
        (
            "{type: pchoice, options: [{p: 0.25, value: 1}, {p: 0.75, value: 2}]}",
            PChoice { probabilities: vec![0.25, 0.75] },
        ),
    ] {
        assert_eq!(distribution(yaml), read, "{yaml}");
        let kind = yaml.split([' ', ',']).nth(1).unwrap();
        assert_eq!(read.kind(), kind);
    }
}

#[test]
fn escapes() {
    let read = space(
        "
a: {type: constant, value: {type: uniform, deep: [1, {type: x}]}}
b: {type: map, entries: {type: adam, lr: {type: uniform, low: 0, high: 1}}}
c: {type: list, items: [1, 2]}
d: {type: 3}
e: {type: {type: randint, high: 2}}
",
    );
    let Node::Map(entries) = read.root() else { panic!("the root is a map") };
    assert_eq!(entries[0].1, Node::Constant(json!({"type": "uniform", "deep": [1, {"type": "x"}]})));
    assert_eq!(entries[2].1, Node::List(vec![Node::Constant(json!(1)), Node::Constant(json!(2))]));
    assert_eq!(entries[3].1, Node::Map(vec![("type".to_owned(), Node::Constant(json!(3)))]));
    assert_eq!(crate::labels(&read), ["b.lr", "e.type"]);
    let back: Space = serde_saphyr::from_str(&serde_saphyr::to_string(&read).unwrap()).unwrap();
    assert_eq!(back, read);
}

#[test]
fn the_written_order_is_kept() {
    let json =
        r#"{"z":{"type":"choice","options":{"b":null,"a":null}},"a":{"type":"randint","low":0,"high":3}}"#;
    let read = Space::from_json(json).unwrap();
    assert_eq!(crate::labels(&read), ["z", "a"]);
    assert_eq!(read.parameters()[0].options, ["b", "a"]);
    assert_eq!(serde_json::to_string(&read).unwrap(), json);
}

#[test]
fn spaces_are_equal_whatever_the_order_of_keys() {
    let one = space("{a: {type: randint, high: 3}, b: {type: uniform, low: 0, high: 1}}");
    let other = space("{b: {high: 1.0, low: 0.0, type: uniform}, a: {high: 3, low: 0, type: randint}}");
    assert_eq!(one.hash_text(), other.hash_text());
    assert_eq!(one.describe_difference(&other), None);
    assert_eq!(
        one.hash_text(),
        r#"{"a":{"high":3,"low":0,"type":"randint"},"b":{"high":1.0,"low":0.0,"type":"uniform"}}"#
    );
}

#[test]
fn differences_are_described() {
    let base = "{model: {type: choice, options: {svm: {C: {type: uniform, low: 0, high: 1}}, knn: null}}, o: [1, 2]}";
    for (from, to, says) in [
        ("high: 1", "high: 2", "space.model.svm.C.high is `1.0` and not `2.0`"),
        ("low: 0", "low: 0.5, label: c", "space.model.svm.C.low is `0.0` and not `0.5`"),
        (", knn: null", "", "space.model.knn is `null` and not absent"),
        ("knn: null", "knn: null, mlp: 3", "space.model.mlp is absent and not `3`"),
        ("[1, 2]", "[1]", "space.o.1 is `2` and not absent"),
        ("[1, 2]", "{a: 1}", "space.o is `[1,2]` and not `{\"a\":1}`"),
    ] {
        let changed = base.replace(from, to);
        let said = space(base).describe_difference(&space(&changed));
        assert_eq!(said.as_deref(), Some(says), "{changed}");
        assert_ne!(space(base).hash_text(), space(&changed).hash_text());
    }
}

#[test]
fn a_space_is_read_from_values_in_memory_too() {
    let value: Value = json!({"b": {"type": "randint", "high": 3}, "a": {"type": "randint", "high": 3}});
    let read: Space = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(read.parameters().len(), 2);
    assert_eq!(serde_json::to_value(&read).unwrap()["a"], json!({"type": "randint", "low": 0, "high": 3}));
}
