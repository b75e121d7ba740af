//! Studies in a Redis (or Valkey) that others run: for servers without a disk of their own.

mod attachments;
mod keys;
mod link;
mod load;
mod outbox;
mod owned;
mod owner;
mod primary;
mod replay;
mod replicas;
mod sentinel;
mod setup;
mod sweep;
mod tokens;
mod unfinished;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use redis::{Client, ConnectionAddr, IntoConnectionInfo, Script, cmd};
use tunewright_core::Refusal;
use tunewright_core::access::TokenRecord;
use tunewright_core::name::StudyId;
use tunewright_core::study::{
    Attachment, AttachmentKey, AttachmentLimits, Header, Report, TrialNumber, Version,
};

use self::attachments::{Attachments, Upload};
use self::link::Link;
use self::outbox::Outbox;
use self::owner::Title;
use self::primary::{Primary, Reign};
use self::replicas::{Replicas, take_count};
use self::sentinel::Sentinels;
use self::setup::Setup;
use self::unfinished::Unfinished;
use super::record::{Output, decode, encode};
use super::{
    AttachError, CommitError, Durability, OpenOptions, Owned, PublishError, Storage, StorageError,
    StoredStudy, StudyWrite,
};

/// Keys removed by one command when a deleted study is swept away.
const SWEEP: usize = 1_000;

/// Keeps studies in a Redis. One script for each commit checks the version first and writes last; commits of
/// different studies share one connection and are pipelined on it. As opened it is only read: [`Storage::acquire`] gives
/// the one that is written.
#[derive(Clone)]
pub struct RedisStorage {
    /// Host and port, or the socket; never the password.
    address: String,
    durability: Durability,
    commits: Arc<Link>,
    bulk: Arc<Link>,
    owner: Arc<Link>,
    title: Title,
    /// The place of the owner that was there when this server last tried to take over.
    holder: Arc<Mutex<String>>,
    /// At which Redis, and since when, this server waits for the last owner to follow a failover there.
    awaiting: Arc<Mutex<Option<(Reign, Instant)>>>,
    /// Where another Redis may become the primary: what it may lose then.
    outbox: Option<Arc<Outbox>>,
    /// Who has to have what is acknowledged.
    replicas: Option<Replicas>,
    create: Script,
    commit: Script,
    delete: Script,
    attachments: Attachments,
    unfinished: Unfinished,
}

impl fmt::Debug for RedisStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStorage")
            .field("address", &self.address)
            .field("durability", &self.durability)
            .finish_non_exhaustive()
    }
}

impl RedisStorage {
    /// Connects, and checks how the Redis is set up.
    ///
    /// # Errors
    /// `Setup` for a malformed address, a replica or a cluster; `Unsafe` if it may lose results; `Unavailable`.
    pub async fn open(url: &str, options: OpenOptions) -> Result<Self, StorageError> {
        let (url, count) = take_count(url)?;
        let primary = Arc::new(match Sentinels::parse(&url)? {
            Some(sentinels) => Primary::behind(sentinels),
            None => Primary::fixed(client(&url)?),
        });
        let address = primary.address();
        let commits = Arc::new(Link::new(Arc::clone(&primary)));
        let setup = commits.run("opening", Setup::ask).await?;
        setup.check_kind(&address)?;
        check_safety(&address, &setup, options)?;
        let waiting = Arc::new(Link::new(Arc::clone(&primary)));
        let replicas = (count > 0).then(|| Replicas::new(count, &setup, &address, waiting)).transpose()?;
        let durability = if replicas.is_some() { Durability::Replicated } else { setup.durability() };
        Ok(Self {
            address,
            durability,
            replicas,
            commits,
            bulk: Arc::new(Link::new(Arc::clone(&primary))),
            owner: Arc::new(Link::new(Arc::clone(&primary))),
            title: Title::default(),
            holder: Arc::default(),
            awaiting: Arc::default(),
            outbox: primary.may_change().then(Arc::default),
            create: Script::new(include_str!("create.lua")),
            commit: Script::new(include_str!("commit.lua")),
            delete: Script::new(include_str!("delete.lua")),
            attachments: Attachments::new(),
            unfinished: Unfinished::new(),
        })
    }

