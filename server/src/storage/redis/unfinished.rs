//! Studies that are being put back: they have all their documents, but nobody sees them until they are published.

use redis::{Script, cmd};
use tunewright_core::name::StudyId;
use tunewright_core::study::{Header, Version};

use super::keys;
use super::link::Link;
use super::owner::Title;
use crate::storage::record::encode;
use crate::storage::{PublishError, StorageError};

/// The scripts.
#[derive(Clone)]
pub(super) struct Unfinished {
    prepare: Script,
    publish: Script,
}

impl Unfinished {
    pub(super) fn new() -> Self {
        Self {
            prepare: Script::new(include_str!("prepare.lua")),
            publish: Script::new(include_str!("publish.lua")),
        }
    }

    pub(super) async fn prepare(
        &self,
        commits: &Link,
        title: &Title,
        header: &Header,
    ) -> Result<(), StorageError> {
        let document = encode(|| keys::header(&header.id), header)?;
        let mut script = self.prepare.prepare_invoke();
        script
            .key(keys::DELETING)
            .key(keys::version(&header.id))
            .key(keys::header(&header.id))
            .key(keys::OWNER)
            .key(keys::owner(&header.id))
            .arg(header.id.as_str())
            .arg(document)
            .arg(&*title.token);
        let answer: String = commits
            .run("preparing a study", async move |mut connection| script.invoke_async(&mut connection).await)
            .await?;
        match answer.as_str() {
            "kept" => Ok(()),
            "fenced" => Err(title.lost()),
            _ => Err(StorageError::id_in_use(&header.id)),
        }
    }

    pub(super) async fn publish(
        &self,
        commits: &Link,
        title: &Title,
        header: &Header,
        version: Version,
    ) -> Result<(), PublishError> {
        let holder = match self.try_publish(commits, title, header, version, None).await {
            Err(PublishError::Taken(holder)) => holder,
            answer => return answer,
        };
        let there: bool = commits.ask("publishing a study", cmd("EXISTS").arg(keys::header(&holder))).await?;
        if there {
            return Err(PublishError::Taken(holder));
        }
        self.try_publish(commits, title, header, version, Some(&holder)).await
    }

    async fn try_publish(
        &self,
        commits: &Link,
        title: &Title,
        header: &Header,
        version: Version,
        gone: Option<&StudyId>,
    ) -> Result<(), PublishError> {
        let name = keys::name_field(&header.project, &header.name);
        let mut script = self.publish.prepare_invoke();
        script
            .key(keys::NAMES)
            .key(keys::DELETING)
            .key(keys::version(&header.id))
            .key(keys::header(&header.id))
            .key(keys::header(gone.unwrap_or(&header.id)))
            .key(keys::OWNER)
            .arg(&name)
            .arg(header.id.as_str())
            .arg(version.0)
            .arg(gone.map(StudyId::as_str).unwrap_or_default())
            .arg(&*title.token);
        let (answer, holder): (String, String) = commits
            .run("publishing a study", async move |mut connection| script.invoke_async(&mut connection).await)
            .await?;
        match answer.as_str() {
            "kept" => Ok(()),
            "fenced" => Err(title.lost().into()),
            "taken" => {
                let key = format!("{}[{name}]", keys::NAMES);
                let corrupt = |problem: String| StorageError::Corrupt { key, problem };
                let holder = StudyId::new(holder).map_err(|refusal| corrupt(refusal.to_string()))?;
                Err(PublishError::Taken(holder))
            }
            _ => Err(PublishError::Missing),
        }
    }
}
