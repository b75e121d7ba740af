//! The register of tokens: in memory to be asked at every call, and in the store.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::info;
use tunewright_core::access::{Identity, Need, Permission, Reach, Scope, Standing, TokenRecord};
use tunewright_core::name::TokenId;
use tunewright_core::study::Sha256;
use tunewright_core::{Code, Refusal};

use super::caller::{Caller, Term, no_longer};
use super::secret::Secret;
use crate::clock::Clock;
use crate::storage::{Storage, StorageError};

/// Tokens that may be good at once.
const TOKENS_MAX: usize = 10_000;

/// What a new token is to be.
#[derive(Clone, Debug)]
pub(crate) struct NewToken {
    pub(crate) label: String,
    pub(crate) scopes: Vec<Scope>,
    /// `None`: until it is revoked.
    pub(crate) lifetime: Option<Duration>,
}

/// The register of tokens. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Register {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    storage: Arc<dyn Storage>,
    clock: Clock,
    /// The digest of the administrator's own token, which is in no store.
    administrator: Option<Sha256>,
    tokens: RwLock<BTreeMap<TokenId, Entry>>,
    /// Changes go one by one: the store first, then memory.
    changing: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Entry {
    record: TokenRecord,
    revoked: CancellationToken,
}

impl From<TokenRecord> for Entry {
    fn from(record: TokenRecord) -> Self {
        let revoked = CancellationToken::new();
        if record.revoked_at.is_some() {
            revoked.cancel();
        }
        Self { record, revoked }
    }
}

