//! Attachments: named bytes beside a study or one of its trials, which are kept and never looked into.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::TrialNumber;
use crate::Refusal;

/// The longest name, in bytes.
pub const ATTACHMENT_NAME_LEN_MAX: usize = 512;

/// The largest attachment, in bytes.
pub const ATTACHMENT_LEN_MAX: u64 = 64 << 20;

const SHA256_LEN: usize = 64;

/// An attachment without its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    #[serde(flatten)]
    pub key: AttachmentKey,
    /// In bytes.
    pub size: u64,
    pub sha256: Sha256,
}

/// What an attachment is called within its study. Those of the study itself come first, then by trial and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AttachmentKey {
    /// `None`: it is the study's own.
    pub trial: Option<TrialNumber>,
    pub name: AttachmentName,
}

/// How much may be attached to one study, its trials included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttachmentLimits {
    pub count: u64,
    /// Bytes of content in all.
    pub bytes: u64,
}

impl Default for AttachmentLimits {
    fn default() -> Self {
        Self { count: 10_000, bytes: 1 << 30 }
    }
}

impl AttachmentLimits {
    /// Whether a study may have so many attachments of so many bytes in all.
    #[must_use]
    pub const fn allow(self, count: u64, bytes: u64) -> bool {
        count <= self.count && bytes <= self.bytes
    }
}

/// A checked name: 1 to [`ATTACHMENT_NAME_LEN_MAX`] bytes without control characters. Slashes mean nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AttachmentName(String);

impl AttachmentName {
    /// # Errors
    /// `invalid`, naming the field.
    pub fn new(name: impl Into<String>) -> Result<Self, Refusal> {
        let name = name.into();
        if name.is_empty() {
            return Err(Refusal::invalid("name", "must not be empty"));
        }
        if name.len() > ATTACHMENT_NAME_LEN_MAX {
            let message = format!("must be at most {ATTACHMENT_NAME_LEN_MAX} bytes, not {}", name.len());
            return Err(Refusal::invalid("name", message));
        }
        if let Some(bad) = name.chars().find(|c| c.is_control()) {
            return Err(Refusal::invalid(
                "name",
                format!("must have no control characters, such as {bad:?}"),
            ));
        }
        Ok(Self(name))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AttachmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for AttachmentName {
    type Error = Refusal;

    fn try_from(name: String) -> Result<Self, Refusal> {
        Self::new(name)
    }
}

impl From<AttachmentName> for String {
    fn from(name: AttachmentName) -> Self {
        name.0
    }
}

/// The digest of some bytes, as 64 lowercase hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256(String);

impl Sha256 {
    /// # Errors
    /// `invalid`, naming the field.
    pub fn new(digits: impl Into<String>) -> Result<Self, Refusal> {
        let digits = digits.into();
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if digits.len() != SHA256_LEN || !digits.bytes().all(is_digit) {
            let message = format!("must be {SHA256_LEN} lowercase hexadecimal digits");
            return Err(Refusal::invalid("sha256", message));
        }
        Ok(Self(digits))
    }

    /// The digest that a hash function came to.
    #[must_use]
    pub fn of_digest(digest: [u8; SHA256_LEN / 2]) -> Self {
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Sha256 {
    type Error = Refusal;

    fn try_from(digits: String) -> Result<Self, Refusal> {
        Self::new(digits)
    }
}

impl From<Sha256> for String {
    fn from(sha256: Sha256) -> Self {
        sha256.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(trial: Option<u64>, name: &str) -> AttachmentKey {
        AttachmentKey { trial: trial.map(TrialNumber), name: AttachmentName::new(name).expect("a name") }
    }

    #[test]
    fn names_may_be_odd_but_have_bounds() {
        for name in ["x", "objective/0a1b", "../..", " ", "größe 大きさ 🦀", "\"{}:*\\", &"n".repeat(512)]
        {
            assert_eq!(AttachmentName::new(name).map(String::from).as_deref(), Ok(name));
        }
        for (name, says) in [
            ("", "name: must not be empty"),
            ("a\nb", "name: must have no control characters, such as '\\n'"),
            ("\u{7f}", "name: must have no control characters, such as '\\u{7f}'"),
            ("\0", "name: must have no control characters, such as '\\0'"),
            (&"é".repeat(257), "name: must be at most 512 bytes, not 514"),
        ] {
            assert_eq!(AttachmentName::new(name).expect_err("refused").to_string(), says);
        }
    }

    #[test]
    fn a_digest_is_64_lowercase_hexadecimal_digits() {
        let digest = Sha256::of_digest(std::array::from_fn(|at| u8::try_from(at).expect("small")));
        assert_eq!(digest.as_str(), "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
        assert_eq!(Sha256::new(digest.as_str()), Ok(digest.clone()));
        for bad in [digest.as_str().to_uppercase(), digest.as_str()[1..].to_owned(), "é".repeat(32)] {
            let refusal = Sha256::new(bad).expect_err("refused");
            assert_eq!(refusal.to_string(), "sha256: must be 64 lowercase hexadecimal digits");
        }
    }

    #[test]
    fn the_studys_own_come_first() {
        let sorted =
            [key(None, "b"), key(Some(0), "a"), key(Some(0), "b"), key(Some(9), "a"), key(Some(10), "a")];
        assert!(sorted.is_sorted());
    }

    #[test]
    fn limits_count_what_would_be_there() {
        let limits = AttachmentLimits { count: 2, bytes: 10 };
        assert!(limits.allow(2, 10) && !limits.allow(3, 1) && !limits.allow(1, 11));
    }
}
