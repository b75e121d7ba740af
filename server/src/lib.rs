//! The Tunewright server.
pub mod storage;
