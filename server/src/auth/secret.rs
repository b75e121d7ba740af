//! A token as its holder has it.

use std::fmt;

use sha2::Digest as _;
use subtle::ConstantTimeEq as _;
use tunewright_core::Refusal;
use tunewright_core::access::{Permission, Scope};
use tunewright_core::name::TokenId;
use tunewright_core::study::Sha256;

/// Random bytes of a token.
const RANDOM_LEN: usize = 32;
/// The longest kind.
const KIND_LEN_MAX: usize = 16;
/// Digits of the digest that make the id.
const ID_LEN: usize = 16;

/// A token as its holder has it: `tw_KIND_` and 64 hexadecimal digits. The kind is for people and for programs that
/// look for leaked tokens; it allows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl Secret {
    /// A new token for these scopes, of 256 random bits.
    pub(super) fn generate(scopes: &[Scope]) -> Result<Self, Refusal> {
        let mut random = [0; RANDOM_LEN];
        rustls::crypto::ring::default_provider()
            .secure_random
            .fill(&mut random)
            .map_err(|_| Refusal::internal("the system has no random numbers to give"))?;
        let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self(format!("tw_{}_{digits}", kind(scopes))))
    }

    /// A token from a file or a header; `None` if the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, digits) = text.strip_prefix("tw_")?.split_once('_')?;
        let kind_is_good =
            (1..=KIND_LEN_MAX).contains(&kind.len()) && kind.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let digits_are_good = digits.len() == 2 * RANDOM_LEN && digits.bytes().all(is_digit);
        (kind_is_good && digits_are_good).then(|| Self(text.to_owned()))
    }

    /// The token itself: for its holder, once.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    pub(super) fn digest(&self) -> Digest {
        Digest(Sha256::of_digest(sha2::Sha256::digest(self.0.as_bytes()).into()))
    }
}

/// The digest of a token: what is kept of it.
#[derive(Clone, Debug)]
pub(super) struct Digest(pub(super) Sha256);

impl Digest {
    /// What the token is called: the beginning of the digest, which tells nothing of the token.
    pub(super) fn id(&self) -> Result<TokenId, Refusal> {
        TokenId::new(&self.0.as_str()[..ID_LEN])
    }

    /// Whether they are equal, in a time that does not depend on where they differ.
    pub(super) fn is(&self, kept: &Sha256) -> bool {
        self.0.as_str().as_bytes().ct_eq(kept.as_str().as_bytes()).into()
    }
}

fn kind(scopes: &[Scope]) -> &'static str {
    if scopes.iter().any(|scope| scope.permission == Permission::Admin) {
        "admin"
    } else if scopes.iter().all(|scope| scope.permission == Permission::WorkerRun) {
        "worker"
    } else {
        "user"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_from_other_text() {
        let digits = "0123456789abcdef".repeat(4);
        for kind in ["admin", "worker", "x"] {
            assert!(Secret::parse(&format!("tw_{kind}_{digits}")).is_some());
        }
        for bad in [
            String::new(),
            digits.clone(),
            format!("tw_{digits}"),
            format!("tw__{digits}"),
            format!("tw_Admin_{digits}"),
            format!("tw_admin_{}", &digits[1..]),
            format!("tw_admin_{digits}0"),
            format!("tw_admin_{}", digits.to_uppercase()),
            format!(" tw_admin_{digits}"),
            format!("tw_admin_{digits}\n"),
            format!("tw_{}_{digits}", "a".repeat(KIND_LEN_MAX + 1)),
        ] {
            assert!(Secret::parse(&bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn new_tokens_are_read_back_and_never_alike() {
        for (scope, kind) in
            [("worker:run@*", "tw_worker_"), ("admin@x", "tw_admin_"), ("study:read@x", "tw_user_")]
        {
            let scopes = [scope.parse().expect("a scope")];
            let (one, two) = (Secret::generate(&scopes).expect("random"), Secret::generate(&scopes));
            assert!(one.reveal().starts_with(kind), "{scope}");
            assert_eq!(Secret::parse(one.reveal()).as_ref(), Some(&one));
            let two = two.expect("random");
            assert_ne!(one, two);
            assert!(one.digest().is(&one.digest().0) && !one.digest().is(&two.digest().0));
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        let secret = Secret::parse(&format!("tw_admin_{}", "a".repeat(64))).expect("a token");
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "Secret(***) Some(Secret(***))");
    }
}
