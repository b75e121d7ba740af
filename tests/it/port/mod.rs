//! The one port: TLS, certificates that change, and who may listen beyond this machine.

mod exposure;
mod reload;
mod secrets;
mod silence;
mod tls;
mod tokens;

use std::path::PathBuf;

use tempfile::TempDir;
use tunewright::{Client, ConnectOptions, Error, StudySpec, Token};

use crate::support::certificates::{Authority, Pair};
use crate::support::served::Served;

/// The administrator's own token.
const ROOT: &str = "tw_admin_ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

/// The file of the administrator's own token; it is gone with the directory.
fn root_file() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("token");
    std::fs::write(&file, format!("{ROOT}\n")).expect("written");
    (dir, file)
}

fn text(path: &std::path::Path) -> &str {
    path.to_str().expect("plain text")
}

/// A server with this certificate and these options more.
fn serve(pair: &Pair, options: &[&str]) -> Served {
    let tls = ["--store", "memory:", "--tls-cert", text(&pair.cert), "--tls-key", text(&pair.key)];
    Served::start(&[&tls, options].concat(), &[])
}

/// How to reach a server with TLS that this authority vouches for.
fn options(server: &Served, authority: &Authority, token: Option<&str>) -> ConnectOptions {
    let address = format!("https://localhost:{}", server.port());
    let mut options = ConnectOptions::to(address).with_deadline(std::time::Duration::from_secs(2));
    options.tls_ca = Some(authority.ca());
    options.token = token.map(|token| Token::new(token).expect("a token"));
    options
}

/// What comes of a call.
async fn call(options: ConnectOptions) -> Result<usize, Error> {
    Ok(Client::connect_with(options).await?.studies(None).await?.len())
}

fn spec() -> StudySpec {
    serde_json::from_value(serde_json::json!({
        "space": {"x": {"type": "uniform", "low": 0.0, "high": 1.0}}, "budget": {"max_trials": 10}
    }))
    .expect("a spec")
}