    async fn try_create(
        &self,
        header: &Header,
        document: &[u8],
        gone: Option<&StudyId>,
    ) -> Result<Option<StudyId>, StorageError> {
        let (answer, holder): (String, String) = self
            .commits
            .run("creating a study", async |mut connection| {
                self.create
                    .key(keys::NAMES)
                    .key(keys::DELETING)
                    .key(keys::version(&header.id))
                    .key(keys::header(&header.id))
                    .key(keys::header(gone.unwrap_or(&header.id)))
                    .key(keys::OWNER)
                    .key(keys::owner(&header.id))
                    .arg(keys::name_field(&header.project, &header.name))
                    .arg(header.id.as_str())
                    .arg(document)
                    .arg(gone.map(StudyId::as_str).unwrap_or_default())
                    .arg(&*self.title.token)
                    .invoke_async(&mut connection)
                    .await
            })
            .await?;
        match answer.as_str() {
            "kept" => Ok(None),
            "taken" => StudyId::new(holder).map(Some).map_err(|refusal| StorageError::Corrupt {
                key: format!("{}[{}]", keys::NAMES, keys::name_field(&header.project, &header.name)),
                problem: refusal.to_string(),
            }),
            "fenced" => Err(self.title.lost()),
            _ => Err(StorageError::id_in_use(&header.id)),
        }
    }
}

/// The error for a malformed address says nothing of the address: it may hold a password.
fn client(url: &str) -> Result<Client, StorageError> {
    let refuse = |error: &redis::RedisError| {
        let message = format!("the address of the Redis cannot be used: {}", error.category());
        StorageError::Setup(
            Refusal::invalid("store", message).with_hint("write `redis://USER:PASSWORD@HOST:PORT/DB`"),
        )
    };
    let info = url.into_connection_info().map_err(|error| refuse(&error))?;
    if matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
        // An error says that the process has chosen one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    let tcp = info.tcp_settings().clone().set_nodelay(true);
    Client::open(info.set_tcp_settings(tcp)).map_err(|error| refuse(&error))
}

fn check_safety(address: &str, setup: &Setup, options: OpenOptions) -> Result<(), StorageError> {
    let dangers = setup.dangers();
    if setup.never_syncs() {
        tracing::warn!(address, "`appendfsync` is `no`: a power cut may cost half a minute of results");
    }
    if dangers.is_empty() {
        return Ok(());
    }
    let message = format!("the Redis at `{address}` can lose results: {}", dangers.join("; "));
    if options.allow_unsafe {
        tracing::warn!("{message}");
        return Ok(());
    }
    Err(StorageError::Unsafe(format!("{message}; or accept that with `--allow-unsafe-store`")))
}

#[async_trait]
impl Storage for RedisStorage {
    fn durability(&self) -> Durability {
        self.durability
    }

    async fn acquire(self: Arc<Self>, place: &str) -> Result<Option<Owned>, StorageError> {
        self.take_over(place).await
    }

    fn comes_first(&self) -> bool {
        self.outbox.as_ref().is_some_and(|outbox| outbox.last_token().is_some())
    }

