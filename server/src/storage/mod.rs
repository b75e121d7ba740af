//! Where studies are kept. One contract ([`Storage`]), three back ends, one conformance suite for all.

pub mod backup;
mod contract;
mod memory;
mod open;
mod record;
mod redb;
mod redis;
mod tenure;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use contract::{
    AttachError, CommitError, Durability, PublishError, Storage, StorageError, StoredStudy, StudyWrite,
};
pub use memory::MemoryStorage;
pub use open::{OpenOptions, is_there, open, without_secrets};
pub use redb::RedbStorage;
pub use redis::RedisStorage;
pub(crate) use tenure::RETURN;
pub use tenure::{Owned, Tenure, keep};
