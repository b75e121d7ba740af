//! What can go wrong between a program and the server.

use std::time::Duration;

use tonic::Status;
use tunewright_core::{Code, Refusal};
use tunewright_proto::status::from_status;

/// Why a call did not succeed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server refused it; nothing has changed.
    #[error("{0}")]
    Refused(Refusal),
    /// No server was reached within the deadline.
    #[error("no tunewright server answers at {addresses} (tried for {:.1} s): {problem}", waited.as_secs_f64())]
    Connect { addresses: String, waited: Duration, problem: String },
    /// The server's answer makes no sense to this client.
    #[error("the answer to {call} cannot be understood: {refusal}")]
    Answer { call: &'static str, refusal: Refusal },
    /// A trial's configuration is not of the shape the program wants.
    #[error("the configuration of trial {number} does not fit: {problem}")]
    Config { number: u64, problem: String },
    /// This process cannot do what it takes, for example start the thread that sends heartbeats.
    #[error("{0}")]
    Local(String),
}

impl Error {
    /// The kind of error, to branch on.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Refused(refusal) => refusal.code,
            Self::Connect { .. } => Code::Unavailable,
            Self::Config { .. } => Code::Invalid,
            Self::Answer { .. } | Self::Local(_) => Code::Internal,
        }
    }

    /// Whether the trial is no longer this program's to report on: its attempt was lost, or it has ended.
    #[must_use]
    pub const fn is_lease_lost(&self) -> bool {
        matches!(self, Self::Refused(Refusal { code: Code::LeaseLost | Code::Closed, .. }))
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        self.code().is_retryable()
    }

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Refused(refusal) => refusal.hint.clone(),
            Self::Connect { .. } => {
                Some("is the server running? start one with `tunewright serve`".to_owned())
            }
            Self::Answer { .. } => Some("are the client and the server of the same version?".to_owned()),
            Self::Config { .. } => Some("compare the type with the study's space".to_owned()),
            Self::Local(_) => None,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Refusal {
    /// The same as a refusal, for programs that show all their errors alike.
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal,
            other => {
                let (message, hint) = (other.to_string(), other.hint());
                Self { hint, ..Self::new(other.code(), message) }
            }
        }
    }
}

/// One failed attempt of a call.
pub(crate) struct Failure {
    pub refusal: Refusal,
    /// It never came to an answer of the server.
    pub unreached: bool,
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        // Only statuses that were made on this side have a source: the connection broke, whatever code that got.
        if let Some(source) = std::error::Error::source(&status) {
            let refusal = Refusal::unavailable(innermost(source), 0);
            return Self { refusal: Refusal { retry_after_ms: None, ..refusal }, unreached: true };
        }
        Self { refusal: from_status(&status), unreached: false }
    }
}

/// The text of the error that began it all, which says more than the layers above.
pub(crate) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
