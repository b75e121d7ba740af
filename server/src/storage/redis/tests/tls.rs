//! `rediss://`, with an authority of our own.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::*;
use crate::storage::testing::free_port;

/// Where the child finds its Redis; without it, the child's part does nothing.
const URL: &str = "TUNEWRIGHT_TEST_TLS_URL";

/// The child's part: which authorities are trusted is a process's own environment.
#[tokio::test]
#[ignore = "the other half of `tls_trusts_the_systems_authorities`, which starts it"]
async fn opens_over_tls() {
    let Ok(url) = std::env::var(URL) else { return };
    let store = owned(&url, OpenOptions::default()).await.expect("opened");
    store.create(&header("a", "p", "x")).await.expect("created");
    assert_eq!(store.commit(write("a", 0)).await.expect("committed"), Version(1));
}

fn open_in_child(url: &str, authority: &Path) -> Output {
    Command::new(std::env::current_exe().expect("a path"))
        .args(["--exact", "storage::redis::tests::tls::opens_over_tls", "--ignored", "--nocapture"])
        .env(URL, url)
        .env("SSL_CERT_FILE", authority)
        .output()
        .expect("started")
}

/// A self-signed certificate of 127.0.0.1, `NAME.crt`, and its key, `NAME.key`.
fn certificate(directory: &Path, name: &str) {
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args([
            "-subj",
            "/CN=redis",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-addext",
            "basicConstraints=critical,CA:false",
        ])
        .args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.crt")])
        .current_dir(directory)
        .output()
        .expect("this test needs `openssl` in the path");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

#[test]
fn tls_trusts_the_systems_authorities() {
    let directory = TempDir::new().expect("a temporary directory");
    let path = |name: &str| directory.path().join(name);
    certificate(directory.path(), "redis");
    certificate(directory.path(), "stranger");
    let port = free_port();
    let (key, crt) = (path("redis.key"), path("redis.crt"));
    let server = RedisServer::start_with(
        Fsync::EverySecond,
        &[
            "--tls-port",
            &port.to_string(),
            "--tls-key-file",
            &key.to_string_lossy(),
            "--tls-cert-file",
            &crt.to_string_lossy(),
            "--tls-auth-clients",
            "no",
        ],
    );
    let url = format!("rediss://127.0.0.1:{port}/0");

    let trusted = open_in_child(&url, &crt);
    let said = String::from_utf8_lossy(&trusted.stdout);
    assert!(trusted.status.success() && said.contains("1 passed"), "{said}");

    let strange = open_in_child(&url, &path("stranger.crt"));
    let said = String::from_utf8_lossy(&strange.stderr) + String::from_utf8_lossy(&strange.stdout);
    assert!(!strange.status.success() && said.contains("certificate"), "{said}");
    drop(server);
}
