//! A store that a command has to itself.

use tokio_util::task::AbortOnDropHandle;
use tunewright_core::{Code, Refusal};
use tunewright_server::storage::{self, OpenOptions, Owned, Storage, StorageError, keep};

/// A store that nobody else writes meanwhile.
#[derive(Debug)]
pub struct AloneStore {
    owned: Owned,
    /// Keeps others from taking over.
    keeping: AbortOnDropHandle<()>,
}

impl AloneStore {
    /// # Errors
    /// `conflict` while a server has it, and what opening it says.
    pub async fn open(url: &str, options: OpenOptions) -> anyhow::Result<Self> {
        let opened = storage::open(url, options).await.map_err(|error| match error {
            StorageError::Setup(refusal) if refusal.code == Code::Conflict => in_use(refusal),
            error => error.into(),
        })?;
        // Nor may a server that stands by take over meanwhile. A command has no place of its own.
        let owned = opened.acquire("").await?.ok_or_else(|| {
            in_use(Refusal::new(Code::Conflict, "a server has this store, or had it a few seconds ago"))
        })?;
        let tenure = owned.tenure.clone();
        let keeping = AbortOnDropHandle::new(tokio::spawn(async move { keep(tenure.as_deref()).await }));
        Ok(Self { owned, keeping })
    }

    pub fn storage(&self) -> &dyn Storage {
        &*self.owned.storage
    }

    /// Lets others have it at once; without that they wait some seconds.
    ///
    /// # Errors
    /// When the store is away by now.
    pub async fn release(self) -> anyhow::Result<()> {
        drop(self.keeping);
        match &self.owned.tenure {
            Some(tenure) => Ok(tenure.release().await?),
            None => Ok(()),
        }
    }
}

fn in_use(refusal: Refusal) -> anyhow::Error {
    refusal.with_hint("stop that server first: nobody else may use the store meanwhile").into()
}
