//! How to connect.

use std::time::Duration;

/// How to connect, and how patient to be. The defaults suit training code.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConnectOptions {
    /// Servers to try, in this order: `http://host:7070`, `grpc://host:7070` or `host:7070`.
    pub addresses: Vec<String>,
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
    /// The defaults, for a server at one address.
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
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            addresses: vec!["http://127.0.0.1:7070".to_owned()],
            client_id: None,
            deadline: Duration::from_secs(30),
            call_timeout: Duration::from_secs(10),
            ask_deadline: Duration::from_secs(600),
            result_deadline: Duration::from_secs(600),
            keep_alive: Duration::from_secs(10),
        }
    }
}
