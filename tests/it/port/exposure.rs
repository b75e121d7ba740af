//! Beyond this machine only with TLS and tokens, or with a warning that does not end.

use super::{ROOT, root_file, text};
use crate::support::certificates::Authority;
use crate::support::http::get_with;
use crate::support::secure;
use crate::support::served::Served;

const EVERYWHERE: [&str; 4] = ["--store", "memory:", "--listen", "0.0.0.0:0"];

#[tokio::test(flavor = "multi_thread")]
async fn beyond_this_machine_the_server_wants_tls_and_tokens() {
    let authority = Authority::new();
    let pair = authority.certify("server");
    let (_dir, root) = root_file();
    let tls = ["--tls-cert", text(&pair.cert), "--tls-key", text(&pair.key)];
    let auth = ["--auth", "--admin-token-file", text(&root)];
    for (given, missing) in
        [(&[][..], "encryption and authentication"), (&tls[..], "authentication"), (&auth[..], "encryption")]
    {
        let (status, log) = Served::start(&[&EVERYWHERE, given].concat(), &[]).end();
        assert_eq!(status.code(), Some(1), "{log}");
        assert!(log.contains(&format!("and {missing} would be missing")), "{log}");
        assert!(
            log.contains("--tls-cert") && log.contains("--insecure-i-know"),
            "it says the way out: {log}"
        );
    }

    let server = Served::start(&[&EVERYWHERE[..], &tls, &auth].concat(), &[]);
    let (status, figures) = secure::get(server.port(), &authority.ca(), "/metrics", Some(ROOT)).await;
    assert_eq!(status, 200);
    assert!(figures.contains("tunewright_exposed 0"), "{figures}");
    assert!(!server.log().contains("WARN"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_knows_better_is_warned_and_the_figures_tell() {
    let server = Served::start(&[&EVERYWHERE[..], &["--insecure-i-know"]].concat(), &[]);
    server.wait_for_log("listening beyond this machine without encryption and authentication");
    let local = format!("http://127.0.0.1:{}", server.port());
    let (status, figures) = get_with(&local, "/metrics", None).await;
    assert_eq!(status, 200);
    assert!(figures.contains("tunewright_exposed 1"), "{figures}");
}

#[test]
fn tokens_without_an_administrator_let_nobody_in_so_the_server_does_not_start() {
    let (status, log) = Served::start(&["--store", "memory:", "--auth"], &[]).end();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("--admin-token-file"), "{log}");
    // The variables mean the same as the flags.
    let (status, log) = Served::start(&["--store", "memory:"], &[("TUNEWRIGHT_AUTH", "1")]).end();
    assert_eq!(status.code(), Some(1), "{log}");
}
