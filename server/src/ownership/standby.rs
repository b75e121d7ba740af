//! What a server answers with while another one owns the studies.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tunewright_core::Refusal;
use tunewright_proto::status::to_status;

use super::place::address_in;
use crate::http;
use crate::metrics::Metrics;
use crate::storage::Storage;

/// Clients look for it: who hears it goes to the next address.
const STANDS_BY: &str = "this server stands by";
/// Whoever knows no other address may try again here: this server takes over when the owner ends.
const TRY_AGAIN_MS: u64 = 500;

/// Alive, not ready, and every call refused. Where anybody may see figures there are those of `open`, and the refusal names
/// the owner's address.
pub(super) fn router(storage: Arc<dyn Storage>, open: Option<Arc<Metrics>>) -> Router {
    let is_open = open.is_some();
    http::standby(open, storage.durability(), STANDS_BY).fallback(async move |request| {
        let owner = if is_open { address_in(&storage.holder()) } else { None };
        refuse(&request, owner)
    })
}

fn refuse(request: &Request, owner: Option<SocketAddr>) -> Response {
    let is_grpc = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"));
    if is_grpc {
        return to_status(&refusal(owner)).into_http::<axum::body::Body>();
    }
    (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", refusal(owner))).into_response()
}

fn refusal(owner: Option<SocketAddr>) -> Refusal {
    let owner = match owner {
        Some(address) => format!("the server at `{address}`"),
        None => "another server".to_owned(),
    };
    Refusal::unavailable(STANDS_BY, TRY_AGAIN_MS).with_hint(format!(
        "{owner} owns the studies: give the addresses of all servers, separated by commas"
    ))
}
