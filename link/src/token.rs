//! The secret that says who calls.

use std::fmt;
use std::path::Path;

use tonic::metadata::{Ascii, MetadataValue};
use tunewright_core::Refusal;

/// No token of ours comes near it; whoever names a wrong file is told so early.
const LEN_MAX: usize = 4096;

/// A bearer token. It is never shown: neither by `Debug` nor in an error.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A token as `tunewright token` printed it; white space around it is left out.
    ///
    /// # Errors
    /// `invalid` if it is empty, too long, or not of visible ASCII characters.
    pub fn new(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        if text.is_empty() || text.len() > LEN_MAX || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = format!("must be 1 to {LEN_MAX} visible ASCII characters");
            return Err(Refusal::invalid("token", message).with_hint("it is printed by `tunewright token`"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The token in a file.
    ///
    /// # Errors
    /// `invalid` if the file cannot be read or holds no token.
    pub fn read(file: &Path) -> Result<Self, Refusal> {
        let text = std::fs::read_to_string(file).map_err(|error| {
            Refusal::invalid("token_file", format!("`{}` cannot be read: {error}", file.display()))
        })?;
        Self::new(&text).map_err(|refusal| Refusal { field: Some("token_file".to_owned()), ..refusal })
    }

    /// The token itself: for its holder, when it is new.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The value of the header `authorization`, marked as a secret.
    pub(crate) fn header(&self) -> Result<MetadataValue<Ascii>, Refusal> {
        let mut value: MetadataValue<Ascii> = format!("Bearer {}", self.0)
            .parse()
            .map_err(|_| Refusal::invalid("token", "must be what a header can hold"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_shown() {
        let token = Token::new(" tw_worker_c0ffee\n").expect("a token");
        assert_eq!(format!("{token:?}"), "Token(***)");
        let header = token.header().expect("a header");
        assert_eq!(header.to_str().ok(), Some("Bearer tw_worker_c0ffee"));
        assert!(!format!("{header:?}").contains("c0ffee"), "{header:?}");
        for wrong in ["", "two words secret", "schlüssel-secret", &"secret".repeat(LEN_MAX)] {
            let refusal = Token::new(wrong).expect_err("no token");
            assert!(!refusal.to_string().contains("secret"), "{refusal}");
        }
    }

    #[test]
    fn a_file_without_a_token_is_told() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("token");
        assert_eq!(Token::read(&file).expect_err("no file").field.as_deref(), Some("token_file"));
        std::fs::write(&file, "tw_admin_1\n").expect("written");
        assert_eq!(Token::read(&file), Token::new("tw_admin_1"));
    }
}
