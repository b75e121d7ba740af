//! The Tunewright worker: leases trials from a server and runs a command for each.

pub mod runner;
