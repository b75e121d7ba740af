//! Being the one server that writes: a token that every write brings along, and that a study's own script compares.
//!
//! The token lies at `tw:owner`, and in a copy beside each study, where it is compared with no look at any other slot.
//! It counts the owners, and has a random part, as a failover of Redis can take the count back. What expires is only
//! the sign that the owner lives: if that is gone too early, two servers believe to be the owner and one of them is
//! refused.

use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use redis::{Script, cmd};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};
use tunewright_core::name::StudyId;

use super::link::Link;
use super::outbox::{Offset, Outbox};
use super::owned::OwnedRedis;
use super::primary::Reign;
use super::replay::Replay;
use super::{RedisStorage, keys};
use crate::storage::{Owned, RETURN, Storage, StorageError, Tenure, keep};

/// How long an owner may be silent. With what its successor needs to open the studies, new leases flow in twice that.
const TENURE: Duration = Duration::from_secs(5);
/// Studies claimed by one command.
const CLAIM: usize = 500;

/// Under which token a store is written, and the end of that.
#[derive(Clone, Debug, Default)]
pub(super) struct Title {
    /// Empty for a store that is only read: no owner has that token.
    pub(super) token: Arc<str>,
    fenced: CancellationToken,
}

impl Title {
    /// That of the owner with this token.
    pub(super) fn under(token: String) -> Self {
        Self { token: token.into(), fenced: CancellationToken::new() }
    }

    /// Another server has taken over.
    pub(super) fn lost(&self) -> StorageError {
        self.fenced.cancel();
        StorageError::Fenced
    }
}

/// What a server hears that asks for the studies.
struct Heard {
    /// Of the new owner; empty while there is another one.
    token: String,
    /// Of the owner there was or is.
    place: String,
    before: String,
    /// That one may still be on its way to this Redis.
    is_awaited: bool,
}

impl RedisStorage {
    /// Becomes the owner if there is no other: then claims all studies, stores again what a failover has lost, and sweeps
    /// away what others left.
    pub(super) async fn take_over(&self, place: &str) -> Result<Option<Owned>, StorageError> {
        let reign = self.owner.reign("taking over").await?;
        let Some(Heard { token, before, .. }) = self.ask_for_it(place, &reign).await? else {
            return Ok(None);
        };
        let title = Title::under(token);
        let bind = |link: &Link| Arc::new(link.bound(Arc::clone(&reign), title.clone()));
        let (commits, bulk, owner) = (bind(&self.commits), bind(&self.bulk), bind(&self.owner));
        let tenure = RedisTenure::new(owner, title.clone(), self.outbox.clone());
        let replicas = self.replicas.as_ref().map(|it| it.bound(Arc::clone(&reign), title.clone()));
        let storage = Arc::new(Self { title: title.clone(), commits, bulk, replicas, ..self.clone() });
        if let Some(outbox) = &self.outbox {
            outbox.begin(&title.token, &before);
        }
        // Over a slow link this takes longer than an owner may be silent.
        let settled = tokio::select! {
            settled = storage.settle() => settled,
            () = keep(Some(&tenure)) => Err(StorageError::Fenced),
        };
        if let Err(error) = settled {
            // Who has something to store again keeps it for the little while that others wait.
            if self.outbox.as_ref().is_none_or(|outbox| outbox.is_empty())
                && let Err(error) = tenure.release().await
            {
                warn!(error = &error as &dyn std::error::Error, "the tenure could not be given back");
            }
            // A third server was quicker.
            return if matches!(error, StorageError::Fenced) { Ok(None) } else { Err(error) };
        }
        let storage: Arc<dyn Storage> = if self.outbox.is_some() || self.replicas.is_some() {
            Arc::new(OwnedRedis::new(storage))
        } else {
            storage
        };
        Ok(Some(Owned { storage, tenure: Some(Arc::new(tenure)) }))
    }

    /// `None` while there is another owner, or one is awaited.
    async fn ask_for_it(&self, place: &str, reign: &Reign) -> Result<Option<Heard>, StorageError> {
        let was_owner = self.outbox.as_ref().and_then(|outbox| outbox.last_token());
        let has_waited = self.has_waited(reign);
        let script = Script::new(include_str!("acquire.lua"));
        let mut script = script.prepare_invoke();
        script.key(keys::OWNER).key(keys::TENURE);
        script.arg(uuid::Uuid::new_v4().simple().to_string()).arg(milliseconds()).arg(place).arg(&**reign);
        script.arg(was_owner.or(has_waited.then(|| "waited".to_owned())).unwrap_or_default());
        // So that it is this Redis that answers, and no other.
        let link = self.owner.bound(Arc::clone(reign), Title::default());
        let heard = link
            .run("taking over", async move |mut connection| script.invoke_async(&mut connection).await)
            .await;
        let (token, place, before, is_awaited) = match heard {
            Ok(heard) => heard,
            Err(StorageError::Fenced) => return Ok(None),
            Err(error) => return Err(error),
        };
        let heard = Heard { token, place, before, is_awaited };
        if !heard.token.is_empty() {
            return Ok(Some(heard));
        }
        if let Some(outbox) = &self.outbox {
            outbox.hear_of(&heard.before);
        }
        *self.holder.lock().unwrap_or_else(PoisonError::into_inner) = heard.place;
        let mut awaiting = self.awaiting.lock().unwrap_or_else(PoisonError::into_inner);
        if !heard.is_awaited {
            *awaiting = None;
        } else if awaiting.as_ref().is_none_or(|(at, _)| at != reign) {
            *awaiting = Some((Arc::clone(reign), Instant::now()));
        }
        Ok(None)
    }

