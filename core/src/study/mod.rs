//! The state machine of a study and its trials.
//!
//! [`Study::decide`] looks at the state and answers a [`Command`] with [`Change`]s or a refusal; it changes nothing.
//! [`Study::apply`] folds a change into the state, cannot fail, and names the [`Effect`]s the outside carries out once
//! the change is stored. Heartbeats make volatile changes that are never stored.
//!
//! ```text
//! queued -> running(attempt n, lease) -> completed | failed | pruned | cancelled          terminal is immutable
//! running(n) -- lease expired | drained | released --> queued (attempt n+1), or failed(reason) once a budget is spent
//! ```
//! A study: `active <-> paused`, then `completed` (a budget or a stop rule was met), `stopped` (a person), `failed`.

mod apply;
mod attachment;
mod change;
mod command;
mod decide;
mod effect;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod golden;
mod header;
mod index;
mod next;
mod objective;
mod progress;
mod reference;
mod reply;
mod runtime;
mod spec;
mod spec_check;
mod spec_difference;
mod staircase;
mod state;
mod told;
mod trial;

pub use attachment::{
    ATTACHMENT_LEN_MAX, ATTACHMENT_NAME_LEN_MAX, Attachment, AttachmentKey, AttachmentLimits, AttachmentName,
    Sha256,
};
pub use change::{Change, Transition};
pub use command::{
    AddTrial, CancelTrial, Command, CompleteTrial, EnqueueTrial, FailTrial, LeaseRef, LeaseTrial, PruneTrial,
    ReleaseTrial, ReportTrial, StopStudy, UpdateStudy,
};
pub use effect::{Effect, Event};
pub use header::{EndCause, Header, Status, Version};
pub use next::{Next, Waiting};
pub use objective::{Objective, PickledFunction};
pub use reference::StudyRef;
pub use reply::Reply;
pub use runtime::{CannotRun, Runtime, can_run};
pub use spec::{Budget, NoProgress, RetryPolicy, StudySpec};
pub use state::{Counts, Decision, Study};
pub use told::Told;
pub use trial::{
    Attempt, EndReason, Lease, Lessee, Origin, Orphan, Outcome, Report, ResumeHint, Trial, TrialNumber,
    TrialResult, TrialState,
};
