//! Which worker's free slots go to which study: a pure function.

use std::collections::BTreeMap;
use std::sync::Arc;

use tunewright_core::access::Need;
use tunewright_core::name::{PoolName, WorkerId};
use tunewright_core::study::{Objective, Runtime, StudyRef, can_run};

use crate::auth::Caller;

/// A worker with free slots.
#[derive(Clone, Debug)]
pub(super) struct FreeWorker {
    pub(super) id: WorkerId,
    /// As whom it is attached: it gets trials only of projects that it may run.
    pub(super) caller: Caller,
    pub(super) pools: Vec<PoolName>,
    /// Only these studies; empty: all of its pools.
    pub(super) studies: Vec<StudyRef>,
    /// What it can run; `None`: a command of its own.
    pub(super) runtime: Option<Runtime>,
    pub(super) free: u32,
    pub(super) busy: u32,
}

/// A study that may have something to lease.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) study: StudyRef,
    pub(super) pool: PoolName,
    /// What evaluates its trials; `None`: the worker's own command.
    pub(super) objective: Option<Arc<Objective>>,
    /// Slots that run it or are reserved for it already.
    pub(super) served: u32,
}

/// So many slots of a worker for a study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assigned {
    pub(super) worker: WorkerId,
    pub(super) study: StudyRef,
    pub(super) slots: u32,
}

/// Gives the free slots away one by one: each to the study that is served least among those its worker may run, and
/// among equals to the first by name. The least busy worker's slots go first, so load spreads over machines.
///
/// Never more slots of a worker than are free, never to a study it may not run, and no slot stays free while a study
/// that it may run is on offer.
pub(super) fn assign(workers: &[FreeWorker], offers: &[Offer]) -> Vec<Assigned> {
    let mut served: Vec<u32> = offers.iter().map(|offer| offer.served).collect();
    let mut slots: Vec<(u32, usize)> = workers
        .iter()
        .enumerate()
        .flat_map(|(at, w)| (0..w.free).map(move |slot| (w.busy + slot, at)))
        .collect();
    slots.sort_unstable();
    let mut given: BTreeMap<(usize, usize), u32> = BTreeMap::new();
    for (_, at) in slots {
        let worker = &workers[at];
        let eligible = (0..offers.len()).filter(|offer| may_run(worker, &offers[*offer]));
        if let Some(offer) = eligible.min_by_key(|offer| (served[*offer], &offers[*offer].study)) {
            served[offer] += 1;
            *given.entry((at, offer)).or_default() += 1;
        }
    }
    given
        .into_iter()
        .map(|((at, offer), slots)| Assigned {
            worker: workers[at].id.clone(),
            study: offers[offer].study.clone(),
            slots,
        })
        .collect()
}

