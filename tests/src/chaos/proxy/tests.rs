//! Each mode, before a server that answers every byte with the same byte.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::Instant;

use super::*;

const SOON: Duration = Duration::from_secs(5);
const A_WHILE: Duration = Duration::from_millis(150);

/// What the server behind the proxy has seen.
#[derive(Debug, Default)]
struct Seen {
    connections: AtomicUsize,
    bytes: AtomicUsize,
}

async fn echo() -> (Proxy, Arc<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let seen = Arc::new(Seen::default());
    let told = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            told.connections.fetch_add(1, Ordering::SeqCst);
            let told = Arc::clone(&told);
            tokio::spawn(async move {
                let mut byte = [0];
                while let Ok(1) = connection.read(&mut byte).await {
                    told.bytes.fetch_add(1, Ordering::SeqCst);
                    connection.write_all(&byte).await.expect("the proxy reads");
                }
            });
        }
    });
    (Proxy::start(address).await.expect("a proxy"), seen)
}

async fn connect(proxy: &Proxy) -> TcpStream {
    TcpStream::connect(proxy.address()).await.expect("the proxy accepts")
}

/// Sends a byte; whether it comes back in a while.
async fn comes_back(connection: &mut TcpStream) -> bool {
    if connection.write_all(&[7]).await.is_err() {
        return false;
    }
    let mut byte = [0];
    matches!(timeout(A_WHILE, connection.read(&mut byte)).await, Ok(Ok(1))) && byte == [7]
}

/// Waits until the other side has closed it.
async fn closed(connection: &mut TcpStream) {
    let mut byte = [0];
    let read = timeout(SOON, connection.read(&mut byte)).await.expect("it is closed soon");
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}

#[tokio::test]
async fn it_passes_and_delays() {
    let (proxy, _) = echo().await;
    let mut connection = connect(&proxy).await;
    assert!(comes_back(&mut connection).await);
    proxy.set(Mode::Latency(Duration::from_millis(30)));
    let sent = Instant::now();
    assert!(comes_back(&mut connection).await);
    assert!(sent.elapsed() >= Duration::from_millis(60), "each way: {:?}", sent.elapsed());
}

#[tokio::test]
async fn it_cuts_what_is_open_and_what_is_made() {
    let (proxy, _) = echo().await;
    let mut before = connect(&proxy).await;
    assert!(comes_back(&mut before).await);
    proxy.set(Mode::Cut);
    closed(&mut before).await;
    closed(&mut connect(&proxy).await).await;
    proxy.set(Mode::Pass);
    assert!(comes_back(&mut connect(&proxy).await).await);
}

#[tokio::test]
async fn half_open_connections_are_silent_and_closed_once_all_is_well() {
    let (proxy, seen) = echo().await;
    let mut before = connect(&proxy).await;
    assert!(comes_back(&mut before).await);
    proxy.set(Mode::HalfOpen);
    let mut during = connect(&proxy).await;
    assert!(!comes_back(&mut before).await);
    assert!(!comes_back(&mut during).await);
    assert_eq!(seen.bytes.load(Ordering::SeqCst), 1, "nothing of it arrived");
    proxy.set(Mode::Pass);
    closed(&mut before).await;
    closed(&mut during).await;
    assert!(comes_back(&mut connect(&proxy).await).await);
}

#[tokio::test]
async fn what_is_asked_arrives_and_the_answer_does_not() {
    let (proxy, seen) = echo().await;
    let mut connection = connect(&proxy).await;
    assert!(comes_back(&mut connection).await);
    proxy.set(Mode::DropReplies);
    assert!(!comes_back(&mut connection).await);
    assert_eq!(seen.bytes.load(Ordering::SeqCst), 2);
    proxy.set(Mode::Pass);
    closed(&mut connection).await;
}

#[tokio::test]
async fn the_server_sees_two_connections_for_one() {
    let (proxy, seen) = echo().await;
    proxy.set(Mode::DuplicateConnects);
    assert!(comes_back(&mut connect(&proxy).await).await);
    let deadline = Instant::now() + SOON;
    while seen.connections.load(Ordering::SeqCst) < 2 {
        assert!(Instant::now() < deadline, "only one connection came");
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(seen.bytes.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn its_connections_end_with_it() {
    let (proxy, _) = echo().await;
    let mut connection = connect(&proxy).await;
    assert!(comes_back(&mut connection).await);
    drop(proxy);
    closed(&mut connection).await;
}
