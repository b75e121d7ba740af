//! Plain HTTP on the server's one port, and gRPC's own health and reflection beside it.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tunewright_server::storage::testing::{Fsync, RedisServer};

use crate::support::http::get_saying;
use crate::support::in_process::InProcess;

/// The status line and the body of a GET.
async fn get(server: &InProcess, path: &str) -> (String, String) {
    let address = server.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("connected");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    (head.lines().next().unwrap_or_default().to_owned(), body.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn health_readiness_and_figures() {
    let server = InProcess::start().await;
    let client = tunewright::Client::connect(&server.url).await.expect("connected");
    let spec = serde_json::json!({"space": {"x": {"type": "uniform", "low": 0, "high": 1}}, "budget": {"max_trials": 1}});
    let spec = serde_json::from_value(spec).expect("a spec");
    let name = "counted".parse().expect("a name");
    client.create_study(&name, &spec).await.expect("created");
    let trial = client.study(name).ask(1).await.expect("asked").trials.remove(0);
    trial.complete(0.5, tunewright::Metrics::new(), "").await.expect("completed");

    assert_eq!(get(&server, "/healthz").await, ("HTTP/1.1 200 OK".to_owned(), "ok\n".to_owned()));
    let (status, body) = get(&server, "/readyz").await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(body.contains(r#""durability":"memory""#), "{body}");
    let (status, figures) = get(&server, "/metrics").await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    for line in [
        r#"tunewright_trial_transitions_total{transition="completed",reason=""} 1"#,
        r#"tunewright_trial_transitions_total{transition="leased",reason=""} 1"#,
        r#"tunewright_commits_total{outcome="stored"}"#,
        "tunewright_workers 0",
    ] {
        assert!(figures.contains(line), "no `{line}` in:\n{figures}");
    }
    let (status, _) = get(&server, "/nowhere").await;
    assert!(!status.contains("500"), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_store_is_away_is_alive_but_not_ready() {
    let mut redis = RedisServer::start(Fsync::Always);
    let server = InProcess::with_store(&redis.url()).await;
    assert_eq!(get(&server, "/readyz").await.0, "HTTP/1.1 200 OK");
    redis.kill_9();
    let (status, body) = get(&server, "/readyz").await;
    assert_eq!(status, "HTTP/1.1 503 Service Unavailable");
    assert!(body.contains(r#""ready":false"#), "{body}");
    assert_eq!(get(&server, "/healthz").await.0, "HTTP/1.1 200 OK");
    redis.start_again();
    assert_eq!(get(&server, "/readyz").await.0, "HTTP/1.1 200 OK");
}

/// A page in a browser on this machine could have its own host's name lead here.
#[tokio::test(flavor = "multi_thread")]
async fn foreign_pages_and_names_are_turned_away_on_loopback() {
    let server = InProcess::start().await;
    for (lines, status) in [
        ("", 200),
        ("Host: localhost:7070\r\n", 200),
        ("Host: localhost\r\nOrigin: http://127.0.0.1:8080\r\n", 200),
        ("Host: evil.example\r\n", 403),
        ("Host: localhost\r\nOrigin: https://evil.example\r\n", 403),
        ("Host: localhost\r\nOrigin: null\r\n", 403),
    ] {
        let (found, body) = get_saying(&server.url, "/metrics", lines).await;
        assert_eq!(found, status, "{lines:?}: {body}");
    }
}
