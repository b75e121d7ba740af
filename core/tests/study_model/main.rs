//! The study as a model: any sequence of commands, also stale, forged and sent again, over failing commits and restarts,
//! keeps the promises about trials, and heals into a study that ends.

mod action;
mod healing;
mod invariants;
mod world;

use proptest::prelude::*;

use action::{Action, Definition};
use world::World;

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_keeps_the_promises_and_heals(
        definition in Definition::any(),
        actions in prop::collection::vec(Action::any(), 1..150),
        workers_are_healthy in any::<bool>(),
    ) {
        let mut world = World::new(&definition);
        for action in &actions {
            world.act(action);
        }
        healing::heal(&mut world, workers_are_healthy);
    }

    #[test]
    fn the_same_history_comes_to_the_same_study(
        definition in Definition::any(),
        actions in prop::collection::vec(Action::any(), 1..60),
    ) {
        let [mut first, mut second] = [World::new(&definition), World::new(&definition)];
        for action in &actions {
            first.act(action);
            second.act(action);
        }
        prop_assert_eq!(first.study.header(), second.study.header());
        prop_assert!(first.study.trials().eq(second.study.trials()));
    }
}

/// The histories that the generator makes must reach what they are to test.
#[test]
fn histories_reach_every_state_and_refusal() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    use std::collections::BTreeSet;

    let mut runner = TestRunner::deterministic();
    let histories = (Definition::any(), prop::collection::vec(Action::any(), 1..150));
    let mut seen = BTreeSet::new();
    for _ in 0..300 {
        let (definition, actions) = histories.new_tree(&mut runner).expect("generated").current();
        let mut world = World::new(&definition);
        for action in &actions {
            world.act(action);
        }
        seen.append(&mut world.seen);
    }
    for what in [
        "trial queued",
        "trial running",
        "trial completed",
        "trial failed",
        "trial pruned",
        "trial cancelled",
        "study active",
        "study paused",
        "study completed",
        "study stopped",
        "study failed",
        "cause max_trials",
        "cause timeout",
        "cause loss_threshold",
        "cause no_progress",
        "cause space_exhausted",
        "cause max_failed",
        "cause stopped",
        "refused invalid",
        "refused not_found",
        "refused conflict",
        "refused lease_lost",
        "refused closed",
        "refused exhausted",
        "late",
        "duplicate",
        "requeued",
        "orphan",
        "reopened",
        "commit lost",
        "reclaimed",
    ] {
        assert!(seen.contains(what), "no history reaches `{what}`; they reach {seen:?}");
    }
}
