//! `tunewright serve`: the server.

mod doors;
mod limits;
mod parent;
mod settings;

use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tunewright_server::Config;

use crate::context::Context;
use crate::failure::Interrupted;
use crate::signals::{self, Signals};
use crate::store::{self, StoreUrl};
use crate::telemetry::say;
use doors::DoorArgs;
use limits::SetLimit;
use settings::{FileSettings, Settings};

const HELP: &str = "\
Settings come from flags, else from the environment, else from the file of --config, else as shown.
The file is YAML with the same names: {listen: 127.0.0.1:7070, store: redb, data-dir: /var/lib/tunewright}.

Stores:
  redb                    one file in the data directory (the default)
  redb:DIR                one file in that directory
  redb-buffered:DIR       the same, not forced to disk: quicker, and the machine's end may take all of it
  redis://HOST:PORT/DB    Redis; rediss:// with TLS
  memory:                 nothing is kept";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct ServeArgs {
    /// Where to listen [default: 127.0.0.1:7070]
    #[arg(long, value_name = "HOST:PORT", env = "TUNEWRIGHT_LISTEN")]
    pub listen: Option<String>,
    /// Where studies are kept [default: redb]
    #[arg(long, value_name = "STORE", env = "TUNEWRIGHT_STORE", hide_env_values = true)]
    pub store: Option<StoreUrl>,
    /// The directory of the embedded store [default: .tunewright]
    #[arg(long, value_name = "DIR", env = "TUNEWRIGHT_DATA_DIR")]
    pub data_dir: Option<String>,
    /// Use a store also if its settings can lose results
    #[arg(long)]
    pub allow_unsafe_store: bool,
    #[command(flatten)]
    pub doors: DoorArgs,
    /// Listen beyond this machine although TLS or --auth is missing
    #[arg(long)]
    pub insecure_i_know: bool,
    /// How much callers may take, for example `calls=2000`; may be repeated. docs/security.md has all names
    #[arg(long = "limit", value_name = "NAME=NUMBER")]
    pub limits: Vec<SetLimit>,
    /// How long a graceful end may take [default: 30s; 2s with --exit-with-stdin]
    #[arg(long, value_name = "DURATION", env = "TUNEWRIGHT_DRAIN_GRACE")]
    pub drain_grace: Option<String>,
    /// End once standard input has ended: for a program that starts a server and must not leave it behind
    #[arg(long)]
    pub exit_with_stdin: bool,
    /// Read settings from this YAML file
    #[arg(long, value_name = "FILE", env = "TUNEWRIGHT_CONFIG")]
    pub config: Option<std::path::PathBuf>,
}

/// Serves until a signal asks to end; the second signal ends it at once.
///
/// # Errors
/// Wrong settings, an address that cannot be bound, a store that cannot be opened.
pub async fn run(args: ServeArgs, context: &Context) -> anyhow::Result<()> {
    let file = args.config.as_deref().map(FileSettings::read).transpose()?.unwrap_or_default();
    let settings = Settings::merge(args, file)?;
    let addresses = settings.addresses().await?;
    // Bound first: a second server on the same port must not touch the store.
    let listener = TcpListener::bind(addresses.as_slice())
        .await
        .with_context(|| format!("cannot listen on `{}`", settings.listen))?;
    announce(&listener, &settings, context)?;
    let signals = Signals::listen()?;
    if settings.exit_with_stdin {
        parent::end_with_stdin(signals.drain.clone())?;
    }
    let reload = Arc::new(Notify::new());
    if settings.doors.tls.is_some() {
        signals::on_hangup(Arc::clone(&reload))?;
    }
    let mut config = Config {
        store: settings.store.to_string(),
        allow_unsafe_store: settings.allow_unsafe_store,
        insecure: settings.insecure_i_know,
        grace: settings.drain_grace,
        auth: settings.doors.auth,
        admin_token: settings.doors.admin_token,
        tls: settings.doors.tls,
        reload,
        ..Config::default()
    };
    limits::apply(&settings.limits, &mut config);
    tokio::select! {
        ended = tunewright_server::run(config, listener, signals.drain.clone()) => Ok(ended?),
        () = signals.now.cancelled() => Err(Interrupted.into()),
    }
}

fn announce(listener: &TcpListener, settings: &Settings, context: &Context) -> anyhow::Result<()> {
    let scheme = if settings.doors.tls.is_some() { "https" } else { "http" };
    let address = listener.local_addr()?;
    let url = format!("{scheme}://{address}");
    let place = store::describe(&settings.store);
    if context.json {
        // On one line, so that whoever started the server knows when it has read all of it.
        return context.print(&format!("{}\n", json!({"listening": url, "store": place})));
    }
    say(&format!("listening on {url}, studies in {place}; open it in a browser for the dashboard"));
    if !address.ip().is_loopback() && !settings.doors.keep_strangers_out() {
        say(
            "warning: whoever can reach this address, or listen on the way to it, can run and change studies",
        );
    }
    Ok(())
}