    /// Whether the last owner had time enough to come to this Redis.
    fn has_waited(&self, reign: &Reign) -> bool {
        let awaiting = self.awaiting.lock().unwrap_or_else(PoisonError::into_inner);
        awaiting.as_ref().is_some_and(|(at, since)| at == reign && since.elapsed() > RETURN)
    }

    /// What a new owner does before anything else.
    async fn settle(&self) -> Result<(), StorageError> {
        let studies: Vec<String> = self.bulk.ask("taking over", cmd("HVALS").arg(keys::NAMES)).await?;
        for studies in studies.chunks(CLAIM) {
            self.claim(studies).await?;
        }
        if let Some(outbox) = &self.outbox {
            Replay::new(self).run(outbox.again()).await?;
        }
        self.sweep_all().await?;
        self.attachments.sweep(&self.bulk).await?;
        // What is read from here on was acknowledged, or will be.
        self.have_it("taking over").await
    }

    /// Returns once so many replicas as were asked for have all that was written before.
    pub(super) async fn have_it(&self, during: &'static str) -> Result<(), StorageError> {
        match &self.replicas {
            Some(replicas) => replicas.have_it(during).await,
            None => Ok(()),
        }
    }

    async fn claim(&self, studies: &[String]) -> Result<(), StorageError> {
        let script = Script::new(include_str!("claim.lua"));
        let mut script = script.prepare_invoke();
        script.key(keys::OWNER).arg(&*self.title.token);
        for study in studies {
            let study = StudyId::new(study.clone()).map_err(|refusal| StorageError::Corrupt {
                key: keys::NAMES.to_owned(),
                problem: refusal.to_string(),
            })?;
            script.key(keys::version(&study)).key(keys::owner(&study));
        }
        let claimed: bool = self
            .bulk
            .run("taking over", async move |mut connection| script.invoke_async(&mut connection).await)
            .await?;
        if claimed { Ok(()) } else { Err(self.title.lost()) }
    }
}

/// The tenure under one token.
struct RedisTenure {
    /// Of its own, so that it waits behind no commit.
    link: Arc<Link>,
    title: Title,
    outbox: Option<Arc<Outbox>>,
    renew: Script,
    release: Script,
}

impl RedisTenure {
    fn new(link: Arc<Link>, title: Title, outbox: Option<Arc<Outbox>>) -> Self {
        Self {
            link,
            title,
            outbox,
            renew: Script::new(include_str!("renew.lua")),
            release: Script::new(include_str!("release.lua")),
        }
    }
}

impl fmt::Debug for RedisTenure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisTenure").finish_non_exhaustive()
    }
}

impl RedisTenure {
    /// What all replicas have need not be remembered for ever.
    async fn look_at_replicas(&self) -> Result<(), StorageError> {
        let Some(outbox) = &self.outbox else { return Ok(()) };
        let at = tokio::time::Instant::now();
        let info: String = self.link.ask("asking for replicas", cmd("INFO").arg("replication")).await?;
        let (offset, offsets) = offsets(&info);
        outbox.look(at, offset, &offsets);
        Ok(())
    }
}

#[async_trait]
impl Tenure for RedisTenure {
    fn time(&self) -> Duration {
        TENURE
    }

    async fn renew(&self) -> Result<bool, StorageError> {
        self.link.follow().await;
        let mut script = self.renew.prepare_invoke();
        script.key(keys::OWNER).key(keys::TENURE).arg(&*self.title.token).arg(milliseconds());
        let renewed = self
            .link
            .run("staying the owner", async move |mut connection| script.invoke_async(&mut connection).await)
            .await;
        match renewed {
            Ok(true) => {
                if let Err(error) = self.look_at_replicas().await {
                    debug!(error = &error as &dyn std::error::Error, "how far the replicas are is not known");
                }
                Ok(true)
            }
            Err(StorageError::Fenced) => Ok(false),
            answer => answer,
        }
    }

    async fn release(&self) -> Result<(), StorageError> {
        let mut script = self.release.prepare_invoke();
        script.key(keys::OWNER).key(keys::TENURE).arg(&*self.title.token);
        self.link
            .run("handing over", async move |mut connection| script.invoke_async(&mut connection).await)
            .await
    }

    async fn fenced(&self) {
        self.title.fenced.cancelled().await;
    }
}

/// How far the primary is, and each of its replicas.
fn offsets(info: &str) -> (Offset, Vec<Offset>) {
    let (mut own, mut replicas) = (Offset::MAX, Vec::new());
    for (key, value) in info.lines().filter_map(|line| line.split_once(':')) {
        if key == "master_repl_offset" {
            own = value.parse().unwrap_or(Offset::MAX);
        } else if key.starts_with("slave")
            && let Some(offset) = value.split(',').find_map(|part| part.strip_prefix("offset="))
        {
            replicas.push(offset.parse().unwrap_or(0));
        }
    }
    (own, replicas)
}

fn milliseconds() -> u64 {
    u64::try_from(TENURE.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_those_of_the_primary_and_its_replicas() {
        let info = "# Replication\r\nrole:master\r\nconnected_slaves:2\r\n\
                    slave0:ip=127.0.0.1,port=1,state=online,offset=98,lag=0\r\n\
                    slave1:ip=127.0.0.1,port=2,state=wait_bgsave,offset=0,lag=0\r\nmaster_repl_offset:112\r\n";
        assert_eq!(offsets(info), (112, vec![98, 0]));
        assert_eq!(offsets(""), (Offset::MAX, Vec::new()), "nothing is taken for replicated");
    }
}
