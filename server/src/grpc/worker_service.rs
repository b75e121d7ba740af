//! `WorkerService`.

use std::pin::Pin;

use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};
use tunewright_core::Refusal;
use tunewright_core::access::{Need, Place};
use tunewright_core::name::{PoolName, WorkerId};
use tunewright_proto::v1;
use tunewright_proto::v1::worker_service_server::WorkerService;

use super::admit::taken;
use super::answer::answer;
use super::attach::{AttachStream, Attachment};
use crate::auth::Caller;
use crate::dispatch::DispatchHandle;
use crate::studies::Registry;

/// `WorkerService` over the dispatcher.
pub(crate) struct WorkerApi {
    pub(super) registry: Registry,
    pub(super) dispatch: DispatchHandle,
    pub(super) shutdown: CancellationToken,
}

impl WorkerApi {
    /// The workers that may work for a project which the caller may read, with the leases of such projects.
    async fn list(
        &self,
        caller: Caller,
        request: v1::ListWorkersRequest,
    ) -> Result<v1::ListWorkersResponse, Refusal> {
        caller.may_somewhere(Need::Read)?;
        let pool = (!request.pool.is_empty()).then(|| PoolName::new(request.pool)).transpose()?;
        let workers = self.dispatch.list(caller).await?.into_iter();
        let wanted = workers.filter(|worker| pool.as_ref().is_none_or(|pool| worker.pools.contains(pool)));
        Ok(v1::ListWorkersResponse { workers: wanted.map(v1::Worker::from).collect() })
    }

    /// A worker may serve several projects.
    async fn drain(
        &self,
        caller: &Caller,
        request: v1::DrainWorkerRequest,
    ) -> Result<v1::DrainWorkerResponse, Refusal> {
        caller.authorize(Need::Administer, Place::Everywhere)?;
        let worker = WorkerId::new(request.worker_id)?;
        self.dispatch.drain(worker.clone()).await?;
        caller.did("worker_drained", &worker);
        Ok(v1::DrainWorkerResponse {})
    }
}

#[tonic::async_trait]
impl WorkerService for WorkerApi {
    type AttachWorkerStream = Pin<Box<AttachStream>>;

    async fn attach_worker(
        &self,
        request: Request<Streaming<v1::AttachWorkerRequest>>,
    ) -> Result<Response<Self::AttachWorkerStream>, Status> {
        let (caller, incoming) = taken(request)?;
        let attachment = Attachment::open(
            caller,
            incoming,
            self.registry.clone(),
            self.dispatch.clone(),
            self.shutdown.child_token(),
        );
        answer(attachment.await)
    }

    async fn list_workers(
        &self,
        request: Request<v1::ListWorkersRequest>,
    ) -> Result<Response<v1::ListWorkersResponse>, Status> {
        let (caller, request) = taken(request)?;
        answer(self.list(caller, request).await)
    }

    async fn drain_worker(
        &self,
        request: Request<v1::DrainWorkerRequest>,
    ) -> Result<Response<v1::DrainWorkerResponse>, Status> {
        let (caller, request) = taken(request)?;
        answer(self.drain(&caller, request).await)
    }
}
