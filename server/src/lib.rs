//! The Tunewright server, as a library: [`run`] takes its configuration, its listener and its shutdown signal.
//!
//! Rooms: [`studies`] owns the open studies, one task each; [`dispatch`] pairs attached workers' free slots with
//! studies; [`storage`] keeps everything; `grpc` and `http` decode, call one handle, and encode.

mod app;
mod clock;
mod config;
mod dispatch;
mod grpc;
mod http;
mod metrics;
pub mod storage;
mod studies;

pub use app::{RunError, run};
pub use config::Config;
