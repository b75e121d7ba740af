//! Plain HTTP on the server's one port, and gRPC's own health and reflection beside it.

use tunewright_server::storage::testing::{Fsync, RedisServer};

use crate::support::http::{get, get_saying};
use crate::support::in_process::InProcess;

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

    assert_eq!(get(&server.url, "/healthz").await, (200, "ok\n".to_owned()));
    let (status, body) = get(&server.url, "/readyz").await;
    assert_eq!(status, 200);
    assert!(body.contains(r#""durability":"memory""#), "{body}");
    let (status, figures) = get(&server.url, "/metrics").await;
    assert_eq!(status, 200);
    for line in [
        r#"tunewright_trial_transitions_total{transition="completed",reason=""} 1"#,
        r#"tunewright_trial_transitions_total{transition="leased",reason=""} 1"#,
        r#"tunewright_commits_total{outcome="stored"}"#,
        "tunewright_workers 0",
    ] {
        assert!(figures.contains(line), "no `{line}` in:\n{figures}");
    }
    let (status, _) = get(&server.url, "/nowhere").await;
    assert_ne!(status, 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_store_is_away_is_alive_but_not_ready() {
    let mut redis = RedisServer::start(Fsync::Always);
    let server = InProcess::with_store(&redis.url()).await;
    assert_eq!(get(&server.url, "/readyz").await.0, 200);
    redis.kill_9();
    let (status, body) = get(&server.url, "/readyz").await;
    assert_eq!(status, 503);
    assert!(body.contains(r#""ready":false"#), "{body}");
    assert_eq!(get(&server.url, "/healthz").await.0, 200);
    redis.start_again();
    assert_eq!(get(&server.url, "/readyz").await.0, 200);
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
