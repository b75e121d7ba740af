//! The server itself.

use axum::Json;
use axum::extract::{Extension, State};
use tunewright_core::access::{Need, Place};

use super::Api;
use crate::auth::Caller;
use crate::http::dto::ServerInfo;

/// The server, and what the caller may do on it.
#[utoipa::path(get, path = "/api/v1/server", responses((status = OK, body = ServerInfo)))]
pub(super) async fn server(State(api): State<Api>, Extension(caller): Extension<Caller>) -> Json<ServerInfo> {
    Json(ServerInfo {
        version: env!("CARGO_PKG_VERSION"),
        durability: api.registry.durability().as_str(),
        auth: api.auth,
        now: api.registry.now().0,
        may_control: caller.may_somewhere(Need::Control).is_ok(),
        may_administer: caller.may(Need::Administer, Place::Everywhere),
    })
}
