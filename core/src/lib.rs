//! The rules of Tunewright, without any I/O.
//!
//! Nothing here reads a clock, a socket, a global random generator or a hash-ordered map: a seed and a
//! list of commands reproduce any run. Layers, each importing only those below it:
//!
//! - [`local`]: the whole tuning loop in one process, without a server;
//! - [`analysis`]: what people look at, read off a study's trials;
//! - [`study`]: the state machine of a study and its trials;
//! - [`suggest`]: the algorithms that propose points;
//! - [`space`]: search spaces, points, and the distributions between them;
//! - [`access`]: who may do what, beside the others.
//!
//! [`refusal`], [`timestamp`] and [`name`] hold the vocabulary that all layers share; [`normal`] and [`stream`] the
//! arithmetic whose results must be the same on every machine.

pub mod access;
pub mod analysis;
#[cfg(any(test, feature = "testing"))]
pub mod broken;
#[cfg(test)]
mod fuzz_tests;
pub mod local;
pub mod name;
pub mod normal;
pub mod refusal;
pub mod space;
pub mod stream;
pub mod study;
pub mod suggest;
pub mod timestamp;

pub use refusal::{Code, Refusal};
pub use timestamp::Timestamp;
