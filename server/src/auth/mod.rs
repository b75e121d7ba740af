//! Who calls: tokens, the register of them, and the door that every request comes through.
//!
//! What a caller may do is decided by [`tunewright_core::access::authorize`] alone, which each call asks with the
//! project of its request before it looks anything up.

mod caller;
mod door;
mod register;
mod secret;

pub(crate) use caller::Caller;
pub(crate) use door::{Door, Strangers, enter, is_grpc, refuse};
pub(crate) use register::{NewToken, Register};
pub use secret::Secret;
