//! What is kept of a token.

use serde::{Deserialize, Serialize};

use super::scope::Scope;
use crate::name::TokenId;
use crate::study::Sha256;
use crate::{Refusal, Timestamp};

/// The most scopes of one token.
pub const SCOPES_MAX: usize = 64;
/// The longest label, in bytes.
pub const TOKEN_LABEL_LEN_MAX: usize = 256;

/// What is kept of a token: everything but the token itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecord {
    pub id: TokenId,
    /// For people: whose it is, what it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The digest of the whole token. A token is 256 random bits, so a plain digest cannot be turned round.
    pub sha256: Sha256,
    pub scopes: Vec<Scope>,
    pub created_at: Timestamp,
    /// The token that it was created with; none: the one of the administrator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<TokenId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// Whether a token is good at a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Good,
    Expired,
    Revoked,
}

impl TokenRecord {
    /// Whether the token is good now.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        if self.revoked_at.is_some() {
            Standing::Revoked
        } else if self.expires_at.is_some_and(|at| at <= now) {
            Standing::Expired
        } else {
            Standing::Good
        }
    }

    /// Checks what a person chose.
    ///
    /// # Errors
    /// `invalid`, naming the field.
    pub fn check(label: &str, scopes: &[Scope]) -> Result<(), Refusal> {
        if label.len() > TOKEN_LABEL_LEN_MAX {
            let message = format!("must be at most {TOKEN_LABEL_LEN_MAX} bytes, not {}", label.len());
            return Err(Refusal::invalid("label", message));
        }
        if label.contains(char::is_control) {
            return Err(Refusal::invalid("label", "must have no control characters"));
        }
        match scopes.len() {
            0 => Err(Refusal::invalid("scopes", "must name at least one scope")),
            1..=SCOPES_MAX => Ok(()),
            count => Err(Refusal::invalid("scopes", format!("must be at most {SCOPES_MAX}, not {count}"))),
        }
    }
}

impl Standing {
    pub const ALL: [Self; 3] = [Self::Good, Self::Expired, Self::Revoked];

    /// The standing of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == name)
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}
