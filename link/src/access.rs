//! How a server is told who calls, and how the caller makes sure that it is the server.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tonic::transport::{Certificate, ClientTlsConfig, Identity};
use tunewright_core::Refusal;

use crate::token::Token;

/// The token and the TLS settings of a client. What is not set is found in the environment by
/// [`or_environment`](Self::or_environment).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Sent with every call. `TUNEWRIGHT_TOKEN`, or the content of the file that `TUNEWRIGHT_TOKEN_FILE` names.
    pub token: Option<Token>,
    /// PEM certificates of the authorities that may vouch for a server at `https://`, in place of the system's.
    /// `TUNEWRIGHT_TLS_CA`.
    pub tls_ca: Option<PathBuf>,
    /// A PEM certificate that this side shows to the server, together with `tls_key`. `TUNEWRIGHT_TLS_CERT`.
    pub tls_cert: Option<PathBuf>,
    /// The PEM key of `tls_cert`. `TUNEWRIGHT_TLS_KEY`.
    pub tls_key: Option<PathBuf>,
    /// A token may be sent unencrypted to another machine. `TUNEWRIGHT_INSECURE=1`.
    pub insecure: bool,
}

impl Access {
    /// The same, with what is not set taken from the environment.
    ///
    /// # Errors
    /// `invalid` if a variable holds what it cannot mean, or names a file that cannot be read.
    pub fn or_environment(self) -> Result<Self, Refusal> {
        self.or_found(|name| env::var_os(name))
    }

    fn or_found(mut self, variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, Refusal> {
        let found = |name: &str| variable(name).filter(|value| !value.is_empty());
        if self.token.is_none() {
            self.token = match (found("TUNEWRIGHT_TOKEN"), found("TUNEWRIGHT_TOKEN_FILE")) {
                (Some(text), _) => Some(Token::new(&text.to_string_lossy())?),
                (None, Some(file)) => Some(Token::read(Path::new(&file))?),
                (None, None) => None,
            };
        }
        // A pair belongs together: half of it from elsewhere would be another's.
        if self.tls_cert.is_none() && self.tls_key.is_none() {
            self.tls_cert = found("TUNEWRIGHT_TLS_CERT").map(PathBuf::from);
            self.tls_key = found("TUNEWRIGHT_TLS_KEY").map(PathBuf::from);
        }
        self.tls_ca = self.tls_ca.or_else(|| found("TUNEWRIGHT_TLS_CA").map(PathBuf::from));
        if let Some(value) = found("TUNEWRIGHT_INSECURE") {
            match value.to_string_lossy().as_ref() {
                "1" | "true" => self.insecure = true,
                "0" | "false" => {}
                other => {
                    return Err(Refusal::invalid(
                        "TUNEWRIGHT_INSECURE",
                        format!("must be `1` or `0`, not `{other}`"),
                    ));
                }
            }
        }
        Ok(self)
    }

    /// What TLS is to check and show.
    pub(crate) fn tls(&self) -> Result<ClientTlsConfig, Refusal> {
        let tls = ClientTlsConfig::new();
        let tls = match &self.tls_ca {
            Some(file) => tls.ca_certificate(Certificate::from_pem(pem("tls_ca", file)?)),
            None => tls.with_native_roots(),
        };
        match (&self.tls_cert, &self.tls_key) {
            (Some(cert), Some(key)) => {
                Ok(tls.identity(Identity::from_pem(pem("tls_cert", cert)?, pem("tls_key", key)?)))
            }
            (None, None) => Ok(tls),
            (Some(_), None) => Err(Refusal::invalid("tls_key", "must be given together with `tls_cert`")),
            (None, Some(_)) => Err(Refusal::invalid("tls_cert", "must be given together with `tls_key`")),
        }
    }
}

fn pem(field: &str, file: &Path) -> Result<Vec<u8>, Refusal> {
    std::fs::read(file)
        .map_err(|error| Refusal::invalid(field, format!("`{}` cannot be read: {error}", file.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(set: &[(&str, &str)]) -> Result<Access, Refusal> {
        let value = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        Access::default().or_found(value)
    }

    #[test]
    fn what_is_said_wins_over_the_environment_and_the_variable_over_the_file() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("token").display().to_string();
        std::fs::write(&file, "tw_of_file").expect("written");
        let both = [("TUNEWRIGHT_TOKEN", "tw_of_variable"), ("TUNEWRIGHT_TOKEN_FILE", file.as_str())];
        let token = |text| Some(Token::new(text).expect("a token"));
        assert_eq!(found(&both).expect("both").token, token("tw_of_variable"));
        assert_eq!(found(&both[1..]).expect("a file").token, token("tw_of_file"));
        let said = Access { token: token("tw_said"), ..Access::default() };
        let kept = said.clone().or_found(|_| Some("tw_of_variable".into()));
        assert!(kept.is_err(), "`TUNEWRIGHT_INSECURE` is no switch here");
        assert_eq!(said.or_found(|_| None).expect("nothing else").token, token("tw_said"));
        assert_eq!(found(&[("TUNEWRIGHT_TOKEN", "")]).expect("empty is unset").token, None);
        assert!(found(&[("TUNEWRIGHT_INSECURE", "1")]).expect("a switch").insecure);
    }

    #[test]
    fn half_of_a_pair_is_refused() {
        let half = Access { tls_cert: Some("cert.pem".into()), tls_ca: None, ..Access::default() };
        assert_eq!(
            half.tls().expect_err("half").to_string(),
            "tls_key: must be given together with `tls_cert`"
        );
        let missing = Access { tls_ca: Some("/nowhere/ca.pem".into()), ..Access::default() };
        assert_eq!(missing.tls().expect_err("no file").field.as_deref(), Some("tls_ca"));
    }
}
