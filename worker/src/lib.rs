//! The Tunewright worker: leases trials from a server and runs a command for each.
//!
//! [`run`] keeps a stream to the server open, announces its free slots there, and gets leased trials. Each is a child
//! process with a group of its own ([`runner`]); its reports and its result go to the server with as many attempts as it takes,
//! and the result waits on disk meanwhile.
//! Heartbeats come from this process, which no objective can block.

mod attach;
mod backoff;
mod config;
mod deliver;
mod ending;
mod link;
#[cfg(test)]
mod protocol_tests;
mod run;
pub mod runner;
mod shutdown;
mod slots;
mod summary;
mod trial;
mod work;

pub use config::{SpoolDir, WorkerConfig};
pub use run::run;
pub use shutdown::Shutdown;
pub use slots::Gpus;
pub use summary::{WorkerError, WorkerSummary};
pub use tunewright_link::{Access, Token};
