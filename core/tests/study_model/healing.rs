//! Once faults heal, every trial reaches a terminal state, and a study with a budget ends.

use tunewright_core::study::{Command, Next, Status};

use crate::action::{Action, Saying};
use crate::world::{World, said};

/// More than any healing may take: 30 trials with a handful of attempts each.
const STEPS_MAX: usize = 2_000;

/// The store works, time passes, and workers lease what there is. Healthy ones complete it; others vanish with it, so
/// that only the timers end anything. Nobody sends a heartbeat any more.
pub fn heal(world: &mut World, workers_are_healthy: bool) {
    world.commit();
    if world.study.header().status == Status::Paused {
        world.tell(&Command::Resume).expect("a paused study can be resumed");
    }
    let is_finite = world.study.header().spec.budget.max_trials.is_some();
    for _ in 0..STEPS_MAX {
        if world.study.header().status.is_terminal() {
            break;
        }
        match world.study.next(world.now) {
            // Without a budget new trials have no end: only those that exist must reach theirs.
            Next::Fresh(_) if !is_finite => {
                if !wait(world) {
                    break;
                }
            }
            Next::Queued { .. } | Next::Fresh(_) => work(world, workers_are_healthy),
            Next::Wait { .. } | Next::Ended(_) => {
                assert!(wait(world), "the study waits for ever: {:?}", world.study);
            }
        }
        world.commit();
    }
    let counts = world.study.counts();
    assert_eq!((counts.queued, counts.running), (0, 0), "all trials have ended: {:?}", world.study);
    if is_finite {
        assert!(world.study.header().status.is_terminal(), "the study has ended: {:?}", world.study.header());
    }
}

fn work(world: &mut World, to_the_end: bool) {
    world.act(&Action::Ask { client: 9, request: None, exhausted: false });
    if to_the_end {
        let lease = world.leases.last().cloned().expect("just leased");
        world.tell(&said(lease, &Saying::Complete(1.0))).expect("the lease is valid");
    }
}

/// Lets time pass until the next timer; says whether there was one.
fn wait(world: &mut World) -> bool {
    let Some(at) = world.study.next_timer() else { return false };
    world.now = world.now.max(at);
    world.tick();
    true
}
