//! TLS, with and without certificates of clients.

use tunewright::{Client, Code};

use super::{ROOT, call, options, root_file, serve, spec, text};
use crate::support::certificates::Authority;
use crate::support::http::get_with;
use crate::support::secure;
use crate::support::served::Served;

#[tokio::test(flavor = "multi_thread")]
async fn calls_and_pages_come_over_one_encrypted_port_and_strangers_do_not() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let (_dir, root) = root_file();
    let server = serve(&authority.certify("server"), &["--auth", "--admin-token-file", text(&root)]);
    assert!(server.url.starts_with("https://127.0.0.1:"), "{}", server.url);

    let client = Client::connect_with(options(&server, &authority, Some(ROOT))).await.expect("connected");
    let name = "encrypted".parse().expect("a name");
    client.create_study(&name, &spec()).await.expect("created");
    assert_eq!(client.studies(None).await.expect("an answer").len(), 1);

    let ca = authority.ca();
    let (status, body) = secure::get(server.port(), &ca, "/healthz", None).await;
    assert_eq!((status, body.as_str()), (200, "ok\n"));
    assert_eq!(secure::get(server.port(), &ca, "/metrics", None).await.0, 401);
    let (status, figures) = secure::get(server.port(), &ca, "/metrics", Some(ROOT)).await;
    assert_eq!(status, 200);
    for line in [
        r#"tunewright_tls_handshakes_total{outcome="done"}"#,
        "tunewright_exposed 0",
        "tunewright_connections ",
    ] {
        assert!(figures.contains(line), "no `{line}` in:\n{figures}");
    }
    let both = secure::connect(server.port(), &ca, &["http/1.1", "h2"]).await.expect("connected");
    assert_eq!(both.get_ref().1.alpn_protocol(), Some(&b"h2"[..]), "the server prefers HTTP/2");
    assert!(secure::connect(server.port(), &ca, &["smtp"]).await.is_err(), "no common protocol");

    let no_token = call(options(&server, &authority, None)).await.expect_err("no token");
    assert_eq!(no_token.code(), Code::Unauthenticated);
    let untrusted = call(options(&server, &stranger, Some(ROOT))).await.expect_err("another authority");
    assert_eq!(untrusted.code(), Code::Unavailable);
    let mut plain = options(&server, &authority, None);
    plain.addresses = vec![format!("http://localhost:{}", server.port())];
    assert_eq!(call(plain).await.expect_err("not encrypted").code(), Code::Unavailable);
    assert_eq!(client.studies(None).await.expect("as before").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_shows_no_certificate_of_the_authority_is_not_let_in() {
    let (servers, clients, stranger) = (Authority::new(), Authority::new(), Authority::new());
    let server = serve(&servers.certify("server"), &["--tls-client-ca", text(&clients.ca())]);
    let anonymous = || options(&server, &servers, None);
    let with = |authority: &Authority| {
        let pair = authority.certify("client");
        let mut options = anonymous();
        (options.tls_cert, options.tls_key) = (Some(pair.cert), Some(pair.key));
        options
    };
    assert_eq!(call(with(&clients)).await.expect("let in"), 0);
    for (refused, who) in
        [(anonymous(), "nobody"), (with(&stranger), "a stranger"), (with(&servers), "a server")]
    {
        assert_eq!(call(refused).await.expect_err(who).code(), Code::Unavailable, "{who}");
    }
    assert_eq!(call(with(&clients)).await.expect("as before"), 0);
}

#[test]
fn files_that_make_no_certificate_end_the_server_at_once_and_name_themselves() {
    let authority = Authority::new();
    let (one, other) = (authority.certify("one"), authority.certify("other"));
    let start = |cert: &std::path::Path, key: &std::path::Path, more: &[&str]| {
        let tls = ["--store", "memory:", "--tls-cert", text(cert), "--tls-key", text(key)];
        let (status, log) = Served::start(&[&tls, more].concat(), &[]).end();
        assert_eq!(status.code(), Some(1), "{log}");
        log
    };
    let log = start(&one.cert, &other.key, &[]);
    assert!(log.contains("other.key") && log.contains("do not make a certificate"), "{log}");
    let log = start(&one.key, &one.key, &[]);
    assert!(log.contains("one.key` has no certificate in PEM"), "{log}");
    let log = start(&one.cert, &one.cert, &[]);
    assert!(log.contains("one.pem` has no private key in PEM"), "{log}");
    let log = start(&one.cert, &one.cert.with_file_name("missing"), &[]);
    assert!(log.contains("missing` cannot be read"), "{log}");
    let log = start(&one.cert, &one.key, &["--tls-client-ca", text(&one.key)]);
    assert!(log.contains("one.key` has no certificate in PEM"), "{log}");
    let key = std::fs::read_to_string(&one.key).expect("text");
    let secret = key.lines().nth(1).expect("a key");
    assert!(!log.contains(secret));
}

/// The scheme of its first line is what a program connects to: no certificate, no `https`.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_certificate_nothing_is_encrypted_and_that_is_said() {
    let server = Served::start(&["--store", "memory:"], &[]);
    assert!(server.url.starts_with("http://"), "{}", server.url);
    assert_eq!(get_with(&server.url, "/healthz", None).await.0, 200);
}
