//! Studies in a Redis (or Valkey) that others run: for servers without a disk of their own.

mod attachments;
mod keys;
mod link;
mod load;
mod setup;
mod tokens;

use std::fmt;

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
use self::setup::Setup;
use super::record::{Output, decode, encode};
use super::{
    AttachError, CommitError, Durability, OpenOptions, Storage, StorageError, StoredStudy, StudyWrite,
};

/// Keys removed by one command when a deleted study is swept away.
const SWEEP: usize = 1_000;

/// Keeps studies in a Redis. One script for each commit checks the version first and writes last; commits of
/// different studies share one connection and are pipelined on it.
pub struct RedisStorage {
    /// Host and port, or the socket; never the password.
    address: String,
    durability: Durability,
    commits: Link,
    bulk: Link,
    create: Script,
    commit: Script,
    delete: Script,
    attachments: Attachments,
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
    /// Connects, checks how the Redis is set up, and sweeps away what a deletion left that did not end.
    ///
    /// # Errors
    /// `Setup` for a malformed address, a replica or a cluster; `Unsafe` if it may lose results; `Unavailable`.
    pub async fn open(url: &str, options: OpenOptions) -> Result<Self, StorageError> {
        let client = client(url)?;
        let address = client.get_connection_info().addr().to_string();
        let commits = Link::new(client.clone());
        let setup = commits.run("opening", Setup::ask).await?;
        setup.check_kind(&address)?;
        check_safety(&address, &setup, options)?;
        let storage = Self {
            address,
            durability: setup.durability(),
            commits,
            bulk: Link::new(client),
            create: Script::new(include_str!("create.lua")),
            commit: Script::new(include_str!("commit.lua")),
            delete: Script::new(include_str!("delete.lua")),
            attachments: Attachments::new(),
        };
        storage.sweep_all().await?;
        storage.attachments.sweep(&storage.bulk).await?;
        Ok(storage)
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
                    .arg(keys::name_field(&header.project, &header.name))
                    .arg(header.id.as_str())
                    .arg(document)
                    .arg(gone.map(StudyId::as_str).unwrap_or_default())
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
            _ => Err(StorageError::id_in_use(&header.id)),
        }
    }

    /// Removes the documents of a study that is already gone from the names.
    async fn sweep(&self, study: &StudyId) -> Result<(), StorageError> {
        const DURING: &str = "deleting a study";
        let mut cursor = 0;
        loop {
            let (next, piece) = load::scan(&self.bulk, &keys::trials(study), cursor).await?;
            let numbers = piece.iter().filter_map(|(field, _)| std::str::from_utf8(field).ok()?.parse().ok());
            let lists: Vec<_> = numbers.map(|number| keys::reports(study, number)).collect();
            for lists in lists.chunks(SWEEP) {
                let () = self.bulk.ask(DURING, cmd("UNLINK").arg(lists)).await?;
            }
            cursor = next;
            if cursor == 0 {
                break;
            }
        }
        for contents in attachments::contents(&self.bulk, study).await?.chunks(SWEEP) {
            let () = self.bulk.ask(DURING, cmd("UNLINK").arg(contents)).await?;
        }
        let documents =
            [keys::trials(study), keys::outputs(study), keys::attachments(study), keys::attached(study)];
        let () = self.bulk.ask(DURING, cmd("UNLINK").arg(&documents)).await?;
        self.bulk.ask(DURING, cmd("SREM").arg(keys::DELETING).arg(study.as_str())).await
    }

    async fn sweep_all(&self) -> Result<(), StorageError> {
        let left: Vec<String> = self.bulk.ask("opening", cmd("SMEMBERS").arg(keys::DELETING)).await?;
        for study in left {
            let study = StudyId::new(study).map_err(|refusal| StorageError::Corrupt {
                key: keys::DELETING.to_owned(),
                problem: refusal.to_string(),
            })?;
            self.sweep(&study).await?;
        }
        Ok(())
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

    async fn create(&self, header: &Header) -> Result<Option<StudyId>, StorageError> {
        let document = encode(|| keys::header(&header.id), header)?;
        let Some(holder) = self.try_create(header, &document, None).await? else { return Ok(None) };
        let there: bool =
            self.commits.ask("creating a study", cmd("EXISTS").arg(keys::header(&holder))).await?;
        if there { Ok(Some(holder)) } else { self.try_create(header, &document, Some(&holder)).await }
    }

    async fn commit(&self, write: StudyWrite) -> Result<Version, CommitError> {
        let (study, expected) = (write.study.clone(), write.expected);
        let invocation = commit_invocation(&self.commit, write)?;
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
        self.attachments.put(&self.bulk, Upload::new(study, attachment, content, limits)).await
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
        self.attachments.delete(&self.bulk, study, key).await
    }

    async fn delete(&self, study: &StudyId) -> Result<(), StorageError> {
        let found: bool = self
            .commits
            .run("deleting a study", async |mut connection| {
                self.delete
                    .key(keys::NAMES)
                    .key(keys::DELETING)
                    .key(keys::version(study))
                    .key(keys::header(study))
                    .arg(study.as_str())
                    .invoke_async(&mut connection)
                    .await
            })
            .await?;
        if found { self.sweep(study).await } else { Ok(()) }
    }

    async fn put_token(&self, token: &TokenRecord) -> Result<(), StorageError> {
        tokens::put(&self.commits, token).await
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
fn commit_invocation(
    script: &Script,
    write: StudyWrite,
) -> Result<redis::ScriptInvocation<'_>, StorageError> {
    let study = &write.study;
    let mut invocation = script.prepare_invoke();
    invocation
        .key(keys::version(study))
        .key(keys::header(study))
        .key(keys::trials(study))
        .key(keys::outputs(study));
    let header = write.header.map(|header| encode(|| keys::header(study), &header)).transpose()?;
    invocation.arg(write.expected.0).arg(write.expected.next().0).arg(header.unwrap_or_default());
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