fn may_run(worker: &FreeWorker, offer: &Offer) -> bool {
    worker.pools.contains(&offer.pool)
        && (worker.studies.is_empty() || worker.studies.contains(&offer.study))
        && can_run(worker.runtime.as_ref(), offer.objective.as_deref()).is_ok()
        && worker.caller.may(Need::Run, &offer.study.project)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tunewright_core::name::{ProjectName, StudyName};
    use tunewright_core::study::PickledFunction;

    use super::*;

    fn key(name: &str) -> StudyRef {
        StudyRef { project: ProjectName::default(), name: StudyName::new(name).unwrap() }
    }

    fn worker(id: &str, pools: &[&str], studies: &[&str], free: u32, busy: u32) -> FreeWorker {
        FreeWorker {
            id: WorkerId::new(id).unwrap(),
            caller: Caller::anyone(),
            pools: pools.iter().map(|pool| PoolName::new(*pool).unwrap()).collect(),
            studies: studies.iter().map(|study| key(study)).collect(),
            runtime: None,
            free,
            busy,
        }
    }

    fn offer(study: &str, pool: &str, served: u32) -> Offer {
        Offer { study: key(study), pool: PoolName::new(pool).unwrap(), objective: None, served }
    }

    fn python(pickled: bool, version: &str) -> Option<Runtime> {
        let (python_version, cloudpickle_version) = (version.to_owned(), "3.1.2".to_owned());
        Some(Runtime { pickled, python_version, cloudpickle_version })
    }

    fn pickled_by(version: &str) -> Option<Arc<Objective>> {
        Some(Arc::new(Objective::Pickled(PickledFunction {
            sha256: "0".repeat(64),
            size: 1,
            python_version: version.to_owned(),
            cloudpickle_version: "3.0.0".to_owned(),
        })))
    }

    #[test]
    fn the_least_served_study_catches_up_first() {
        let assigned = assign(&[worker("w", &["p"], &[], 4, 0)], &[offer("a", "p", 3), offer("b", "p", 0)]);
        let slots: BTreeMap<_, _> = assigned.iter().map(|a| (a.study.name.as_str(), a.slots)).collect();
        assert_eq!(slots, BTreeMap::from([("a", 1), ("b", 3)]));
    }

    #[test]
    fn pools_and_wishes_are_kept() {
        let workers = [worker("any", &["p"], &[], 1, 0), worker("picky", &["p", "q"], &["b"], 5, 0)];
        let assigned = assign(&workers, &[offer("a", "p", 0), offer("b", "q", 0)]);
        let pairs: Vec<_> =
            assigned.iter().map(|a| (a.worker.as_str(), a.study.name.as_str(), a.slots)).collect();
        assert_eq!(pairs, [("any", "a", 1), ("picky", "b", 5)]);
    }

    #[test]
    fn each_study_goes_to_workers_that_can_run_it() {
        let of = |id, runtime| FreeWorker { runtime, ..worker(id, &["p"], &[], 2, 0) };
        let workers =
            [of("command", None), of("careful", python(false, "3.11")), of("py310", python(true, "3.10"))];
        let command = offer("command", "p", 0);
        let function = Objective::Function("m:f".to_owned());
        let function = Offer { objective: Some(Arc::new(function)), ..offer("function", "p", 0) };
        let pickle = Offer { objective: pickled_by("3.10.4"), ..offer("pickle", "p", 0) };
        let unreadable = Offer { objective: pickled_by("3.12"), ..offer("unreadable", "p", 0) };
        let assigned = assign(&workers, &[command, function, pickle, unreadable]);
        let pairs: Vec<_> =
            assigned.iter().map(|a| (a.worker.as_str(), a.study.name.as_str(), a.slots)).collect();
        let expected = [("command", "command", 2), ("careful", "function", 2), ("py310", "pickle", 2)];
        assert_eq!(pairs, expected, "and nobody gets what it cannot read");
    }

    proptest! {
        #[test]
        fn slots_are_neither_overdrawn_nor_wasted(
            free in proptest::collection::vec((0u32..5, 0u32..5, 0usize..3), 0..6),
            served in proptest::collection::vec((0u32..9, 0usize..3), 0..6),
        ) {
            let pools = ["p", "q", "r"];
            let runtime = |at: usize| if at.is_multiple_of(2) { None } else { python(true, "3.11") };
            let objective = |at: usize| if at.is_multiple_of(2) { None } else { pickled_by("3.11") };
            let workers: Vec<_> = free.iter().enumerate().map(|(at, (free, busy, pool))| FreeWorker {
                runtime: runtime(at),
                ..worker(&format!("w{at}"), &[pools[*pool]], &[], *free, *busy)
            }).collect();
            let offers: Vec<_> = served.iter().enumerate().map(|(at, (served, pool))| Offer {
                objective: objective(at),
                ..offer(&format!("s{at}"), pools[*pool], *served)
            }).collect();
            let assigned = assign(&workers, &offers);
            for worker in &workers {
                let got: u32 = assigned.iter().filter(|a| a.worker == worker.id).map(|a| a.slots).sum();
                let can = offers.iter().any(|offer| may_run(worker, offer));
                prop_assert_eq!(got, if can { worker.free } else { 0 });
            }
            // Fair: two studies for the same workers that both got slots end level, or began apart.
            for (a, b) in offers.iter().flat_map(|a| offers.iter().map(move |b| (a, b))) {
                let total = |o: &Offer| o.served + assigned.iter().filter(|x| x.study == o.study).map(|x| x.slots).sum::<u32>();
                if a.pool == b.pool && a.objective == b.objective && total(a) > a.served {
                    prop_assert!(total(a) <= total(b) + 1);
                }
            }
        }
    }
}
