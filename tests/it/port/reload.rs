//! Certificates that change while the server runs.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tempfile::TempDir;
use tunewright::{Client, WatchEvent};

use super::{options, spec, text};
use crate::support::certificates::{Authority, Pair};
use crate::support::secure;
use crate::support::served::Served;

const PATIENCE: Duration = Duration::from_secs(30);

/// Files as Kubernetes mounts a secret: links into a directory behind one link, which alone is changed, at once.
struct Secret {
    dir: TempDir,
    version: u32,
}

impl Secret {
    fn of(pair: &Pair) -> Self {
        let mut secret = Self { dir: tempfile::tempdir().expect("a directory"), version: 0 };
        for name in ["tls.crt", "tls.key"] {
            symlink(Path::new("..data").join(name), secret.dir.path().join(name)).expect("linked");
        }
        secret.change(pair);
        secret
    }

    fn change(&mut self, pair: &Pair) {
        self.version += 1;
        let name = format!("..{}", self.version);
        let dir = self.dir.path().join(&name);
        std::fs::create_dir(&dir).expect("made");
        std::fs::copy(&pair.cert, dir.join("tls.crt")).expect("copied");
        std::fs::copy(&pair.key, dir.join("tls.key")).expect("copied");
        symlink(&name, self.dir.path().join("..new")).expect("linked");
        std::fs::rename(self.dir.path().join("..new"), self.dir.path().join("..data")).expect("renamed");
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

/// Waits until new connections see this certificate.
async fn wait_for(server: &Served, authority: &Authority, pair: &Pair) {
    let deadline = Instant::now() + PATIENCE;
    while secure::shown(server.port(), &authority.ca()).await.expect("served")
        != secure::certificate(&pair.cert)
    {
        assert!(Instant::now() < deadline, "the certificate is not used:\n{}", server.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_is_used_and_streams_that_are_open_go_on() {
    let authority = Authority::new();
    let (first, second, third) =
        (authority.certify("first"), authority.certify("second"), authority.certify("third"));
    let mut secret = Secret::of(&first);
    let (cert, key) = (secret.file("tls.crt"), secret.file("tls.key"));
    let server =
        Served::start(&["--store", "memory:", "--tls-cert", text(&cert), "--tls-key", text(&key)], &[]);
    wait_for(&server, &authority, &first).await;

    let client = Client::connect_with(options(&server, &authority, None)).await.expect("connected");
    let name: tunewright::StudyRef = "watched".parse().expect("a name");
    client.create_study(&name, &spec()).await.expect("created");
    let study = client.study(name);
    let mut watch = study.watch();
    let event = tokio::time::timeout(PATIENCE, watch.next()).await.expect("in time");
    assert!(matches!(event, Some(Ok(WatchEvent::Study { .. }))), "{event:?}");

    secret.change(&second);
    wait_for(&server, &authority, &second).await;
    study.ask(1).await.expect("on the connection there is");
    let event = tokio::time::timeout(PATIENCE, watch.next()).await.expect("in time");
    assert!(matches!(event, Some(Ok(WatchEvent::Trial { .. }))), "{event:?}");

    // A key that belongs to another certificate: both files have changed, and they do not go together.
    secret.change(&Pair { cert: third.cert.clone(), key: first.key.clone() });
    server.wait_for_log("the one before stays in use");
    wait_for(&server, &authority, &second).await;
    std::fs::write(secret.file("..data").join("tls.crt"), "-----BEGIN").expect("written");
    server.signal(Signal::SIGHUP);
    wait_for(&server, &authority, &second).await;
    let (status, figures) = secure::get(server.port(), &authority.ca(), "/metrics", None).await;
    assert_eq!(status, 200);
    assert!(figures.contains(r#"tunewright_tls_reloads_total{outcome="used"} 1"#), "{figures}");
    assert!(figures.contains(r#"tunewright_tls_reloads_total{outcome="refused"}"#), "{figures}");

    secret.change(&third);
    server.signal(Signal::SIGHUP);
    wait_for(&server, &authority, &third).await;
    study.ask(1).await.expect("still on the connection of the first certificate");
}
