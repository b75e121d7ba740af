//! Conversions between the wire and the core, a file per noun.
//!
//! What comes from the wire is checked: a refusal names the offending field relative to the message it was found
//! in, and the caller puts the message's own name before it with [`Refusal::within`](tunewright_core::Refusal::within).
//! Where the wire shows less than the core keeps (a study without its trials, a trial without its lease), the noun
//! has a view of its own here, for example [`StudyInfo`] and [`TrialInfo`].

mod algorithm;
mod assignment;
mod attachment;
mod budget;
mod choice;
mod credit;
mod distribution;
mod end_reason;
mod event;
mod field;
mod lease;
mod node;
mod objective;
mod param_value;
mod point;
mod report;
mod request;
mod result;
mod resume;
mod retry;
mod spec;
mod state;
mod study;
mod study_ref;
#[cfg(test)]
mod tests;
mod token;
mod trial;
mod update;
mod value;
mod worker;

pub use assignment::Assignment;
pub use attachment::{StudyAttachment, StudyAttachmentKey};
pub use event::{ReportEvent, TrialEvent, WatchEvent};
pub use field::required;
pub use lease::StudyLease;
pub use node::SPACE_DEPTH_MAX;
pub use objective::objective_from_wire;
pub use request::ForStudy;
pub use state::states_from_wire;
pub use study::{BestLoss, StudyInfo};
pub use study_ref::study_from_wire;
pub use token::TokenInfo;
pub use trial::{AttemptInfo, OrphanInfo, TrialInfo};
pub use value::VALUE_DEPTH_MAX;
pub use worker::{WorkerHello, WorkerInfo};
