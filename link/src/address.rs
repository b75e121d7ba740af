//! Addresses as people write them.

use std::net::IpAddr;
use std::time::Duration;

use tonic::transport::Endpoint;
use tunewright_core::Refusal;

use crate::access::Access;

/// How long a connection may take, and how soon a dead one is noticed.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    pub connect: Duration,
    /// How often an idle connection is checked, and how long the answer may take.
    pub keep_alive: Duration,
    pub keep_alive_answer: Duration,
}

/// The single addresses of texts that may each name several, with commas between them.
#[must_use]
pub fn addresses<Text: AsRef<str>>(written: &[Text]) -> Vec<String> {
    written.iter().flat_map(|text| text.as_ref().split(',')).map(|one| one.trim().to_owned()).collect()
}

/// The endpoint at one address: `host:port`, `http://host:port`, `grpc://host:port`, or with TLS `https://host:port`.
///
/// # Errors
/// `invalid` if the address is none, a file of `access` cannot be used, or its token would go to another machine
/// unencrypted.
pub fn endpoint(address: &str, access: &Access, pace: Pace) -> Result<Endpoint, Refusal> {
    let shown = address.trim();
    let refuse = |message: String| {
        Refusal::invalid("address", message)
            .with_hint("write it like `127.0.0.1:7070` or `https://host:7070`")
    };
    let (is_tls, host) = match shown.split_once("://") {
        None => (false, shown),
        Some(("http" | "grpc", host)) => (false, host),
        Some(("https", host)) => (true, host),
        Some((scheme, _)) => {
            return Err(refuse(format!("scheme must be `http`, `https` or `grpc`, not `{scheme}`")));
        }
    };
    let host = host.trim_end_matches('/');
    if host.is_empty() || host.contains(['/', '@']) {
        return Err(refuse(format!("must be a host and a port, not `{}`", without_password(shown))));
    }
    let scheme = if is_tls { "https" } else { "http" };
    let endpoint = Endpoint::from_shared(format!("{scheme}://{host}"))
        .map_err(|_| refuse(format!("must be a host and a port, not `{shown}`")))?;
    if endpoint.uri().port_u16().is_none() {
        return Err(refuse(format!("must name a port, not `{shown}`")));
    }
    if access.token.is_some() && !is_tls && !access.insecure && !is_loopback(endpoint.uri().host()) {
        let message = format!("the token would travel unencrypted to `{shown}`");
        return Err(Refusal::invalid("address", message).with_hint(
            "use `https://`, or `insecure` (TUNEWRIGHT_INSECURE=1) where the network keeps it secret",
        ));
    }
    let endpoint = if is_tls {
        let wrong = |error: tonic::transport::Error| {
            let mut why: &dyn std::error::Error = &error;
            while let Some(source) = why.source() {
                why = source;
            }
            Refusal::invalid("tls", format!("cannot be set up: {why}"))
        };
        endpoint.tls_config(access.tls()?).map_err(wrong)?
    } else {
        endpoint
    };
    Ok(endpoint
        .connect_timeout(pace.connect)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(pace.keep_alive)
        .keep_alive_timeout(pace.keep_alive_answer)
        .keep_alive_while_idle(true))
}

/// An address as it is compared with others: without its scheme, and with one name for this machine.
pub(crate) fn plain(address: &str) -> String {
    let host = address.trim().split_once("://").map_or(address.trim(), |(_, host)| host);
    let host = host.trim_end_matches('/').to_ascii_lowercase();
    match host.rsplit_once(':') {
        Some(("127.0.0.1" | "[::1]", port)) => format!("localhost:{port}"),
        _ => host,
    }
}

fn without_password(address: &str) -> String {
    address.rsplit_once('@').map_or_else(|| address.to_owned(), |(_, host)| format!("***@{host}"))
}

fn is_loopback(host: Option<&str>) -> bool {
    let Some(host) = host else { return false };
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || literal.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Token;

    const PACE: Pace = Pace {
        connect: Duration::from_secs(1),
        keep_alive: Duration::from_secs(1),
        keep_alive_answer: Duration::from_secs(1),
    };

    #[test]
    fn addresses_are_read_as_people_write_them() {
        let access = Access::default();
        for (written, meant) in [
            ("host:7070", "http://host:7070/"),
            ("http://127.0.0.1:7070/", "http://127.0.0.1:7070/"),
            ("grpc://[::1]:9", "http://[::1]:9/"),
            ("https://host:1", "https://host:1/"),
        ] {
            let endpoint = endpoint(written, &access, PACE);
            assert_eq!(endpoint.expect(written).uri().to_string(), meant);
        }
        for (written, says) in [
            ("", "address: must be a host and a port, not ``"),
            ("host", "address: must name a port, not `host`"),
            ("ftp://host:1", "address: scheme must be `http`, `https` or `grpc`, not `ftp`"),
            ("host:1/path", "address: must be a host and a port, not `host:1/path`"),
            ("http://me:secret@host:1", "address: must be a host and a port, not `***@host:1`"),
            ("a b:1", "address: must be a host and a port, not `a b:1`"),
        ] {
            assert_eq!(endpoint(written, &access, PACE).expect_err("bad").to_string(), says);
        }
        assert_eq!(addresses(&["a:1, b:2", "c:3"]), ["a:1", "b:2", "c:3"]);
        assert_eq!(addresses(&["a:1,"]), ["a:1", ""], "a stray comma is seen");
    }

    #[test]
    fn a_token_never_leaves_this_machine_unencrypted() {
        let token = Some(Token::new("tw_worker_c0ffee").expect("a token"));
        let access = Access { token, ..Access::default() };
        for fine in ["localhost:1", "127.0.0.1:1", "http://127.9.9.9:1", "[::1]:1", "https://host:1"] {
            assert!(endpoint(fine, &access, PACE).is_ok(), "{fine}");
        }
        for bad in ["host:1", "http://10.0.0.1:1", "grpc://127.0.0.1.example.com:1", "[::2]:1"] {
            let refusal = endpoint(bad, &access, PACE).expect_err(bad);
            assert_eq!(
                refusal.to_string(),
                format!("address: the token would travel unencrypted to `{bad}`")
            );
            assert!(refusal.hint.is_some_and(|hint| hint.contains("https")));
        }
        let insecure = Access { insecure: true, ..access };
        assert!(endpoint("host:1", &insecure, PACE).is_ok());
    }

    #[test]
    fn the_same_server_is_known_again() {
        for same in ["http://127.0.0.1:7070", "localhost:7070", "grpc://LOCALHOST:7070/", "[::1]:7070"] {
            assert_eq!(plain(same), "localhost:7070");
        }
        assert_eq!(plain("https://Host:1"), "host:1");
    }
}
