//! Connections that are only there to be there.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tunewright_server::{Config, PortBounds, TlsFiles};

use crate::support::certificates::Authority;
use crate::support::http::get_with;
use crate::support::in_process::InProcess;

const PATIENCE: Duration = Duration::from_secs(1);

fn impatient() -> Config {
    Config { port: PortBounds { patience: PATIENCE, ..PortBounds::default() }, ..Config::default() }
}

fn address(server: &InProcess) -> &str {
    server.url.split_once("://").expect("a URL").1
}

/// How long it takes until the server closes a connection on which only this is said.
async fn closed_after(server: &InProcess, said: &[u8]) -> Duration {
    let began = Instant::now();
    let mut stream = TcpStream::connect(address(server)).await.expect("connected");
    stream.write_all(said).await.expect("sent");
    let mut answer = Vec::new();
    let read = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await.expect("it is closed");
    // It may also be reset.
    drop(read);
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_say_what_they_want_is_not_waited_for() {
    let server = InProcess::with(impatient()).await;
    for said in [&b""[..], b"P", b"PRI * HTTP/2.0", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: "] {
        let took = closed_after(&server, said).await;
        assert!(took >= PATIENCE / 2, "{said:?}: {took:?}");
        assert!(took < Duration::from_secs(10), "{said:?}: {took:?}");
    }
    assert_eq!(get_with(&server.url, "/healthz", None).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_shake_hands_is_not_waited_for() {
    let authority = Authority::new();
    let pair = authority.certify("server");
    let tls = Some(TlsFiles { cert: pair.cert, key: pair.key, client_ca: None });
    let server = InProcess::with(Config { tls, ..impatient() }).await;
    for said in [&b""[..], b"\x16\x03\x01", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"] {
        let took = closed_after(&server, said).await;
        assert!(took < Duration::from_secs(10), "{said:?}: {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_so_many_connections_new_ones_are_closed_at_once() {
    let bounds = PortBounds { connections: 8, connections_per_address: 5, ..PortBounds::default() };
    let server = InProcess::with(Config { port: bounds, ..Config::default() }).await;
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(TcpStream::connect(address(&server)).await.expect("connected"));
    }
    // One more than one address may have; the kernel takes it, the server does not.
    let took = closed_after(&server, b"").await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    drop(open.pop());
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let mut stream = TcpStream::connect(address(&server)).await.expect("connected");
        let request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let mut answer = String::new();
        if stream.write_all(request).await.is_ok()
            && stream.read_to_string(&mut answer).await.is_ok()
            && !answer.is_empty()
        {
            assert!(answer.contains("tunewright_connections 5"), "{answer}");
            assert!(answer.contains("tunewright_connections_refused_total"), "{answer}");
            break;
        }
        assert!(Instant::now() < deadline, "a place that is free again is not given away");
    }
}
