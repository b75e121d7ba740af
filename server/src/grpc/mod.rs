//! The gRPC services: each call decodes, calls one handle and encodes. No rules live here.

mod admit;
mod answer;
mod ask;
mod attach;
mod attachment_service;
mod byte_budget;
mod download;
mod list;
mod quotas;
mod read;
mod study_service;
mod token_service;
mod trial_service;
mod upload;
mod watch;
mod worker_service;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tunewright_core::Refusal;
use tunewright_proto::FILE_DESCRIPTOR_SET;
use tunewright_proto::v1::attachment_service_server::AttachmentServiceServer;
use tunewright_proto::v1::study_service_server::StudyServiceServer;
use tunewright_proto::v1::token_service_server::TokenServiceServer;
use tunewright_proto::v1::trial_service_server::TrialServiceServer;
use tunewright_proto::v1::worker_service_server::WorkerServiceServer;

use crate::auth::{Door, enter, is_grpc, refuse};
use crate::dispatch::DispatchHandle;
use crate::load::{Admission, admit};
use crate::studies::Registry;

pub use quotas::Quotas;

/// On which terms calls are taken.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) door: Door,
    pub(crate) admission: Admission,
    pub(crate) quotas: Quotas,
}

/// What is not there, in the words of its protocol.
async fn nowhere(request: Request) -> Response {
    if is_grpc(request.headers()) {
        let path = request.uri().path();
        return tonic::Status::unimplemented(format!("there is no call `{path}`")).into_http();
    }
    let refusal = Refusal::not_found(format!("there is nothing at `{}`", request.uri().path()));
    refuse(request.headers(), &refusal)
}

/// All routes of the one port, behind the door: the services, health, reflection, and `pages` for plain HTTP.
pub(crate) fn routes(
    registry: Registry,
    dispatch: DispatchHandle,
    shutdown: CancellationToken,
    pages: Router,
    Terms { door, admission, quotas }: Terms,
) -> Result<Routes, Box<dyn std::error::Error + Send + Sync>> {
    let (health, health_service) = tonic_health::server::health_reporter();
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?;
    tokio::spawn(async move {
        health.set_serving::<AttachmentServiceServer<attachment_service::AttachmentApi>>().await;
        health.set_serving::<StudyServiceServer<study_service::StudyApi>>().await;
        health.set_serving::<TokenServiceServer<token_service::TokenApi>>().await;
        health.set_serving::<TrialServiceServer<trial_service::TrialApi>>().await;
        health.set_serving::<WorkerServiceServer<worker_service::WorkerApi>>().await;
    });
    let attachments = attachment_service::AttachmentApi::new(registry.clone(), shutdown.clone());
    let studies = study_service::StudyApi { registry: registry.clone(), shutdown: shutdown.clone(), quotas };
    let tokens = token_service::TokenApi { register: door.register.clone() };
    let trials = trial_service::TrialApi { registry: registry.clone(), shutdown: shutdown.clone() };
    let workers = worker_service::WorkerApi { registry, dispatch, shutdown };
    // Compressed messages are refused: what they would become is not known before.
    let len = quotas.message_len;
    let routes = Routes::from(pages)
        .add_service(AttachmentServiceServer::new(attachments).max_decoding_message_size(len))
        .add_service(StudyServiceServer::new(studies).max_decoding_message_size(len))
        .add_service(TokenServiceServer::new(tokens).max_decoding_message_size(len))
        .add_service(TrialServiceServer::new(trials).max_decoding_message_size(len))
        .add_service(WorkerServiceServer::new(workers).max_decoding_message_size(len))
        .add_service(health_service)
        .add_service(reflection);
    Ok(routes
        .into_axum_router()
        .fallback(nowhere)
        .layer(from_fn_with_state(admission, admit))
        .layer(from_fn_with_state(door, enter))
        .into())
}