impl Register {
    /// The tokens of a store, and the administrator's own.
    pub(crate) async fn open(
        storage: Arc<dyn Storage>,
        clock: Clock,
        administrator: Option<&Secret>,
    ) -> Result<Self, StorageError> {
        let tokens = storage.tokens().await?;
        info!(tokens = tokens.len(), "whoever calls has to have a token");
        let inner = Inner {
            storage,
            clock,
            administrator: administrator.map(|secret| secret.digest().0),
            tokens: RwLock::new(tokens.into_iter().map(|it| (it.id.clone(), it.into())).collect()),
            changing: tokio::sync::Mutex::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether anybody could make tokens.
    pub(crate) fn has_administrator(&self) -> bool {
        let now = self.inner.clock.now();
        let is_admin = |record: &TokenRecord| {
            record.standing(now) == Standing::Good
                && record.scopes.contains(&Scope { permission: Permission::Admin, reach: Reach::Everywhere })
        };
        self.inner.administrator.is_some() || self.read().values().any(|entry| is_admin(&entry.record))
    }

    /// Who has this token.
    ///
    /// # Errors
    /// `unauthenticated`.
    pub(crate) fn identify(&self, token: &str) -> Result<Caller, Refusal> {
        let unknown = || {
            Refusal::new(Code::Unauthenticated, "the token is not known here")
                .with_hint("`tunewright token list` shows an administrator which there are")
        };
        let digest = Secret::parse(token).ok_or_else(unknown)?.digest();
        if self.inner.administrator.as_ref().is_some_and(|kept| digest.is(kept)) {
            let scopes = vec![Scope { permission: Permission::Admin, reach: Reach::Everywhere }];
            return Ok(Caller::administrator(Identity::Holder { token: None, scopes }));
        }
        let tokens = self.read();
        let entry = tokens.get(&digest.id()?).filter(|entry| digest.is(&entry.record.sha256));
        let Entry { record, revoked } = entry.ok_or_else(unknown)?;
        match record.standing(self.inner.clock.now()) {
            Standing::Good => {}
            Standing::Revoked => return Err(no_longer("was revoked")),
            Standing::Expired => return Err(no_longer("has expired")),
        }
        let identity = Identity::Holder { token: Some(record.id.clone()), scopes: record.scopes.clone() };
        let term = Term { revoked: revoked.clone(), expires_at: record.expires_at, clock: self.inner.clock };
        Ok(Caller::holder(identity, term))
    }

    /// Makes a token. Whoever makes it administers all that it reaches.
    ///
    /// # Errors
    /// `forbidden`, `invalid`, `exhausted` if there are too many, and what the store says.
    pub(crate) async fn create(
        &self,
        caller: &Caller,
        new: NewToken,
    ) -> Result<(TokenRecord, Secret), Refusal> {
        TokenRecord::check(&new.label, &new.scopes)?;
        administers(caller, &new.scopes)?;
        let _changing = self.inner.changing.lock().await;
        let now = self.inner.clock.now();
        let good = self.read().values().filter(|it| it.record.standing(now) == Standing::Good).count();
        if good >= TOKENS_MAX {
            let message = format!("there are {TOKENS_MAX} tokens, which is as many as there may be");
            return Err(Refusal::new(Code::Exhausted, message).with_hint("revoke those that are of no use"));
        }
        let secret = Secret::generate(&new.scopes)?;
        let digest = secret.digest();
        let record = TokenRecord {
            id: digest.id()?,
            label: new.label,
            sha256: digest.0,
            scopes: new.scopes,
            created_at: now,
            created_by: caller.token().cloned(),
            expires_at: new.lifetime.map(|lifetime| now + lifetime),
            revoked_at: None,
        };
        if self.read().contains_key(&record.id) {
            return Err(Refusal::unavailable("another token has this id already", 100));
        }
        self.keep(&record).await?;
        caller.did("token_created", &format_args!("{} ({})", record.id, listed(&record.scopes)));
        Ok((record, secret))
    }

    /// The tokens that the caller administers, in the order of their ids.
    pub(crate) fn list(&self, caller: &Caller) -> Vec<(TokenRecord, Standing)> {
        let now = self.inner.clock.now();
        let tokens = self.read();
        let own = tokens.values().filter(|entry| may_administer(caller, &entry.record.scopes));
        own.map(|entry| (entry.record.clone(), entry.record.standing(now))).collect()
    }

    /// Revokes a token: calls with it are refused from now on, and its streams end. Revoking it again is fine.
    ///
    /// # Errors
    /// `not_found`, also if the caller does not administer all that the token reaches; and what the store says.
    pub(crate) async fn revoke(&self, caller: &Caller, id: &TokenId) -> Result<TokenRecord, Refusal> {
        let _changing = self.inner.changing.lock().await;
        let found = self.read().get(id).map(|entry| entry.record.clone());
        let record = found.filter(|record| may_administer(caller, &record.scopes)).ok_or_else(|| {
            Refusal::not_found(format!("there is no token `{id}`"))
                .with_hint("`tunewright token list` shows all that you administer")
        })?;
        if record.revoked_at.is_some() {
            return Ok(record);
        }
        let record = TokenRecord { revoked_at: Some(self.inner.clock.now()), ..record };
        self.keep(&record).await?;
        caller.did("token_revoked", &record.id);
        Ok(record)
    }

    async fn keep(&self, record: &TokenRecord) -> Result<(), Refusal> {
        self.inner.storage.put_token(record).await.map_err(|error| {
            tracing::warn!(%error, "the store did not keep a token");
            Refusal::unavailable("the store is not available", 1_000)
        })?;
        let mut tokens = self.inner.tokens.write().unwrap_or_else(PoisonError::into_inner);
        match tokens.get_mut(&record.id) {
            Some(entry) => entry.record = record.clone(),
            None => {
                tokens.insert(record.id.clone(), record.clone().into());
            }
        }
        if record.revoked_at.is_some()
            && let Some(entry) = tokens.get(&record.id)
        {
            entry.revoked.cancel();
        }
        Ok(())
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<TokenId, Entry>> {
        // The map is whole after every step, also of a thread that panicked.
        self.inner.tokens.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn administers(caller: &Caller, scopes: &[Scope]) -> Result<(), Refusal> {
    scopes.iter().try_for_each(|scope| caller.authorize(Need::Administer, &scope.reach))
}

fn may_administer(caller: &Caller, scopes: &[Scope]) -> bool {
    scopes.iter().all(|scope| caller.may(Need::Administer, &scope.reach))
}

fn listed(scopes: &[Scope]) -> String {
    scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
