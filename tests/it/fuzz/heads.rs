//! What is said on a connection that is neither well nor quite badly meant: bytes of any kind, HTTP, HTTP/2.

use super::random::Random;
use crate::access::bench::ROOT;

const METHODS: [&str; 10] =
    ["GET", "GET", "GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "TRACE", "G\u{7f}T"];
const PATHS: [&str; 14] = [
    "/healthz",
    "/readyz",
    "/metrics",
    "/",
    "/nowhere",
    "//healthz",
    "/../../etc/passwd",
    "/%00%2e%2e/metrics",
    "/metrics/",
    "*",
    "http://evil.example/metrics",
    "/tunewright.v1.StudyService/ListStudies",
    "/tunewright.v1.StudyService/Invented",
    "/grpc.health.v1.Health/Check",
];
const HOSTS: [&str; 8] =
    ["localhost", "127.0.0.1:7070", "evil.example", "", "[::1", "a b", "localhost@evil.example", "\u{e9}"];
const ORIGINS: [&str; 5] =
    ["http://localhost:3000", "https://evil.example", "null", "http://", "javascript:1"];
const LENGTHS: [&str; 8] = ["0", "3", "-1", "99999999999999999999", "4294967296", "3, 4", "0x3", ""];
const TYPES: [&str; 4] = ["application/grpc", "application/grpc-web+proto", "text/plain", "\u{1}"];
const CODINGS: [&str; 4] = ["gzip", "deflate", "br", "chunked"];

/// A request of HTTP/1 with a sound or an odd word in each place.
pub fn http1(random: &mut Random) -> Vec<u8> {
    let version =
        *random.one_of(&["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/0.9", "HTTP/2.0", ""]);
    let mut path = (*random.one_of(&PATHS)).to_owned();
    if random.happens(20) {
        path += *random.one_of(&["?", "?a=b&a=%zz", "?token=tw_admin_0", "#frag", "?\u{7f}"]);
    }
    if random.happens(2) {
        path += &"x".repeat(70_000);
    }
    let mut head = format!("{} {path} {version}\r\n", random.one_of(&METHODS));
    let mut line = |name: &str, value: &str| head += &format!("{name}: {value}\r\n");
    for _ in 0..*random.one_of(&[1, 1, 1, 1, 1, 0, 2]) {
        let hosts = if random.happens(60) { &HOSTS[..2] } else { &HOSTS };
        line("Host", random.one_of::<&str>(hosts));
    }
    match random.below(8) {
        0..5 => line("Authorization", &format!("Bearer {ROOT}")),
        5 => line("Authorization", "Basic eDp5"),
        6 => line("Authorization", &format!("Bearer {}", &ROOT[..20])),
        _ => {}
    }
    for (name, values, percent) in [
        ("Origin", &ORIGINS[..], 25),
        ("Content-Length", &LENGTHS[..], 25),
        ("Content-Type", &TYPES[..], 25),
        ("Content-Encoding", &CODINGS[..], 10),
        ("Transfer-Encoding", &CODINGS[..], 15),
        ("Expect", &["100-continue", "x"][..], 5),
        ("Upgrade", &["h2c", "websocket"][..], 10),
        ("Connection", &["close", "Upgrade, HTTP2-Settings", "keep-alive"][..], 30),
    ] {
        if random.happens(percent) {
            line(name, random.one_of::<&str>(values));
        }
    }
    if random.happens(2) {
        line("X-Long", &"y".repeat(20_000));
    }
    if random.happens(2) {
        (0..300).for_each(|at| line(&format!("X-{at}"), "z"));
    }
    let body = match random.below(4) {
        0 => random.bytes(200),
        1 => b"3\r\nabc\r\nFFFFFFFFFFFFFFFFF\r\n".to_vec(),
        // The beginning of what would unpack to very much.
        2 => vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xed, 0xc1, 1, 0],
        _ => Vec::new(),
    };
    let request = [head.as_bytes(), b"\r\n", &body].concat();
    if random.happens(30) { random.mutated(request) } else { request }
}

/// A connection of HTTP/2 whose frames make less and less sense.
pub fn http2(random: &mut Random) -> Vec<u8> {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(4, 0, 0, &[]));
    for _ in 0..=random.below(8) {
        let stream = *random.one_of(&[0, 1, 1, 1, 2, 3, 5, 0x7fff_ffff, 0xffff_ffff]);
        let payload = match random.below(4) {
            // A whole head: `GET http://localhost/`.
            0 => [&[0x82, 0x86, 0x84, 0x41, 9][..], b"localhost"].concat(),
            1 => vec![0xff; random.below(40)],
            _ => random.bytes(60),
        };
        let flags = *random.one_of(&[0, 1, 4, 5, 0x28, 0xff]);
        bytes.extend(frame(u8::try_from(random.below(12)).expect("small"), flags, stream, &payload));
    }
    if random.happens(50) { random.mutated(bytes) } else { bytes }
}

/// Neither.
pub fn neither(random: &mut Random) -> Vec<u8> {
    let begin = *random.one_of::<&[u8]>(&[
        // How TLS, SSH, Redis, a database and a proxy would begin.
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"SSH-2.0-x\r\n",
        b"*1\r\n$4\r\nPING\r\n",
        b"\x00\x00\x00\x08\x04\xd2\x16\x2f",
        b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
        b"PRI * HTTP/2.0\r\n",
        b"\n\n\n\n",
        b"",
    ]);
    [begin, &random.bytes(400)].concat()
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&len[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}
