//! Where studies are kept. One contract ([`Storage`]), three back ends, one conformance suite for all.

mod contract;
mod memory;
mod open;
mod record;
mod redb;
mod redis;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use contract::{AttachError, CommitError, Durability, Storage, StorageError, StoredStudy, StudyWrite};
pub use memory::MemoryStorage;
pub use open::{OpenOptions, open};
pub use redb::RedbStorage;
pub use redis::RedisStorage;
