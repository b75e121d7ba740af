//! How many points there are.

use crate::space;

#[test]
fn of_single_parameters() {
    for (parameter, count) in [
        ("{type: randint, high: 10}", Some(10)),
        ("{type: randint, low: -3, high: 3}", Some(6)),
        ("{type: uniformint, low: 1, high: 6}", Some(6)),
        ("{type: int, low: 1, high: 6}", Some(6)),
        ("{type: int, low: 1, high: 6, step: 2}", Some(3)),
        ("{type: int, low: 1, high: 7, step: 2}", Some(4)),
        ("{type: int, low: 1, high: 64, log: true}", Some(64)),
        ("{type: float, low: 0, high: 0.3, step: 0.1}", Some(4)),
        ("{type: float, low: 0, high: 1, step: 0.3}", Some(4)),
        ("{type: float, low: 0, high: 1, step: 1}", Some(2)),
        ("{type: float, low: 0, high: 1}", None),
        // round(U / q) * q: 0, 0.25, 0.5, 0.75, 1
        ("{type: quniform, low: 0, high: 1, q: 0.25}", Some(5)),
        // Its cells are -1, 0, 1: the ends -1.5 and 1.5 have no mass.
        ("{type: quniform, low: -1.5, high: 1.5, q: 1}", Some(3)),
        ("{type: quniform, low: -1.6, high: 1.6, q: 1}", Some(5)),
        ("{type: quniform, low: 0.1, high: 0.2, q: 1}", Some(1)),
        ("{type: qloguniform, low: 0.1, high: 3.4, q: 1}", Some(4)),
        ("{type: qnormal, mu: 0, sigma: 1, q: 1}", None),
        ("{type: normal, mu: 0, sigma: 1}", None),
        ("{type: choice, options: [a, b, c]}", Some(3)),
        ("{type: pchoice, options: [{p: 0.9, value: 1}, {p: 0.1, value: 2}]}", Some(2)),
    ] {
        assert_eq!(space(parameter).cardinality(), count, "{parameter}");
    }
}

#[test]
fn of_trees_is_a_sum_of_products() {
    let tree = space(
        "
model:
  type: choice
  options:
    a: {x: {type: randint, high: 3}, y: {type: randint, high: 5}}
    b: {kernel: {type: choice, options: [linear, {degree: {type: randint, high: 4}}]}}
    c: null
seed: {type: randint, high: 7}
",
    );
    assert_eq!(tree.cardinality(), Some((3 * 5 + (1 + 4) + 1) * 7));
}

#[test]
fn an_infinite_branch_makes_the_whole_infinite() {
    let tree = space("{type: choice, options: [1, 2, {x: {type: uniform, low: 0, high: 1}}]}");
    assert_eq!(tree.cardinality(), None);
}

#[test]
fn a_shared_parameter_counts_once() {
    let twice = space(
        "
- {type: randint, high: 5, label: num}
- {type: randint, high: 5, label: num}
- {type: choice, options: [a, {type: randint, high: 5, label: num}]}
",
    );
    assert_eq!(twice.cardinality(), Some(5 * 2));
    // Active in two of the 2 * 3 combinations' halves: (a, any) and (b, y).
    let either = space(
        "
one: {type: choice, options: {a: {n: {type: randint, high: 5, label: num}}, b: null}}
two: {type: choice, options: {x: null, y: {n: {type: randint, high: 5, label: num}}, z: null}}
",
    );
    assert_eq!(either.cardinality(), Some(3 * 5 + (1 + 5 + 1)));
}

#[test]
fn more_than_two_to_the_53_counts_as_infinite() {
    let wide = |parameters: usize| space(&"- {type: randint, high: 1024}\n".repeat(parameters)).cardinality();
    assert_eq!(wide(5), Some(1 << 50));
    assert_eq!(wide(6), None);
    assert_eq!(space("{type: randint, high: 9007199254740992}").cardinality(), Some(1 << 53));
    assert_eq!(space("{type: uniformint, low: 0, high: 9007199254740992}").cardinality(), None);
}

#[test]
fn too_many_combinations_of_shared_branches_are_not_counted() {
    let branch = "- {type: choice, options: [a, {type: randint, high: 2, label: num}]}\n";
    assert_eq!(space(&branch.repeat(10)).cardinality(), Some(1 + 1023 * 2));
    assert_eq!(space(&branch.repeat(40)).cardinality(), None);
}
