//! Workers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tunewright_core::name::{PoolName, WorkerId};
use tunewright_core::study::{Runtime, StudyRef};
use tunewright_core::{Refusal, Timestamp};

use super::{StudyLease, spec};
use crate::v1;

/// How a worker introduces itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerHello {
    pub id: WorkerId,
    pub host: String,
    pub version: String,
    /// Never empty.
    pub pools: Vec<PoolName>,
    /// Only these studies; empty: all of the pools.
    pub studies: Vec<StudyRef>,
    pub slots: u32,
    pub labels: BTreeMap<String, String>,
    /// `None`: it runs a command of its own.
    pub runtime: Option<Runtime>,
}

/// An attached worker, as the server sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerInfo {
    pub id: WorkerId,
    pub host: String,
    pub version: String,
    pub pools: Vec<PoolName>,
    pub slots: u32,
    /// Slots that run a trial.
    pub busy: u32,
    /// Takes no new trials.
    pub draining: bool,
    pub attached_at: Timestamp,
    pub last_heard: Timestamp,
    pub leases: Vec<StudyLease>,
    /// `None`: it runs a command of its own.
    pub runtime: Option<Runtime>,
}

impl TryFrom<v1::WorkerHello> for WorkerHello {
    type Error = Refusal;

    fn try_from(hello: v1::WorkerHello) -> Result<Self, Refusal> {
        let mut pools = pools(hello.pools)?;
        if pools.is_empty() {
            pools.push(PoolName::default());
        }
        let studies = hello.studies.into_iter().enumerate().map(|(at, study)| {
            StudyRef::try_from(study).map_err(|refusal| refusal.within(&format!("studies.{at}")))
        });
        Ok(Self {
            id: worker_id(hello.worker_id, "worker_id")?,
            host: hello.host,
            version: hello.version,
            pools,
            studies: studies.collect::<Result<_, _>>()?,
            slots: hello.slots,
            labels: hello.labels,
            runtime: runtime(hello.runtime)?,
        })
    }
}

impl From<WorkerHello> for v1::WorkerHello {
    fn from(hello: WorkerHello) -> Self {
        Self {
            worker_id: hello.id.into(),
            host: hello.host,
            version: hello.version,
            pools: hello.pools.into_iter().map(String::from).collect(),
            studies: hello.studies.iter().map(v1::StudyRef::from).collect(),
            slots: hello.slots,
            labels: hello.labels,
            runtime: hello.runtime.map(v1::WorkerRuntime::from),
        }
    }
}

impl TryFrom<v1::Worker> for WorkerInfo {
    type Error = Refusal;

    fn try_from(worker: v1::Worker) -> Result<Self, Refusal> {
        let leases = worker.leases.into_iter().map(StudyLease::try_from);
        Ok(Self {
            id: worker_id(worker.id, "id")?,
            host: worker.host,
            version: worker.version,
            pools: pools(worker.pools)?,
            slots: worker.slots,
            busy: worker.busy,
            draining: worker.draining,
            attached_at: Timestamp(worker.attached_at_ms),
            last_heard: Timestamp(worker.last_heard_ms),
            leases: leases.collect::<Result<_, _>>().map_err(|e: Refusal| e.within("leases"))?,
            runtime: runtime(worker.runtime)?,
        })
    }
}

impl From<WorkerInfo> for v1::Worker {
    fn from(worker: WorkerInfo) -> Self {
        Self {
            id: worker.id.into(),
            host: worker.host,
            version: worker.version,
            pools: worker.pools.into_iter().map(String::from).collect(),
            slots: worker.slots,
            busy: worker.busy,
            draining: worker.draining,
            attached_at_ms: worker.attached_at.as_millis(),
            last_heard_ms: worker.last_heard.as_millis(),
            leases: worker.leases.iter().map(v1::LeaseRef::from).collect(),
            runtime: worker.runtime.map(v1::WorkerRuntime::from),
        }
    }
}

impl From<Runtime> for v1::WorkerRuntime {
    fn from(runtime: Runtime) -> Self {
        Self {
            pickled: runtime.pickled,
            python_version: runtime.python_version,
            cloudpickle_version: runtime.cloudpickle_version,
        }
    }
}

fn runtime(runtime: Option<v1::WorkerRuntime>) -> Result<Option<Runtime>, Refusal> {
    let Some(runtime) = runtime else { return Ok(None) };
    let runtime = Runtime {
        pickled: runtime.pickled,
        python_version: runtime.python_version,
        cloudpickle_version: runtime.cloudpickle_version,
    };
    runtime.validate().map_err(|refusal| refusal.within("runtime"))?;
    Ok(Some(runtime))
}

fn worker_id(id: String, field: &str) -> Result<WorkerId, Refusal> {
    WorkerId::new(id).map_err(|refusal| Refusal { field: Some(field.to_owned()), ..refusal })
}

fn pools(names: Vec<String>) -> Result<Vec<PoolName>, Refusal> {
    let names = names.into_iter().enumerate();
    let names = names.map(|(at, name)| {
        let field = Some(format!("pools.{at}"));
        spec::pool(name).map_err(|refusal| Refusal { field, ..refusal })
    });
    names.collect()
}
