//! What tests of stores share: the conformance suite, documents to keep, and a Redis of one's own.
//!
//! Compiled for this crate's tests, and for others' with the feature `testing`.

mod attachments;
mod conformance;
mod documents;
mod golden;
mod redis_server;
mod redis_trio;
mod tokens;
mod unfinished;

pub use attachments::{attachment, attachment_key};
pub use conformance::{conformance, keeps_everything, load_time};
pub use documents::{header, report, trial, trial_in_state};
pub use golden::{GoldenRecord, golden_study, has_golden_study};
pub use redis_server::{Fsync, RedisServer, free_port};
pub use redis_trio::RedisTrio;
pub use tokens::token;
