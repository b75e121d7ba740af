//! Backups: studies in a file of their own, between any two stores.
//!
//! A backup is lines of JSON, each a record in the envelope that it has in every store (see `record.rs`), so that a backup is
//! read for as long as a store of its time is. The content of an attachment stands behind its line as it is, and a newline.
//!
//! ```text
//! backup                                  when it was made, and by what
//! study                                   its version; from here on its digest counts
//!   header
//!   trial, report..., output              for each trial, in the order of their numbers
//!   attached, its content                 for each attachment, in the order of their keys
//! study_end                               what was counted, and the digest
//! token...                                if they were asked for
//! backup_end                              what was counted, and the digest of all that comes before
//! ```
//!
//! The digest of a study is that of its records as this version writes them, so it is the same in every store and file.

mod error;
mod forms;
mod plan;
mod read;
mod restore;
mod section;
mod source;
mod watch;
mod write;
mod writing;

#[cfg(test)]
mod tests;

pub use error::BackupError;
pub use forms::{BackupReport, StudyReport};
pub use restore::{NewName, Restored, Restoring, check, restore};
pub use watch::{Step, Watch};
pub use write::{BackingUp, Selection, back_up};
