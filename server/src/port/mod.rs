//! The one port: connections are taken in, within bounds, with TLS if there are certificates, and each is served gRPC
//! and plain HTTP.

mod bounds;
mod certificates;
mod connection;
mod heard;
mod serve;

pub use bounds::PortBounds;
pub(crate) use certificates::Certificates;
pub use certificates::{TlsError, TlsFiles};
pub(crate) use serve::Port;
