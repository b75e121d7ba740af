//! The open studies: a registry of them, and one task for each that owns its state.
//!
//! Everything goes through [`Handle`]: its methods put a request into the study's bounded mailbox and wait for the
//! answer with a deadline. The task drains its mailbox, decides, stores all changes of that drain in one commit,
//! and only then answers and runs the effects.

mod attachments;
mod batch;
mod events;
mod glance;
mod handle;
mod open;
mod registry;
mod request;
mod signal;
#[cfg(test)]
mod sleeping_tests;
mod state;
mod tables;
mod task;

pub(crate) use glance::Glance;
pub(crate) use handle::Handle;
pub(crate) use registry::{Registry, store_refusal};
pub(crate) use request::{Ask, Asked, StudyView};
pub(crate) use signal::Signal;
pub(crate) use tables::Tables;
