//! What may be said on one connection.

use bytes::Bytes;
use tunewright_server::{Config, PortBounds, Quotas};

use super::{Answer, LIST, OK, Wire, enveloped};
use crate::support::http::get_saying;
use crate::support::in_process::InProcess;

/// A message of exactly this length, in a field that nobody knows.
fn message(len: usize) -> Vec<u8> {
    // The tag of field 15 and a length of up to five bytes, padded to all five.
    let content = len - 6;
    let digit = |at: u32| u8::try_from((content >> (7 * at)) & 0x7f).expect("seven bits");
    let mut message =
        vec![0x7a, digit(0) | 0x80, digit(1) | 0x80, digit(2) | 0x80, digit(3) | 0x80, digit(4)];
    message.resize(len, 0);
    message
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_has_at_most_so_many_bytes() {
    let small = Config { quotas: Quotas { message_len: 10_000, ..Quotas::default() }, ..Config::default() };
    for (server, most) in [(InProcess::with(small).await, 10_000), (InProcess::start().await, 4 << 20)] {
        let mut wire = Wire::to(&server).await;
        let mut send = async |len| {
            wire.call(Wire::head(LIST, None, &[]), enveloped(false, &message(len))).await.expect("an answer")
        };
        assert_eq!(send(most).await, OK);
        assert_eq!(send(most + 1).await, Answer::Grpc(11), "out of range");
        assert_eq!(send(most).await, OK, "the connection goes on");
    }
}

/// 100 MiB of zeros in 100 KiB would be a fine thing to send to a server that unpacks it.
#[tokio::test(flavor = "multi_thread")]
async fn compressed_messages_are_refused_unopened() {
    let server = InProcess::start().await;
    let mut wire = Wire::to(&server).await;
    // What is in it does not matter: nobody looks.
    let bomb = enveloped(true, &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xed, 0xc1, 1, 0]);
    for encoding in ["gzip", "deflate", "zstd", "snappy"] {
        let head = Wire::head(LIST, None, &[("grpc-encoding", encoding)]);
        assert_eq!(wire.call(head, bomb.clone()).await.expect("an answer"), Answer::Grpc(12), "{encoding}");
    }
    let undeclared = wire.call(Wire::head(LIST, None, &[]), bomb).await.expect("an answer");
    assert_eq!(undeclared, Answer::Grpc(13), "it says that it is compressed, and not how");
    assert_eq!(wire.call(Wire::head(LIST, None, &[]), enveloped(false, &[])).await.expect("an answer"), OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_of_a_request_has_at_most_so_many_bytes() {
    let server = InProcess::start().await;
    let mut wire = Wire::to(&server).await;
    // Each field counts its name, its value and 32 bytes.
    let fields = [
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", &format!("/{LIST}")),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    let fixed: usize = fields.iter().map(|(name, value)| name.len() + value.len() + 32).sum();
    // The library wants less than it was told, where the standard says no more.
    let most = 16 * 1024 - 1 - fixed - "x-long".len() - 32;
    let mut send = async |len: usize| {
        let head = Wire::head(LIST, None, &[("x-long", &"x".repeat(len))]);
        wire.call(head, enveloped(false, &[])).await
    };
    assert_eq!(send(most).await.expect("an answer"), OK);
    let beyond = send(most + 1).await;
    assert!(matches!(beyond, Ok(Answer::Http(431)) | Err(_)), "{beyond:?}");
    assert_eq!(
        Wire::to(&server)
            .await
            .call(Wire::head(LIST, None, &[]), enveloped(false, &[]))
            .await
            .expect("an answer"),
        OK
    );

    let (status, _) =
        get_saying(&server.url, "/healthz", &format!("X-Long: {}\r\n", "x".repeat(8_000))).await;
    assert_eq!(status, 200);
    let (status, _) =
        get_saying(&server.url, "/healthz", &format!("X-Long: {}\r\n", "x".repeat(17_000))).await;
    assert_eq!(status, 431);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_has_at_most_so_many_streams() {
    let bounds = PortBounds { streams: 3, ..PortBounds::default() };
    let server = InProcess::with(Config { port: bounds, ..Config::default() }).await;
    let mut wire = Wire::to(&server).await;
    assert_eq!(wire.call(Wire::head(LIST, None, &[]), enveloped(false, &[])).await.expect("an answer"), OK);
    assert_eq!(wire.sender.current_max_send_streams(), 3, "the server says how many it takes");
    let mut open = Vec::new();
    for _ in 0..3 {
        let (answer, mut sender) =
            wire.sender.send_request(Wire::head(LIST, None, &[]), false).expect("sent");
        sender.send_data(Bytes::from_static(&[0]), false).expect("sent");
        open.push((answer, sender));
    }
    let fourth = wire.sender.send_request(Wire::head(LIST, None, &[]), false);
    let (mut answer, mut sender) = fourth.expect("it waits for its turn on this side");
    sender.send_data(enveloped(false, &[]), true).expect("sent");
    let waited = tokio::time::timeout(std::time::Duration::from_millis(500), &mut answer).await;
    assert!(waited.is_err(), "a fourth is under way");
    drop(open.pop());
    let answer = tokio::time::timeout(super::SOON, answer).await.expect("in time").expect("an answer");
    assert_eq!(answer.status(), 200);
}
