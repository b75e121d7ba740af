//! What a server is told: flags, else the environment (clap merges these two), else a file, else defaults.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use tunewright_core::{Code, Refusal};

use super::ServeArgs;
use super::doors::{DoorArgs, Doors};
use super::limits::{self, SetLimit};
use crate::durations;
use crate::store::{self, StoreUrl};

const DEFAULT_LISTEN: &str = "127.0.0.1:7070";
const DEFAULT_GRACE: Duration = Duration::from_secs(30);
/// Of a server whose parent is gone, and with it those who would wait for answers.
const ORPHAN_GRACE: Duration = Duration::from_secs(2);

/// What the file of `--config` may say: the flags' own names.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct FileSettings {
    listen: Option<String>,
    store: Option<StoreUrl>,
    data_dir: Option<String>,
    allow_unsafe_store: bool,
    insecure_i_know: bool,
    drain_grace: Option<String>,
    auth: bool,
    admin_token_file: Option<PathBuf>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    tls_client_ca: Option<PathBuf>,
    limits: BTreeMap<String, u64>,
}

impl FileSettings {
    /// Reads the file.
    ///
    /// # Errors
    /// When it cannot be read, is no YAML, or has a key that is no setting.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        Self::parse(&text).with_context(|| format!("cannot use `{}`", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        Ok(serde_saphyr::from_str_with_options(text, crate::yaml::options())?)
    }

    fn take_doors(&mut self) -> DoorArgs {
        DoorArgs {
            auth: self.auth,
            admin_token_file: self.admin_token_file.take(),
            tls_cert: self.tls_cert.take(),
            tls_key: self.tls_key.take(),
            tls_client_ca: self.tls_client_ca.take(),
        }
    }
}

/// All settings of a server, complete and checked.
#[derive(Debug, PartialEq)]
pub struct Settings {
    /// `HOST:PORT`.
    pub listen: String,
    /// As the server wants it: `memory:`, `redb:DIR`, `redis://...` or `rediss://...`.
    pub store: StoreUrl,
    pub allow_unsafe_store: bool,
    pub insecure_i_know: bool,
    pub doors: Doors,
    pub limits: Vec<SetLimit>,
    pub drain_grace: Duration,
    pub exit_with_stdin: bool,
}

impl Settings {
    /// # Errors
    /// `invalid`, naming the setting.
    pub fn merge(args: ServeArgs, mut file: FileSettings) -> Result<Self, Refusal> {
        let doors = Doors::merge(args.doors, file.take_doors())?;
        let data_dir = args.data_dir.or(file.data_dir).unwrap_or_else(|| store::DEFAULT_DATA_DIR.to_owned());
        let store = args.store.or(file.store);
        let grace = args.drain_grace.or(file.drain_grace);
        Ok(Self {
            listen: args.listen.or(file.listen).unwrap_or_else(|| DEFAULT_LISTEN.to_owned()),
            store: store::resolve(store.as_deref(), &data_dir)?,
            allow_unsafe_store: args.allow_unsafe_store || file.allow_unsafe_store,
            insecure_i_know: args.insecure_i_know || file.insecure_i_know,
            doors,
            limits: limits::merge(args.limits, &file.limits)?,
            drain_grace: match grace {
                Some(text) => durations::parse(&text).map_err(|refusal| refusal.within("drain-grace"))?,
                None if args.exit_with_stdin => ORPHAN_GRACE,
                None => DEFAULT_GRACE,
            },
            exit_with_stdin: args.exit_with_stdin,
        })
    }

