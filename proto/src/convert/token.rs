//! Access tokens.

use serde::Serialize;
use tunewright_core::access::{Scope, Standing, TokenRecord};
use tunewright_core::name::TokenId;
use tunewright_core::{Refusal, Timestamp};

use crate::v1;

/// What is known of a token, without what could tell the token itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TokenInfo {
    pub id: TokenId,
    /// For people: whose it is, what it is for.
    pub label: String,
    pub scopes: Vec<Scope>,
    pub created_at: Timestamp,
    /// The token it was created with; none: the administrator's own.
    pub created_by: Option<TokenId>,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    /// By the server's clock.
    pub standing: Standing,
}

impl TokenInfo {
    /// What is told of this token.
    #[must_use]
    pub fn new(record: TokenRecord, standing: Standing) -> Self {
        let TokenRecord { id, label, scopes, created_at, created_by, expires_at, revoked_at, sha256: _ } =
            record;
        Self { id, label, scopes, created_at, created_by, expires_at, revoked_at, standing }
    }
}

impl From<TokenInfo> for v1::Token {
    fn from(token: TokenInfo) -> Self {
        Self {
            id: token.id.into(),
            label: token.label,
            scopes: token.scopes.iter().map(ToString::to_string).collect(),
            created_at_ms: token.created_at.as_millis(),
            created_by: token.created_by.map(String::from).unwrap_or_default(),
            expires_at_ms: token.expires_at.map(|at| at.as_millis()),
            revoked_at_ms: token.revoked_at.map(|at| at.as_millis()),
            standing: token.standing.as_str().to_owned(),
        }
    }
}

impl TryFrom<v1::Token> for TokenInfo {
    type Error = Refusal;

    fn try_from(token: v1::Token) -> Result<Self, Refusal> {
        let id = |id: String, field: &str| {
            TokenId::new(id).map_err(|refusal| Refusal { field: Some(field.to_owned()), ..refusal })
        };
        let standing = Standing::from_name(&token.standing).ok_or_else(|| {
            let message = format!("must be `good`, `expired` or `revoked`, not `{}`", token.standing);
            Refusal::invalid("standing", message)
        })?;
        let created_by = (!token.created_by.is_empty()).then(|| id(token.created_by, "created_by"));
        Ok(Self {
            id: id(token.id, "id")?,
            label: token.label,
            scopes: token.scopes.iter().map(|scope| scope.parse()).collect::<Result<_, _>>()?,
            created_at: Timestamp(token.created_at_ms),
            created_by: created_by.transpose()?,
            expires_at: token.expires_at_ms.map(Timestamp),
            revoked_at: token.revoked_at_ms.map(Timestamp),
            standing,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_keep_what_they_say_over_the_wire() {
        let id = |text: &str| TokenId::new(text).expect("an id");
        for standing in Standing::ALL {
            let token = TokenInfo {
                id: id("00112233aabbccdd"),
                label: "of a test".to_owned(),
                scopes: vec!["study:read@vision".parse().expect("a scope")],
                created_at: Timestamp(1),
                created_by: (standing == Standing::Good).then(|| id("ffeeddccbbaa9988")),
                expires_at: Some(Timestamp(2)),
                revoked_at: (standing == Standing::Revoked).then_some(Timestamp(3)),
                standing,
            };
            assert_eq!(TokenInfo::try_from(v1::Token::from(token.clone())), Ok(token));
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let token = |change: fn(&mut v1::Token)| {
            let mut token =
                v1::Token { id: "a".to_owned(), standing: "good".to_owned(), ..v1::Token::default() };
            change(&mut token);
            TokenInfo::try_from(token).expect_err("wrong").field.unwrap_or_default()
        };
        assert_eq!(token(|token| token.id.clear()), "id");
        assert_eq!(token(|token| token.created_by = "*".to_owned()), "created_by");
        assert_eq!(token(|token| token.standing.clear()), "standing");
        assert_eq!(token(|token| token.scopes.push("admin".to_owned())), "scope");
    }
}
