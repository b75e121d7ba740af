//! Why the server did not run, or ended by itself.

use std::net::SocketAddr;

use crate::port::TlsError;
use crate::storage::StorageError;

/// Why the server did not run, or ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("the listening address cannot be read")]
    Listener(#[source] std::io::Error),
    /// The hint is in the message: there is one way out.
    #[error(
        "refusing to listen on {address} without {lacks}; listen on 127.0.0.1, serve with `--auth`, `--tls-cert` and `--tls-key`, or pass `--insecure-i-know` if the network itself keeps strangers out"
    )]
    Exposed { address: SocketAddr, lacks: &'static str },
    #[error("the certificate cannot be used")]
    Tls(#[from] TlsError),
    #[error(
        "nobody could be let in: the store has no token for `admin@*` that is good; name the file of one with `--admin-token-file`"
    )]
    NoAdministrator,
    #[error("the store cannot be opened")]
    Storage(#[from] StorageError),
    #[error("the reflection service cannot be built")]
    Reflection(#[source] Box<dyn std::error::Error + Send + Sync>),
}
