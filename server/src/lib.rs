//! The Tunewright server, as a library: [`run`] takes its configuration, its listener and its shutdown signal.
//!
//! Rooms: [`studies`] owns the open studies, one task each; [`dispatch`] pairs attached workers' free slots with
//! studies; [`storage`] keeps everything; `auth` knows who calls; `port` takes connections in, `load` takes calls on; `grpc` and `http` decode,
//! call one handle, and encode; `ownership` sees to it that of several servers on one store one serves.

mod app;
mod audit;
mod auth;
mod clock;
mod config;
mod dispatch;
mod entry;
mod exposure;
mod failpoint;
mod grpc;
mod http;
mod load;
mod metrics;
mod ownership;
mod peer;
mod port;
#[cfg(feature = "testing")]
mod portless;
mod problem;
mod rates;
mod run_error;
mod seats;
pub mod storage;
mod studies;

pub use app::run;
pub use auth::Secret;
pub use config::Config;
pub use grpc::Quotas;
pub use http::{openapi_json, paths as http_paths};
pub use load::LoadBounds;
pub use port::{PortBounds, TlsError, TlsFiles};
#[cfg(feature = "testing")]
pub use portless::portless;
pub use run_error::RunError;
