//! Addresses as people write them.

use tonic::transport::Endpoint;
use tunewright_core::Refusal;

use crate::ConnectOptions;

/// The endpoint at this address, with the settings of these options.
pub(crate) fn endpoint(address: &str, options: &ConnectOptions) -> Result<Endpoint, Refusal> {
    let shown = address.trim();
    let refuse = |message: String| {
        Refusal::invalid("address", message).with_hint("write it like `127.0.0.1:7070` or `http://host:7070`")
    };
    let host = match shown.split_once("://") {
        None => shown,
        Some(("http" | "grpc", host)) => host,
        Some((scheme, _)) => {
            return Err(refuse(format!("scheme must be `http` or `grpc`, not `{scheme}`")));
        }
    };
    let host = host.trim_end_matches('/');
    if host.is_empty() || host.contains('/') {
        return Err(refuse(format!("must be a host and a port, not `{shown}`")));
    }
    let endpoint = Endpoint::from_shared(format!("http://{host}"))
        .map_err(|_| refuse(format!("must be a host and a port, not `{shown}`")))?;
    if endpoint.uri().port_u16().is_none() {
        return Err(refuse(format!("must name a port, not `{shown}`")));
    }
    Ok(endpoint
        .connect_timeout(options.call_timeout)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(options.keep_alive)
        .keep_alive_timeout(options.call_timeout)
        .keep_alive_while_idle(true)
        .user_agent(concat!("tunewright-rust/", env!("CARGO_PKG_VERSION")))
        .expect("the version is plain ASCII"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        let options = ConnectOptions::default();
        for (written, meant) in [
            ("host:7070", "http://host:7070/"),
            ("http://127.0.0.1:7070/", "http://127.0.0.1:7070/"),
            ("grpc://[::1]:9", "http://[::1]:9/"),
        ] {
            assert_eq!(endpoint(written, &options).expect("good").uri().to_string(), meant);
        }
        for (written, says) in [
            ("", "address: must be a host and a port, not ``"),
            ("host", "address: must name a port, not `host`"),
            ("https://host:1", "address: scheme must be `http` or `grpc`, not `https`"),
            ("host:1/path", "address: must be a host and a port, not `host:1/path`"),
            ("a b:1", "address: must be a host and a port, not `a b:1`"),
        ] {
            assert_eq!(endpoint(written, &options).expect_err("bad").to_string(), says);
        }
    }
}
