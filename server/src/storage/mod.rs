//! Where studies are kept. One contract ([`Storage`]), three back ends, one conformance suite for all.

mod contract;

pub use contract::{CommitError, Durability, Storage, StorageError, StoredStudy, StudyWrite};
