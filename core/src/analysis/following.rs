//! A table follows a study.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Row, Table};
use crate::space::Point;
use crate::study::fixture::{Bench, xy};
use crate::study::{CancelTrial, Command, EndReason, LeaseRef, TrialNumber, Version};

/// What is done to a study, with a number that says to whom or how much.
#[derive(Clone, Copy, Debug)]
enum Step {
    Lease,
    Complete(usize, u8),
    Fail(usize),
    Enqueue(u8),
    Cancel(usize),
    Pass(u16),
    Restart,
    /// The table takes in chunks of so many trials, so many times.
    Look(usize, usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => Just(Step::Lease),
        4 => (any::<usize>(), any::<u8>()).prop_map(|(which, loss)| Step::Complete(which, loss)),
        1 => any::<usize>().prop_map(Step::Fail),
        2 => any::<u8>().prop_map(Step::Enqueue),
        1 => any::<usize>().prop_map(Step::Cancel),
        1 => any::<u16>().prop_map(Step::Pass),
        1 => Just(Step::Restart),
        4 => (1_usize..4, 0_usize..3).prop_map(|(chunk, times)| Step::Look(chunk, times)),
    ];
    prop::collection::vec(step, 1..80)
}

/// Answers may be refusals: a lease that ran out, a trial that has ended. They change nothing.
fn take(bench: &mut Bench, leases: &mut Vec<LeaseRef>, step: Step) {
    match step {
        Step::Lease => leases.push(bench.lease()),
        Step::Complete(which, loss) if !leases.is_empty() => {
            let lease = leases.remove(which % leases.len());
            drop(bench.complete(&lease, f64::from(loss)));
        }
        Step::Fail(which) if !leases.is_empty() => {
            let lease = leases.remove(which % leases.len());
            drop(bench.fail(&lease, EndReason::ObjectiveError));
        }
        Step::Enqueue(y) => {
            let point = if y % 3 == 0 { Point::default() } else { xy(0.5, 1 + i64::from(y % 9)) };
            bench.enqueue(point);
        }
        Step::Cancel(which) => {
            let count = bench.study.trials().count().max(1);
            let trial = TrialNumber((which % count) as u64);
            drop(bench.tell(Command::Cancel(CancelTrial { trial })));
        }
        Step::Pass(ms) => {
            bench.pass(u64::from(ms));
            bench.tick();
        }
        Step::Restart => bench.reload(),
        Step::Complete(..) | Step::Fail(_) | Step::Look(..) => {}
    }
}

fn look(bench: &Bench, table: &mut Table, chunk: usize) -> bool {
    let (rows, version) = Table::changed(&bench.study, &bench.study.header().spec.space, table.last(), chunk);
    let all = rows.len() < chunk;
    table.take(rows);
    if all {
        table.reached(version);
    }
    all
}

/// All that a table shows, with names in place of the codes of lessees and members, which depend on who came first.
fn shown(table: &Table) -> String {
    let named = |codes: &[Option<u32>], names: &[String]| -> Vec<Option<String>> {
        codes.iter().map(|code| code.map(|code| names[code as usize].clone())).collect()
    };
    let lessees = named(table.lessees(), table.lessee_names());
    let members = named(table.members(), table.member_names());
    let values: Vec<_> = (0..table.space().parameters().len()).map(|index| table.values(index)).collect();
    let what = (table.rev(), table.revs(), table.states(), table.losses(), values, table.metrics());
    let when = (table.created(), table.leased(), table.ended());
    format!(
        "{what:?} {when:?} {lessees:?} {members:?} {:?} {:?} {:?} {:?}",
        table.attempts(),
        table.reasons(),
        table.feasible(),
        table.origins()
    )
}

proptest! {
    /// Whenever it looks, and however little it takes at once: in the end it is the table that a single look at the end
    /// gives, and its rows are those of the trials.
    #[test]
    fn a_table_that_follows_is_one_made_at_the_end(steps in steps(), chunk in 1_usize..4) {
        let mut bench = Bench::new(|_| {});
        let space = Arc::new(bench.study.header().spec.space.clone());
        let (mut table, mut leases) = (Table::new(Arc::clone(&space)), Vec::new());
        for step in steps {
            if let Step::Look(chunk, times) = step {
                for _ in 0..times {
                    look(&bench, &mut table, chunk);
                }
            }
            take(&mut bench, &mut leases, step);
        }
        while !look(&bench, &mut table, chunk) {}
        let mut whole = Table::new(Arc::clone(&space));
        prop_assert!(look(&bench, &mut whole, usize::MAX));
        prop_assert_eq!(shown(&table), shown(&whole));
        prop_assert_eq!(table.len(), bench.study.trials().count());
        let mut by_number = Table::new(Arc::clone(&space));
        by_number.take(bench.study.trials().map(|trial| Row::of(trial, &space)).collect());
        by_number.reached(bench.study.version().max(Version(0)));
        prop_assert_eq!(shown(&table), shown(&by_number));
    }
}
