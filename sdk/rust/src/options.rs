//! How to connect.

use std::path::PathBuf;
use std::time::Duration;

use tunewright_core::Refusal;
use tunewright_link::{Access, Token};

/// How to connect, and how patient to be. The defaults suit training code.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConnectOptions {
    /// Servers to try, in this order: `host:7070`, `http://host:7070`, `grpc://host:7070`, or with TLS `https://host:7070`. Each
    /// text may name several, with commas between them. The one that answers stays in use until it does not.
    pub addresses: Vec<String>,
    /// Says who calls. If not set: `TUNEWRIGHT_TOKEN`, or the content of the file that `TUNEWRIGHT_TOKEN_FILE` names. It is
    /// never sent to another machine without TLS, unless `insecure` is set.
    pub token: Option<Token>,
    /// PEM certificates of the authorities that may vouch for a server at `https://`, in place of the system's. If not set:
    /// `TUNEWRIGHT_TLS_CA`.
    pub tls_ca: Option<PathBuf>,
    /// A PEM certificate of this program and its key, for servers that ask for one. If not set: `TUNEWRIGHT_TLS_CERT` and
    /// `TUNEWRIGHT_TLS_KEY`.
    pub tls_cert: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    /// The token may travel unencrypted to another machine; also by `TUNEWRIGHT_INSECURE=1`.
    pub insecure: bool,
    /// A directory where results are kept until the server has acknowledged them, so that a program that is killed meanwhile
    /// sends them when it connects again. Not used if not set.
    pub spool_dir: Option<PathBuf>,
    /// Names this program to the server, stable over its restarts, so that it can have its running trials back;
    /// 1 to 128 of `A-Z a-z 0-9 . _ -`. Without one, each connection gets a random one.
    pub client_id: Option<String>,
    /// How long connecting, and each call with all its retries, may take. 30 s.
    pub deadline: Duration,
    /// How long one attempt of a call may take. 10 s.
    pub call_timeout: Duration,
    /// How long an ask waits while nothing can be leased. 10 min.
    pub ask_deadline: Duration,
    /// How long the result of a trial is offered to a server that is away. 10 min.
    pub result_deadline: Duration,
    /// How often an idle connection is checked. 10 s.
    pub keep_alive: Duration,
}

impl ConnectOptions {
    /// The defaults, for a server at one address, or for several with commas between them.
    #[must_use]
    pub fn to(address: impl Into<String>) -> Self {
        Self { addresses: vec![address.into()], ..Self::default() }
    }

    /// The same, with this client id.
    #[must_use]
    pub fn with_client_id(mut self, id: impl Into<String>) -> Self {
        self.client_id = Some(id.into());
        self
    }

    /// The same, with this deadline.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The same, with this token.
    #[must_use]
    pub fn with_token(mut self, token: Token) -> Self {
        self.token = Some(token);
        self
    }

    /// The same, with results kept in this directory until they are acknowledged.
    #[must_use]
    pub fn with_spool_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.spool_dir = Some(dir.into());
        self
    }

    /// What says who calls, with what the environment says of it.
    pub(crate) fn access(&self) -> Result<Access, Refusal> {
        let access = Access {
            token: self.token.clone(),
            tls_ca: self.tls_ca.clone(),
            tls_cert: self.tls_cert.clone(),
            tls_key: self.tls_key.clone(),
            insecure: self.insecure,
        };
        access.or_environment()
    }
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            addresses: vec!["http://127.0.0.1:7070".to_owned()],
            token: None,
            tls_ca: None,
            tls_cert: None,
            tls_key: None,
            insecure: false,
            spool_dir: None,
            client_id: None,
            deadline: Duration::from_secs(30),
            call_timeout: Duration::from_secs(10),
            ask_deadline: Duration::from_secs(600),
            result_deadline: Duration::from_secs(600),
            keep_alive: Duration::from_secs(10),
        }
    }
}
