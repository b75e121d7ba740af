//! Where a request comes from.

use std::net::IpAddr;

/// Where a request comes from. Every request carries it in its extensions, put there by the port.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);
