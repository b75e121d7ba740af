//! The Tunewright server, as a library: [`run`] takes its configuration, its listener and its shutdown signal.
//!
//! Rooms: [`studies`] owns the open studies, one task each; [`dispatch`] pairs attached workers' free slots with
//! studies; [`storage`] keeps everything; `auth` knows who calls; `grpc` and `http` decode, call one handle, and encode.

mod app;
mod auth;
mod clock;
mod config;
mod dispatch;
mod grpc;
mod http;
mod metrics;
pub mod storage;
mod studies;

pub use app::{RunError, run};
pub use auth::Secret;
pub use config::Config;
pub use http::paths as http_paths;
