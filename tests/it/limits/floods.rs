//! Those who want to keep the server busy with little effort of their own.

use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{LIST, OK, SOON, Wire, enveloped};
use crate::support::in_process::InProcess;

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&len[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A head that is small and whole: `GET http://localhost/`, all from the static table but the host.
const HEAD: [u8; 13] = [0x82, 0x86, 0x84, 0x41, 9, b'l', b'o', b'c', b'a', b'l', b'h', b'o', b's'];

fn head() -> Vec<u8> {
    [&HEAD[..], b"t"].concat()
}

async fn connect(server: &InProcess) -> TcpStream {
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).await.expect("connected");
    let preface = [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &frame(4, 0, 0, &[])].concat();
    stream.write_all(&preface).await.expect("sent");
    stream
}

/// Sends this over and over until the server ends the connection; whether it did.
async fn is_ended(server: &InProcess, mut next: impl FnMut(u32) -> Vec<u8>) -> bool {
    let (mut reader, mut writer) = connect(server).await.into_split();
    let reading = tokio::spawn(async move {
        let mut answer = Vec::new();
        // It may also be reset.
        let _ = reader.read_to_end(&mut answer).await;
    });
    for turn in 0..200_000 {
        if reading.is_finished() || writer.write_all(&next(turn)).await.is_err() {
            break;
        }
    }
    timeout(Duration::from_secs(10), reading).await.is_ok()
}

async fn assert_serves(server: &InProcess) {
    let began = Instant::now();
    let mut wire = Wire::to(server).await;
    let answer = wire.call(Wire::head(LIST, None, &[]), enveloped(false, &[])).await;
    assert_eq!(answer.expect("an answer"), OK);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_begins_and_resets_without_end_is_cut_off() {
    let server = InProcess::start().await;
    // CVE-2023-44487: a request that is taken back at once costs the sender nothing.
    let rapid_reset = |turn: u32| {
        let stream = 2 * turn + 1;
        [frame(1, 5, stream, &head()), frame(3, 0, stream, &8_u32.to_be_bytes())].concat()
    };
    assert!(timeout(SOON, is_ended(&server, rapid_reset)).await.expect("in time"), "it goes on for ever");
    assert_serves(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_ends_a_head_is_cut_off() {
    let server = InProcess::start().await;
    // CVE-2024-27316: a head that goes on without end, each part of it legal.
    let endless = |turn: u32| {
        if turn == 0 { frame(1, 1, 1, &head()) } else { frame(9, 0, 1, &[0x40, 1, b'x', 1, b'y']) }
    };
    assert!(timeout(SOON, is_ended(&server, endless)).await.expect("in time"), "it goes on for ever");
    assert_serves(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pings_and_settings_without_end_keep_nobody_else_waiting() {
    let server = InProcess::start().await;
    for flood in [frame(6, 0, 0, &[7; 8]), frame(4, 0, 0, &[0, 3, 0, 0, 0, 100])] {
        let mut stream = connect(&server).await;
        // The answers are never read: what the server would have to keep of them is bounded.
        let flooding = tokio::spawn(async move {
            let many = flood.repeat(1_000);
            for _ in 0..2_000 {
                if stream.write_all(&many).await.is_err() {
                    return;
                }
            }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_serves(&server).await;
        flooding.abort();
    }
}

/// An answer that nobody reads, many times.
#[tokio::test(flavor = "multi_thread")]
async fn who_reads_nothing_keeps_nobody_else_waiting() {
    let server = InProcess::start().await;
    let mut wire = Wire::to(&server).await;
    let mut unread = Vec::new();
    for _ in 0..1_000 {
        let Ok(ready) = timeout(Duration::from_millis(200), wire.sender.clone().ready()).await else { break };
        wire.sender = ready.expect("ready");
        let (answer, mut sender) =
            wire.sender.send_request(Wire::head(LIST, None, &[]), false).expect("sent");
        sender.send_data(enveloped(false, &Bytes::new()), true).expect("sent");
        unread.push(answer);
    }
    assert!(!unread.is_empty());
    assert_serves(&server).await;
}
