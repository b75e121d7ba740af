//! `WorkerService`.

use std::pin::Pin;

use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};
use tunewright_core::Refusal;
use tunewright_core::name::{PoolName, WorkerId};
use tunewright_proto::v1;
use tunewright_proto::v1::worker_service_server::WorkerService;

use super::answer::answer;
use super::attach::{AttachStream, Attachment};
use crate::dispatch::DispatchHandle;
use crate::studies::Registry;

/// `WorkerService` over the dispatcher.
pub(crate) struct WorkerApi {
    pub(super) registry: Registry,
    pub(super) dispatch: DispatchHandle,
    pub(super) shutdown: CancellationToken,
}

impl WorkerApi {
    async fn list(&self, request: v1::ListWorkersRequest) -> Result<v1::ListWorkersResponse, Refusal> {
        let pool = (!request.pool.is_empty()).then(|| PoolName::new(request.pool)).transpose()?;
        let workers = self.dispatch.list().await?.into_iter();
        let wanted = workers.filter(|worker| pool.as_ref().is_none_or(|pool| worker.pools.contains(pool)));
        Ok(v1::ListWorkersResponse { workers: wanted.map(v1::Worker::from).collect() })
    }

    async fn drain(&self, request: v1::DrainWorkerRequest) -> Result<v1::DrainWorkerResponse, Refusal> {
        self.dispatch.drain(WorkerId::new(request.worker_id)?).await?;
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
        let attachment = Attachment::open(
            request.into_inner(),
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
        answer(self.list(request.into_inner()).await)
    }

    async fn drain_worker(
        &self,
        request: Request<v1::DrainWorkerRequest>,
    ) -> Result<Response<v1::DrainWorkerResponse>, Status> {
        answer(self.drain(request.into_inner()).await)
    }
}
