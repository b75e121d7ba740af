//! The way from clients and workers to a server: where it is, how it is told who calls, and what waits on disk for it.

mod access;
mod address;
mod lines;
mod spool;
mod token;

pub use access::Access;
pub use address::{Pace, addresses, endpoint};
pub use lines::{Bearer, Line, Lines};
pub use spool::{FinalReport, Kept, Spool};
pub use token::Token;
