//! Anything on the port: HTTP that is odd, HTTP/2 that is none, and what is neither.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::{StreamExt as _, stream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::again::Alone;
use super::ground::Ground;
use super::heads::{http1, http2, neither};
use super::random::Random;
use super::rpc::each;

/// Connections at once.
const AT_ONCE: usize = 8;
/// Longer than the server lets anybody say nothing.
const SOON: Duration = Duration::from_secs(60);

/// Says this and no more, and answers with what is said until the server closes.
async fn answer(address: &str, said: &[u8]) -> Vec<u8> {
    let exchange = async {
        let stream = TcpStream::connect(address).await.expect("it listens");
        let (mut reader, mut writer) = stream.into_split();
        // A server that has seen enough may close before all is said.
        if writer.write_all(said).await.is_ok() {
            let _ = writer.shutdown().await;
        }
        let mut answer = Vec::new();
        let _ = reader.read_to_end(&mut answer).await;
        answer
    };
    timeout(SOON, exchange).await.unwrap_or_else(|_| panic!("the connection stays open after {said:02x?}"))
}

/// What kind of an answer it is: a status of HTTP, frames, or nothing.
fn kind(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(&answer[..answer.len().min(12)]);
    match text.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)) {
        Some(status) => status.to_owned(),
        None if answer.is_empty() => "nothing".to_owned(),
        None => "frames".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_said_on_the_port_breaks_the_server_or_changes_anything() {
    println!("TUNEWRIGHT_FUZZ_SEED={}", Random::seed());
    let ground = Ground::new().await;
    let alone = Alone::on(&ground).await;
    let address = alone.server.url.trim_start_matches("http://");
    let mut tried = 0;
    for (what, make) in
        [("HTTP", http1 as fn(&mut Random) -> Vec<u8>), ("HTTP/2", http2), ("neither", neither)]
    {
        let mut random = Random::of(what);
        let count = 3 * each();
        let all: Vec<_> = (0..count).map(|_| make(&mut random)).collect();
        let answers = all.iter().map(|said| async move { (said, kind(&answer(address, said).await)) });
        let answers: Vec<_> = stream::iter(answers).buffer_unordered(AT_ONCE).collect().await;
        let mut kinds = BTreeMap::<String, usize>::new();
        for (said, kind) in answers {
            // 501 and 505 say that the request is at fault.
            let broken = kind.starts_with('5') && !["501", "505"].contains(&&*kind);
            assert!(!broken, "{kind} to {:?}", String::from_utf8_lossy(said));
            *kinds.entry(kind).or_default() += 1;
        }
        println!("{what}: {count} tried, answered with {kinds:?}");
        let open = kinds.get("200").copied().unwrap_or_default();
        assert!(open < count / 2, "{what} is hardly ever bad");
        tried += count;
    }
    println!("{tried} connections were bad or odd");
    alone.proves_unharmed(&ground).await;
}
