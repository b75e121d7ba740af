//! The attached workers.

use serde::Serialize;
use tunewright_core::study::Runtime;
use utoipa::ToSchema;

/// The attached workers that the caller may see.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkerList {
    pub(crate) workers: Vec<WorkerInfo>,
    /// Queued trials of all studies that the caller may see.
    pub(crate) queued: u64,
    /// The server's clock, in milliseconds since 1970.
    pub(crate) now: u64,
}

/// An attached worker.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Worker)]
pub(crate) struct WorkerInfo {
    id: String,
    host: String,
    version: String,
    pools: Vec<String>,
    slots: u32,
    /// Slots that run a trial.
    busy: u32,
    /// Takes no new trials.
    draining: bool,
    attached_at: u64,
    last_heard: u64,
    leases: Vec<WorkerLease>,
    /// What it runs: `its own command`, or a version of Python.
    runs: String,
}

/// A trial that a worker runs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkerLease {
    project: String,
    study: String,
    trial: u64,
    attempt: u32,
}

impl From<tunewright_proto::convert::WorkerInfo> for WorkerInfo {
    fn from(worker: tunewright_proto::convert::WorkerInfo) -> Self {
        let lease = |lease: tunewright_proto::convert::StudyLease| WorkerLease {
            project: lease.study.project.into(),
            study: lease.study.name.into(),
            trial: lease.trial.0,
            attempt: lease.attempt,
        };
        Self {
            id: worker.id.into(),
            host: worker.host,
            version: worker.version,
            pools: worker.pools.into_iter().map(String::from).collect(),
            slots: worker.slots,
            busy: worker.busy,
            draining: worker.draining,
            attached_at: worker.attached_at.0,
            last_heard: worker.last_heard.0,
            leases: worker.leases.into_iter().map(lease).collect(),
            runs: worker.runtime.as_ref().map_or_else(|| "its own command".to_owned(), runs),
        }
    }
}

fn runs(runtime: &Runtime) -> String {
    format!("functions, on Python {}", runtime.python_version)
}
