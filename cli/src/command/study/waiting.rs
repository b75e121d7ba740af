//! Why a study stands still although it could go on: nobody who is attached can run it.

use std::collections::BTreeMap;

use tunewright::{Client, Error, StudyInfo, WorkerInfo};
use tunewright_core::study::{Status, can_run};

use crate::figures;

/// What the study waits for, if it waits for workers that can run it.
///
/// # Errors
/// When the server cannot be asked who is attached.
pub async fn waits_for(client: &Client, info: &StudyInfo) -> Result<Option<String>, Error> {
    if could_go_on(info) { Ok(reason(info, &client.workers().await?)) } else { Ok(None) }
}

/// What the study waits for, with these workers attached.
pub fn waits_with(info: &StudyInfo, workers: &[WorkerInfo]) -> Option<String> {
    if could_go_on(info) { reason(info, workers) } else { None }
}

fn could_go_on(info: &StudyInfo) -> bool {
    info.status == Status::Active && info.closing.is_none() && info.counts.running == 0
}

fn reason(info: &StudyInfo, workers: &[WorkerInfo]) -> Option<String> {
    let pool = &info.spec.pool;
    let mut others = BTreeMap::<_, usize>::new();
    for worker in workers.iter().filter(|worker| worker.pools.contains(pool) && !worker.draining) {
        match can_run(worker.runtime.as_ref(), info.objective.as_ref()) {
            Ok(()) => return None,
            Err(why) => *others.entry(why).or_default() += 1,
        }
    }
    if others.is_empty() {
        // Without an objective it may be a program that asks and tells.
        let waits = info.objective.is_some();
        return waits.then(|| format!("workers that run functions: none is attached to pool `{pool}`"));
    }
    let others =
        others.into_iter().map(|(why, count)| format!("{} ({why})", figures::count(count as u64, "worker")));
    let others = others.collect::<Vec<_>>().join(", ");
    Some(format!("workers that can run it: pool `{pool}` has only {others}"))
}

#[cfg(test)]
mod tests {
    use tunewright_core::Timestamp;
    use tunewright_core::name::{PoolName, WorkerId};
    use tunewright_core::study::{Counts, Objective, Runtime, StudySpec, Version};

    use super::*;

    fn info(objective: Option<Objective>) -> StudyInfo {
        let spec: StudySpec = serde_json::from_value(
            serde_json::json!({"space": {"x": {"type": "float", "low": 0.0, "high": 1.0}}}),
        )
        .expect("a spec");
        let study: tunewright::StudyRef = "digits".parse().expect("a name");
        let header = tunewright_core::study::Header {
            id: tunewright_core::name::StudyId::new("a").expect("an id"),
            project: study.project,
            name: study.name,
            spec,
            objective,
            status: Status::Active,
            closing: None,
            created_at: Timestamp(1),
            started_at: None,
            ended_at: None,
            rev: Version(0),
        };
        StudyInfo::new(&header, Version(0), Counts::default(), None, "memory")
    }

    fn worker(pool: &str, runtime: Option<Runtime>) -> WorkerInfo {
        WorkerInfo {
            id: WorkerId::new("w").expect("an id"),
            host: String::new(),
            version: String::new(),
            pools: vec![PoolName::new(pool).expect("a name")],
            slots: 1,
            busy: 0,
            draining: false,
            attached_at: Timestamp(1),
            last_heard: Timestamp(1),
            leases: Vec::new(),
            runtime,
        }
    }

    #[test]
    fn it_is_said_who_is_there_and_why_that_does_not_help() {
        let function = || Some(Objective::Function("m:f".to_owned()));
        let python = || {
            Some(Runtime { pickled: false, python_version: "3.11".into(), cloudpickle_version: "3".into() })
        };
        let elsewhere = worker("gpu", python());
        assert_eq!(reason(&info(None), &[]), None, "somebody may ask by himself");
        assert_eq!(reason(&info(function()), &[worker("default", None), worker("default", python())]), None);
        assert_eq!(
            reason(&info(function()), std::slice::from_ref(&elsewhere)).as_deref(),
            Some("workers that run functions: none is attached to pool `default`")
        );
        assert_eq!(
            reason(&info(function()), &[worker("default", None), elsewhere, worker("default", None)])
                .as_deref(),
            Some(
                "workers that can run it: pool `default` has only 2 workers (it runs a command, and the study's \
                 objective is a function)"
            )
        );
    }
}