    fn holder(&self) -> String {
        self.holder.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn create(&self, header: &Header) -> Result<Option<StudyId>, StorageError> {
        let document = encode(|| keys::header(&header.id), header)?;
        let Some(holder) = self.try_create(header, &document, None).await? else { return Ok(None) };
        let there: bool =
            self.commits.ask("creating a study", cmd("EXISTS").arg(keys::header(&holder))).await?;
        if there { Ok(Some(holder)) } else { self.try_create(header, &document, Some(&holder)).await }
    }

    async fn prepare(&self, header: &Header) -> Result<(), StorageError> {
        self.unfinished.prepare(&self.commits, &self.title, header).await
    }

    async fn publish(&self, header: &Header, version: Version) -> Result<(), PublishError> {
        self.unfinished.publish(&self.commits, &self.title, header, version).await
    }

    async fn commit(&self, write: StudyWrite) -> Result<Version, CommitError> {
        let (study, expected) = (write.study.clone(), write.expected);
        let invocation = commit_invocation(&self.commit, write, &self.title.token)?;
        let (answer, detail): (String, String) = self
            .commits
            .run("committing", async move |mut connection| invocation.invoke_async(&mut connection).await)
            .await?;
        let corrupt = |key, problem: &str| {
            CommitError::Storage(StorageError::Corrupt { key, problem: problem.to_owned() })
        };
        match answer.as_str() {
            "ok" => Ok(expected.next()),
            "missing" => Err(CommitError::Missing),
            "fenced" => Err(self.title.lost().into()),
            "conflict" => Err(match detail.parse() {
                Ok(found) => CommitError::Conflict { expected, found: Version(found) },
                Err(_) => corrupt(keys::version(&study), "it is no number"),
            }),
            _ => Err(corrupt(detail, "it is of another type than ours")),
        }
    }

    async fn load(&self, study: &StudyId) -> Result<Option<StoredStudy>, StorageError> {
        load::load(&self.bulk, study).await
    }

    async fn headers(&self) -> Result<Vec<Header>, StorageError> {
        load::headers(&self.bulk).await
    }

    async fn reports(&self, study: &StudyId, trial: TrialNumber) -> Result<Vec<Report>, StorageError> {
        load::reports(&self.bulk, study, trial).await
    }

    async fn output(
        &self,
        study: &StudyId,
        trial: TrialNumber,
    ) -> Result<Option<(u32, String)>, StorageError> {
        let key = keys::outputs(study);
        let output: Option<Vec<u8>> =
            self.bulk.ask("reading an output", cmd("HGET").arg(&key).arg(trial.0)).await?;
        let Some(output) = output else { return Ok(None) };
        let output: Output = decode(|| format!("{key}[{trial}]"), &output)?;
        Ok(Some((output.attempt, output.text)))
    }

    async fn put_attachment(
        &self,
        study: &StudyId,
        attachment: Attachment,
        content: Bytes,
        limits: AttachmentLimits,
    ) -> Result<(), AttachError> {
        self.attachments.put(&self.bulk, &self.title, Upload::new(study, attachment, content, limits)).await
    }

    async fn attachment(
        &self,
        study: &StudyId,
        key: &AttachmentKey,
    ) -> Result<Option<(Attachment, Bytes)>, StorageError> {
        attachments::attachment(&self.bulk, study, key).await
    }

    async fn attachments(&self, study: &StudyId) -> Result<Vec<Attachment>, StorageError> {
        attachments::attachments(&self.bulk, study).await
    }

    async fn delete_attachment(&self, study: &StudyId, key: &AttachmentKey) -> Result<(), StorageError> {
        self.attachments.delete(&self.bulk, &self.title, study, key).await
    }

    async fn delete(&self, study: &StudyId) -> Result<(), StorageError> {
        let found: i64 = self
            .commits
            .run("deleting a study", async |mut connection| {
                self.delete
                    .key(keys::NAMES)
                    .key(keys::DELETING)
                    .key(keys::version(study))
                    .key(keys::header(study))
                    .key(keys::OWNER)
                    .key(keys::owner(study))
                    .arg(study.as_str())
                    .arg(&*self.title.token)
                    .invoke_async(&mut connection)
                    .await
            })
            .await?;
        match found {
            0 => Ok(()),
            1 => self.sweep(study).await,
            _ => Err(self.title.lost()),
        }
    }

    async fn put_token(&self, token: &TokenRecord) -> Result<(), StorageError> {
        tokens::put(&self.commits, &self.title, token).await
    }

    async fn tokens(&self) -> Result<Vec<TokenRecord>, StorageError> {
        tokens::all(&self.bulk).await
    }

    async fn probe(&self) -> Result<(), StorageError> {
        // A write, though of nothing: a replica answers reads too.
        self.commits.ask("probing", cmd("DEL").arg(keys::PROBE)).await
    }
}

/// Lays out the script's keys and arguments, see `commit.lua`.
fn commit_invocation<'a>(
    script: &'a Script,
    write: StudyWrite,
    token: &str,
) -> Result<redis::ScriptInvocation<'a>, StorageError> {
    let study = &write.study;
    let mut invocation = script.prepare_invoke();
    invocation
        .key(keys::version(study))
        .key(keys::header(study))
        .key(keys::trials(study))
        .key(keys::outputs(study))
        .key(keys::owner(study));
    let header = write.header.map(|header| encode(|| keys::header(study), &header)).transpose()?;
    invocation.arg(write.expected.0).arg(write.expected.next().0).arg(header.unwrap_or_default()).arg(token);
    invocation.arg(write.trials.len());
    for trial in &write.trials {
        invocation.arg(trial.number.0).arg(encode(|| keys::trials(study), trial)?);
    }
    invocation.arg(write.outputs.len());
    for (trial, attempt, text) in write.outputs {
        invocation.arg(trial.0).arg(encode(|| keys::outputs(study), &Output { attempt, text })?);
    }
    let mut lists: Vec<u64> = write.reports.iter().map(|(trial, _)| trial.0).collect();
    lists.sort_unstable();
    lists.dedup();
    for trial in &lists {
        invocation.key(keys::reports(study, *trial));
    }
    for (trial, report) in &write.reports {
        let list = lists.partition_point(|list| *list < trial.0) + 1;
        invocation.arg(list).arg(encode(|| keys::reports(study, trial.0), report)?);
    }
    Ok(invocation)
}

#[cfg(test)]
mod tests;
