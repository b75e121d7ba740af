//! The one error type that crosses every layer, and the few codes clients branch on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of refusal it is. Mapped once to gRPC (`proto::status`) and once to HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The request can never be right, whatever the state.
    Invalid,
    NotFound,
    AlreadyExists,
    /// Another, different result or change was there first.
    Conflict,
    /// The attempt that wrote no longer holds the trial.
    LeaseLost,
    /// The study or trial has ended, and terminal is immutable.
    Closed,
    /// A queue, a quota or a parallelism limit is full at the moment: try again later.
    Exhausted,
    /// The store or the server is away: try again later.
    Unavailable,
    Unauthenticated,
    Forbidden,
    /// A fault of ours.
    Internal,
}

impl Code {
    pub const ALL: [Self; 11] = [
        Self::Invalid,
        Self::NotFound,
        Self::AlreadyExists,
        Self::Conflict,
        Self::LeaseLost,
        Self::Closed,
        Self::Exhausted,
        Self::Unavailable,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::Internal,
    ];

    /// The code's name on the wire and in JSON, for example `lease_lost`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::NotFound => "not_found",
            Self::AlreadyExists => "already_exists",
            Self::Conflict => "conflict",
            Self::LeaseLost => "lease_lost",
            Self::Closed => "closed",
            Self::Exhausted => "exhausted",
            Self::Unavailable => "unavailable",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::Internal => "internal",
        }
    }

    /// The code of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == name)
    }

    /// Whether the same request may succeed later without being changed.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::Exhausted | Self::Unavailable)
    }
}

/// Why something was refused. A refused request has changed nothing.
///
/// `message` is lowercase, has no full stop, and puts literals in backticks; `field` is the path of the
/// offending part (`space.model.svm.C`); `hint` says what a person can do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub code: Code,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// How long to wait before trying again, in milliseconds; only on retryable codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Refusal {
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, field: None, message: message.into(), hint: None, retry_after_ms: None }
    }

    /// An `invalid` refusal of the field at `field`; `message` says what it must be.
    #[must_use]
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(Code::Invalid, message) }
    }

    #[must_use]
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Code::NotFound, message)
    }

    #[must_use]
    pub fn closed(message: impl Into<String>) -> Self {
        Self::new(Code::Closed, message)
    }

    #[must_use]
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Code::Conflict, message)
    }

    #[must_use]
    pub fn lease_lost(message: impl Into<String>) -> Self {
        Self::new(Code::LeaseLost, message)
    }

    #[must_use]
    pub fn exhausted(message: impl Into<String>, retry_after_ms: u64) -> Self {
        Self { retry_after_ms: Some(retry_after_ms), ..Self::new(Code::Exhausted, message) }
    }

    #[must_use]
    pub fn unavailable(message: impl Into<String>, retry_after_ms: u64) -> Self {
        Self { retry_after_ms: Some(retry_after_ms), ..Self::new(Code::Unavailable, message) }
    }

    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Code::Internal, message)
    }

    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same refusal with `prefix` put before its field's path.
    #[must_use]
    pub fn within(mut self, prefix: &str) -> Self {
        self.field = Some(match self.field {
            Some(field) => format!("{prefix}.{field}"),
            None => prefix.to_owned(),
        });
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Refusal {}
