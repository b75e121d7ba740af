//! Real certificates, made by openssl.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// An authority with a directory for itself and whom it vouches for.
#[derive(Debug)]
pub struct Authority {
    dir: TempDir,
}

/// The files of a certificate and its key.
#[derive(Clone, Debug)]
pub struct Pair {
    pub cert: PathBuf,
    pub key: PathBuf,
}

const NEW_KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

impl Authority {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        openssl(
            dir.path(),
            &format!("req -x509 {NEW_KEY} -days 2 -subj /CN=authority -keyout ca.key -out ca.pem"),
        );
        let names = "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n";
        std::fs::write(dir.path().join("names"), names).expect("written");
        Self { dir }
    }

    /// Its own certificate.
    pub fn ca(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// A certificate for `localhost`, as a server's or a client's.
    pub fn certify(&self, name: &str) -> Pair {
        let dir = self.dir.path();
        openssl(dir, &format!("req {NEW_KEY} -subj /CN={name} -keyout {name}.key -out {name}.csr"));
        let signed =
            format!("-CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out {name}.pem");
        openssl(dir, &format!("x509 -req -in {name}.csr {signed}"));
        Pair { cert: dir.join(format!("{name}.pem")), key: dir.join(format!("{name}.key")) }
    }
}

fn openssl(dir: &Path, arguments: &str) {
    let done = Command::new("openssl").args(arguments.split(' ')).current_dir(dir).output();
    let done = done.expect("openssl is installed by `make setup`");
    assert!(done.status.success(), "{arguments}: {}", String::from_utf8_lossy(&done.stderr));
}
