//! The server's certificate, read from files again whenever they change.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use sha2::Digest as _;
use tokio::sync::Notify;
use tracing::{info, warn};

/// How often the files are looked at. By content: what a Kubernetes secret changes is where a link leads to.
const LOOK: Duration = Duration::from_secs(2);
/// No certificate comes near it; a wrong file is not to fill memory.
const FILE_LEN_MAX: u64 = 1 << 20;

/// Where the server's certificate is, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The server's certificate, and those that lead from it to its authority.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// The authorities of clients: who connects has to show a certificate of one of them.
    pub client_ca: Option<PathBuf>,
}

/// Why certificates cannot be used. Nothing of what is in the files is told.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("`{}` cannot be read", .0.display())]
    Read(PathBuf, #[source] std::io::Error),
    #[error("`{}` is larger than {FILE_LEN_MAX} bytes, which no certificate is", .0.display())]
    TooLarge(PathBuf),
    #[error("`{}` has no {} in PEM", .0.display(), .1)]
    Missing(PathBuf, &'static str),
    #[error("`{}` has no certificate of an authority that can be used", .0.display())]
    Authority(PathBuf),
    #[error("`{}` and `{}` do not make a certificate: {}", .cert.display(), .key.display(), .why)]
    Pair { cert: PathBuf, key: PathBuf, why: rustls::Error },
    #[error("TLS cannot be set up")]
    Setup(#[source] rustls::Error),
}

/// What the files hold. It is never shown.
struct Content {
    cert: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
}

/// The certificate in use.
#[derive(Debug)]
pub(crate) struct Certificates {
    files: TlsFiles,
    current: RwLock<Arc<ServerConfig>>,
    /// Of what the files held when they were last looked at, whether it could be used or not.
    seen: Mutex<Option<[u8; 32]>>,
}

impl Certificates {
    /// # Errors
    /// If a file cannot be read or used.
    pub(crate) fn open(files: TlsFiles) -> Result<Self, TlsError> {
        let content = Content::read(&files)?;
        let current = RwLock::new(Arc::new(content.configuration(&files)?));
        Ok(Self { seen: Mutex::new(Some(content.digest())), files, current })
    }

    /// What new connections are served with.
    pub(crate) fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps up with the files for ever, at once when `asked`. Connections that are open stay as they are.
    pub(crate) async fn keep_up(self: Arc<Self>, asked: Arc<Notify>, outcome: impl Fn(bool)) {
        loop {
            let is_asked = tokio::select! {
                () = asked.notified() => true,
                () = tokio::time::sleep(LOOK) => false,
            };
            let own = Arc::clone(&self);
            // A panic in there is a bug of a library; the next look may do better.
            let Ok(looked) = tokio::task::spawn_blocking(move || own.look(is_asked)).await else { continue };
            match looked {
                Ok(false) => {}
                Ok(true) => {
                    info!(cert = %self.files.cert.display(), "the certificate was read again");
                    outcome(true);
                }
                Err(error) => {
                    let error = error_chain(&error);
                    warn!(%error, "the new certificate cannot be used; the one before stays in use");
                    outcome(false);
                }
            }
        }
    }

    /// Takes what the files hold, if it is new; tells whether it was. What cannot be used is told of once.
    fn look(&self, is_asked: bool) -> Result<bool, TlsError> {
        let content = Content::read(&self.files);
        let digest = content.as_ref().ok().map(Content::digest);
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if *seen == digest && !is_asked {
                return Ok(false);
            }
            *seen = digest;
        }
        let configuration = Arc::new(content?.configuration(&self.files)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = configuration;
        Ok(true)
    }
}

impl Content {
    fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        Ok(Self {
            cert: read(&files.cert)?,
            key: read(&files.key)?,
            client_ca: files.client_ca.as_deref().map(read).transpose()?,
        })
    }

    fn digest(&self) -> [u8; 32] {
        let mut digest = sha2::Sha256::new();
        for part in [Some(&self.cert), Some(&self.key), self.client_ca.as_ref()].into_iter().flatten() {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest.finalize().into()
    }

    fn configuration(&self, files: &TlsFiles) -> Result<ServerConfig, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let chain = certificates(&files.cert, &self.cert)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|_| TlsError::Missing(files.key.clone(), "private key"))?;
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Setup)?;
        let builder = match files.client_ca.as_ref().zip(self.client_ca.as_ref()) {
            None => builder.with_no_client_auth(),
            Some((file, content)) => {
                let mut roots = RootCertStore::empty();
                for certificate in certificates(file, content)? {
                    roots.add(certificate).map_err(|_| TlsError::Authority(file.clone()))?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
                builder.with_client_cert_verifier(verifier.map_err(|_| TlsError::Authority(file.clone()))?)
            }
        };
        let mut configuration = builder.with_single_cert(chain, key).map_err(|why| TlsError::Pair {
            cert: files.cert.clone(),
            key: files.key.clone(),
            why,
        })?;
        configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(configuration)
    }
}

fn read(file: &Path) -> Result<Vec<u8>, TlsError> {
    use std::io::Read as _;
    let refuse = |error| TlsError::Read(file.to_owned(), error);
    let mut content = Vec::new();
    let opened = std::fs::File::open(file).map_err(refuse)?;
    opened.take(FILE_LEN_MAX + 1).read_to_end(&mut content).map_err(refuse)?;
    if content.len() as u64 > FILE_LEN_MAX { Err(TlsError::TooLarge(file.to_owned())) } else { Ok(content) }
}

fn certificates(file: &Path, content: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let missing = || TlsError::Missing(file.to_owned(), "certificate");
    let found: Result<Vec<_>, PemError> = CertificateDer::pem_slice_iter(content).collect();
    found.ok().filter(|found| !found.is_empty()).ok_or_else(missing)
}

fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
