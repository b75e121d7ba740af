//! The server itself.

use serde::Serialize;
use utoipa::ToSchema;

/// The server, and what the caller may do on it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServerInfo {
    pub(crate) version: &'static str,
    /// What survives of what was acknowledged, for example `disk`.
    pub(crate) durability: &'static str,
    /// Whether callers are asked for a token.
    pub(crate) auth: bool,
    /// The server's clock, in milliseconds since 1970.
    pub(crate) now: u64,
    /// Whether the caller may change studies in some project.
    pub(crate) may_control: bool,
    /// Whether the caller may look after workers.
    pub(crate) may_administer: bool,
}
