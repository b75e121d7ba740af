//! Workers' open streams and free slots in, leases out.
//!
//! One task, the [`Dispatcher`], knows the attached workers and which studies may have something to lease.
//! [`assign`] pairs them, fairly across studies, as a pure function; the leases themselves are made by the studies'
//! own tasks, so a slow study never holds the others up.

mod assign;
mod dispatcher;
mod handle;
mod roster;

pub(crate) use dispatcher::Dispatcher;
pub(crate) use handle::{DispatchHandle, ToWorker};
