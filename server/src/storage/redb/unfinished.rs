//! Studies that are being put back: they have all their documents, but nobody sees them until they are published.

use redb::{Database, ReadableDatabase, ReadableTable, WriteTransaction};
use tunewright_core::name::StudyId;
use tunewright_core::study::{Header, Version};

use super::changes::{Change, holder};
use super::read::at;
use super::tables::{HEADERS, NAMES, UNFINISHED, VERSIONS, name_key};
use crate::storage::record::encode;
use crate::storage::{PublishError, StorageError};

pub(super) struct Prepare {
    study: StudyId,
    header: Vec<u8>,
}

impl Prepare {
    pub(super) fn new(header: &Header) -> Result<Self, StorageError> {
        Ok(Self { study: header.id.clone(), header: encode(|| header.id.to_string(), header)? })
    }
}

impl Change for Prepare {
    type Answer = ();
    type Error = StorageError;

    fn stage(&self, write: &WriteTransaction) -> Result<Result<(), StorageError>, redb::Error> {
        let id = self.study.as_str();
        let mut versions = write.open_table(VERSIONS)?;
        if versions.get(id)?.is_some() {
            return Ok(Err(StorageError::id_in_use(&self.study)));
        }
        versions.insert(id, 0)?;
        write.open_table(HEADERS)?.insert(id, self.header.as_slice())?;
        write.open_table(UNFINISHED)?.insert(id, ())?;
        Ok(Ok(()))
    }

    fn size(&self) -> usize {
        self.header.len()
    }
}

pub(super) struct Publish {
    study: StudyId,
    name: String,
    version: Version,
}

impl Publish {
    pub(super) fn new(header: &Header, version: Version) -> Self {
        Self { study: header.id.clone(), name: name_key(&header.project, &header.name), version }
    }
}

impl Change for Publish {
    type Answer = ();
    type Error = PublishError;

    fn stage(&self, write: &WriteTransaction) -> Result<Result<(), PublishError>, redb::Error> {
        let id = self.study.as_str();
        let mut unfinished = write.open_table(UNFINISHED)?;
        let is_unfinished = unfinished.get(id)?.is_some();
        let mut names = write.open_table(NAMES)?;
        match holder(&names, &self.name)? {
            Ok(Some(holder)) if holder == self.study && !is_unfinished => return Ok(Ok(())),
            Ok(Some(holder)) => return Ok(Err(PublishError::Taken(holder))),
            Ok(None) if !is_unfinished => return Ok(Err(PublishError::Missing)),
            Ok(None) => {}
            Err(error) => return Ok(Err(error.into())),
        }
        unfinished.remove(id)?;
        names.insert(self.name.as_str(), id)?;
        write.open_table(VERSIONS)?.insert(id, self.version.0)?;
        Ok(Ok(()))
    }
}

/// The studies that nobody has published, nor will: while the file was closed, nobody was at it.
pub(super) fn left(database: &Database) -> Result<Vec<StudyId>, StorageError> {
    const DURING: &str = "looking for what is unfinished";
    let read = database.begin_read().map_err(at(DURING))?;
    let unfinished = read.open_table(UNFINISHED).map_err(at(DURING))?;
    let mut left = Vec::new();
    for entry in unfinished.iter().map_err(at(DURING))? {
        let (id, ()) = entry.map(|(id, nothing)| (id, nothing.value())).map_err(at(DURING))?;
        let corrupt = |problem: String| StorageError::Corrupt { key: id.value().to_owned(), problem };
        left.push(StudyId::new(id.value()).map_err(|refusal| corrupt(refusal.to_string()))?);
    }
    Ok(left)
}
