//! A store that a command opens by itself, while no server has it.

use clap::Args;
use tunewright_core::Refusal;
use tunewright_server::storage::{self, OpenOptions};

use crate::alone_store::AloneStore;
use crate::store::{self, StoreUrl};

#[derive(Debug, Args)]
pub struct StoreArgs {
    /// The store: `redb`, `redb:DIR` or `redis://HOST:PORT/DB`, as of `serve`, which must not run meanwhile
    #[arg(
        long,
        value_name = "STORE",
        env = "TUNEWRIGHT_STORE",
        hide_env_values = true,
        default_value = "redb"
    )]
    store: StoreUrl,
    /// The directory of the embedded store
    #[arg(long, value_name = "DIR", env = "TUNEWRIGHT_DATA_DIR", default_value = store::DEFAULT_DATA_DIR)]
    data_dir: String,
    /// Use a store also if its settings can lose results
    #[arg(long)]
    allow_unsafe_store: bool,
}

impl StoreArgs {
    /// Opens the store; one in a directory has to be there if it `must_exist`.
    ///
    /// # Errors
    /// When it is no store that outlives a process, is in use, or cannot be opened.
    pub async fn open(&self, must_exist: bool) -> anyhow::Result<AloneStore> {
        let url = store::resolve(Some(&self.store), &self.data_dir)?;
        if &*url == "memory:" {
            return Err(Refusal::invalid("store", "`memory:` ends with its server")
                .with_hint("name the store of a server: `redb:DIR` or `redis://HOST:PORT/DB`")
                .into());
        }
        if must_exist && !storage::is_there(&url)? {
            let message = format!("there is no store in `{}`", store::describe(&url));
            return Err(Refusal::invalid("store", message)
                .with_hint("name the directory that the server keeps its studies in: `--data-dir DIR`")
                .into());
        }
        AloneStore::open(&url, OpenOptions { allow_unsafe: self.allow_unsafe_store }).await
    }
}
