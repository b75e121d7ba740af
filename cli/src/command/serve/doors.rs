//! Who is let in, and whether the way is encrypted: flags, else the environment, else a file.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::FalseyValueParser;
use tunewright_core::Refusal;
use tunewright_server::{Secret, TlsFiles};

/// No token comes near it; a wrong file is not to fill memory.
const TOKEN_FILE_LEN_MAX: u64 = 4096;

#[derive(Debug, Default, Args)]
pub struct DoorArgs {
    /// Demand a token of whoever calls; `tunewright token` makes them
    #[arg(long, env = "TUNEWRIGHT_AUTH", value_parser = FalseyValueParser::new())]
    pub auth: bool,
    /// The file of a token that allows everything and is in no store: with it the first others are made
    #[arg(long, value_name = "FILE", env = "TUNEWRIGHT_ADMIN_TOKEN_FILE")]
    pub admin_token_file: Option<PathBuf>,
    /// Serve with TLS only: the server's certificate, in PEM; read again when it changes, and on SIGHUP
    #[arg(long, value_name = "FILE", env = "TUNEWRIGHT_SERVE_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,
    /// The key of the server's certificate, in PEM
    #[arg(long, value_name = "FILE", env = "TUNEWRIGHT_SERVE_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// Let in only who shows a certificate of one of these authorities, in PEM
    #[arg(long, value_name = "FILE", env = "TUNEWRIGHT_SERVE_TLS_CLIENT_CA")]
    pub tls_client_ca: Option<PathBuf>,
}

/// Who is let in, and whether the way is encrypted.
#[derive(Debug, Default, PartialEq)]
pub struct Doors {
    pub auth: bool,
    pub admin_token: Option<Secret>,
    pub tls: Option<TlsFiles>,
}

impl Doors {
    /// From the flags, else from what the file says in the same words.
    ///
    /// # Errors
    /// `invalid`, naming the setting.
    pub fn merge(args: DoorArgs, file: DoorArgs) -> Result<Self, Refusal> {
        let auth = args.auth || file.auth;
        let admin_token = match args.admin_token_file.or(file.admin_token_file) {
            Some(_) if !auth => {
                return Err(Refusal::invalid(
                    "admin-token-file",
                    "has a meaning only together with `--auth`",
                )
                .with_hint("without `--auth` nobody is asked for a token"));
            }
            file => file.as_deref().map(admin_token).transpose()?,
        };
        let (cert, key) = (args.tls_cert.or(file.tls_cert), args.tls_key.or(file.tls_key));
        let client_ca = args.tls_client_ca.or(file.tls_client_ca);
        let tls = match (cert, key) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert, key, client_ca }),
            (None, None) if client_ca.is_none() => None,
            (Some(_), None) => {
                return Err(Refusal::invalid("tls-key", "must be given together with `--tls-cert`"));
            }
            (None, _) => {
                return Err(Refusal::invalid(
                    "tls-cert",
                    "must be given together with `--tls-key` and `--tls-client-ca`",
                ));
            }
        };
        Ok(Self { auth, admin_token, tls })
    }

    /// Whether both are there that it takes to be reached from other machines.
    pub const fn keep_strangers_out(&self) -> bool {
        self.auth && self.tls.is_some()
    }

    /// Which of them is missing.
    pub const fn missing(&self) -> &'static str {
        match (self.tls.is_some(), self.auth) {
            (true, true) => "nothing",
            (true, false) => "authentication",
            (false, true) => "encryption",
            (false, false) => "encryption and authentication",
        }
    }
}

fn admin_token(file: &Path) -> Result<Secret, Refusal> {
    use std::io::Read as _;
    let mut text = String::new();
    let read = std::fs::File::open(file).and_then(|it| it.take(TOKEN_FILE_LEN_MAX).read_to_string(&mut text));
    read.map_err(|error| {
        Refusal::invalid("admin-token-file", format!("`{}` cannot be read: {error}", file.display()))
    })?;
    // The text is not shown: it may be a secret, only not in this form.
    Secret::parse(text.trim()).ok_or_else(|| {
        let message = format!("`{}` must hold `tw_admin_` and 64 hexadecimal digits", file.display());
        Refusal::invalid("admin-token-file", message)
            .with_hint("make one: `(umask 77; echo tw_admin_$(openssl rand -hex 32) > FILE)`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(args: DoorArgs) -> Result<Doors, Refusal> {
        Doors::merge(args, DoorArgs::default())
    }

    #[test]
    fn half_of_a_pair_is_refused() {
        let file = || Some(PathBuf::from("x.pem"));
        for (args, field) in [
            (DoorArgs { tls_cert: file(), ..DoorArgs::default() }, "tls-key"),
            (DoorArgs { tls_key: file(), ..DoorArgs::default() }, "tls-cert"),
            (DoorArgs { tls_client_ca: file(), ..DoorArgs::default() }, "tls-cert"),
            (DoorArgs { admin_token_file: file(), ..DoorArgs::default() }, "admin-token-file"),
            (DoorArgs { admin_token_file: file(), auth: true, ..DoorArgs::default() }, "admin-token-file"),
        ] {
            assert_eq!(merged(args).expect_err(field).field.as_deref(), Some(field));
        }
        let both = DoorArgs { tls_cert: file(), tls_key: file(), auth: true, ..DoorArgs::default() };
        assert!(merged(both).expect("whole").keep_strangers_out());
        assert_eq!(merged(DoorArgs::default()), Ok(Doors::default()));
    }

    #[test]
    fn what_is_no_token_is_not_shown() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("token");
        let args = || DoorArgs { admin_token_file: Some(file.clone()), auth: true, ..DoorArgs::default() };
        std::fs::write(&file, "tw_admin_c0ffee").expect("written");
        let refusal = merged(args()).expect_err("too short");
        assert!(!format!("{refusal:?}").contains("c0ffee"), "{refusal:?}");
        std::fs::write(&file, format!("tw_admin_{}\n", "c0ffee00".repeat(8))).expect("written");
        let doors = merged(args()).expect("a token");
        assert!(doors.admin_token.is_some() && !format!("{doors:?}").contains("c0ffee"), "{doors:?}");
    }
}