    /// The addresses to bind.
    ///
    /// # Errors
    /// When the host cannot be resolved, and when it is reachable from other machines and nobody said that this is
    /// meant.
    pub async fn addresses(&self) -> anyhow::Result<Vec<SocketAddr>> {
        let addresses: Vec<_> = tokio::net::lookup_host(&self.listen)
            .await
            .with_context(|| format!("`{}` must be HOST:PORT, for example `{DEFAULT_LISTEN}`", self.listen))?
            .collect();
        let may_be_open = self.insecure_i_know || self.doors.keep_strangers_out();
        if !may_be_open && !addresses.iter().all(|address| address.ip().is_loopback()) {
            let message = format!(
                "`{}` can be reached from other machines, and {} would be missing",
                self.listen,
                self.doors.missing()
            );
            return Err(Refusal {
                field: Some("listen".to_owned()),
                ..Refusal::new(Code::Forbidden, message)
            }
            .with_hint(
                "listen on 127.0.0.1, or add --auth, --tls-cert and --tls-key, or --insecure-i-know where the network is closed to strangers",
            )
            .into());
        }
        Ok(addresses)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tunewright_core::broken::try_broken;

    use super::*;

    fn no_args() -> ServeArgs {
        ServeArgs {
            listen: None,
            store: None,
            data_dir: None,
            allow_unsafe_store: false,
            insecure_i_know: false,
            doors: DoorArgs::default(),
            limits: Vec::new(),
            drain_grace: None,
            exit_with_stdin: false,
            config: None,
        }
    }

    fn file(text: &str) -> anyhow::Result<FileSettings> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("serve.yaml");
        std::fs::write(&path, text)?;
        FileSettings::read(&path)
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let said = file("listen: 127.0.0.1:1\nstore: redis://cache\ndrain-grace: 5s\n").expect("a file");
        let args = ServeArgs { listen: Some("127.0.0.1:2".to_owned()), ..no_args() };
        let settings = Settings::merge(args, said).expect("settings");
        assert_eq!(
            settings,
            Settings {
                listen: "127.0.0.1:2".to_owned(),
                store: "redis://cache".to_owned().into(),
                allow_unsafe_store: false,
                insecure_i_know: false,
                doors: Doors::default(),
                limits: Vec::new(),
                drain_grace: Duration::from_secs(5),
                exit_with_stdin: false,
            }
        );
        let plain = Settings::merge(no_args(), file("").expect("an empty file")).expect("defaults");
        assert_eq!((plain.listen.as_str(), &*plain.store), (DEFAULT_LISTEN, "redb:.tunewright"));
        assert_eq!(plain.drain_grace, DEFAULT_GRACE);
    }

    #[test]
    fn a_server_that_ends_with_its_parent_drains_shortly_unless_told_otherwise() {
        let args = || ServeArgs { exit_with_stdin: true, ..no_args() };
        let settings = Settings::merge(args(), FileSettings::default()).expect("settings");
        assert_eq!((settings.drain_grace, settings.exit_with_stdin), (ORPHAN_GRACE, true));
        let told = Settings::merge(args(), file("drain-grace: 5s\n").expect("a file")).expect("settings");
        assert_eq!(told.drain_grace, Duration::from_secs(5));
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error = format!("{:#}", file("lisen: 127.0.0.1:1\n").expect_err("refused"));
        assert!(error.contains("lisen") && error.contains("listen"), "{error}");
    }

    #[test]
    fn a_broken_file_is_read_or_refused() {
        let files = [
            "listen: 127.0.0.1:1\nstore: redis+sentinel://a:1,b:2/main?replicas=1\ndrain-grace: 5s\nauth: true\n",
            "store: redb\ndata-dir: /var/lib/tunewright\nallow-unsafe-store: false\ninsecure-i-know: true\n",
            "tls-cert: a.pem\ntls-key: b.pem\nlimits: {connections: 10, calls: 18446744073709551615, rate: 5}\n",
        ];
        try_broken("files of `serve`", 3_000, files.map(str::to_owned).to_vec(), |text| {
            let said = match FileSettings::parse(text) {
                // No file that it names is opened: such tests read none of this machine's.
                Ok(mut file) => {
                    drop(file.take_doors());
                    match Settings::merge(no_args(), file) {
                        Ok(_) => return Ok(true),
                        Err(refusal) => refusal.to_string(),
                    }
                }
                Err(error) => format!("{error:#}"),
            };
            prop_assert!(!said.is_empty() && said.len() < 2_000, "{said}");
            Ok(false)
        });
    }

    #[test]
    fn wrong_settings_name_their_field() {
        let args = ServeArgs { drain_grace: Some("soon".to_owned()), ..no_args() };
        let refusal = Settings::merge(args, FileSettings::default()).expect_err("refused");
        assert_eq!(refusal.field.as_deref(), Some("drain-grace"));
    }

    #[tokio::test]
    async fn listening_beyond_this_machine_must_be_meant() {
        let open = ServeArgs { listen: Some("0.0.0.0:0".to_owned()), ..no_args() };
        let settings = Settings::merge(open, FileSettings::default()).expect("settings");
        let error = settings.addresses().await.expect_err("refused");
        let refusal = error.downcast_ref::<Refusal>().expect("a refusal");
        assert_eq!((refusal.code, refusal.field.as_deref()), (Code::Forbidden, Some("listen")));
        let meant = Settings { insecure_i_know: true, ..settings };
        assert!(meant.addresses().await.is_ok());
        let local = Settings { listen: "localhost:0".to_owned(), insecure_i_know: false, ..meant };
        assert!(local.addresses().await.is_ok());
    }

    #[tokio::test]
    async fn an_address_without_a_port_is_explained() {
        let args = ServeArgs { listen: Some("localhost".to_owned()), ..no_args() };
        let settings = Settings::merge(args, FileSettings::default()).expect("settings");
        let error = settings.addresses().await.expect_err("refused");
        assert_eq!(error.to_string(), "`localhost` must be HOST:PORT, for example `127.0.0.1:7070`");
    }
}
