//! What watchers of a study see.

use serde::{Deserialize, Serialize};
use tunewright_core::study::{EndReason, Event, Transition, TrialNumber, TrialState, Version};
use tunewright_core::{Refusal, Timestamp};

use super::field::{listed, required};
use super::state::state_from_name;
use super::{StudyInfo, end_reason};
use crate::v1::{self, watch_study_response::Event as Wire};

/// What a watcher of a study sees: first the study as it is, then every change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WatchEvent {
    /// The study as it is: first, after each change of the study itself, and after a gap.
    Study(Box<StudyInfo>),
    Trial(TrialEvent),
    Report(ReportEvent),
    /// The reader was too slow and missed so many events.
    Gap {
        missed: u64,
    },
}

/// A trial has moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrialEvent {
    pub number: TrialNumber,
    pub state: TrialState,
    pub transition: Transition,
    pub attempt: u32,
    pub loss: Option<f64>,
    pub at: Timestamp,
    pub version: Version,
}

/// A trial has reported an intermediate value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportEvent {
    pub number: TrialNumber,
    pub step: u64,
    pub loss: Option<f64>,
    pub at: Timestamp,
    pub version: Version,
}

impl WatchEvent {
    /// What watchers see of a trial's or report's event; `None` for an event of the study itself, of which they see
    /// all.
    #[must_use]
    pub const fn of_trial(event: &Event) -> Option<Self> {
        match *event {
            Event::Study { .. } => None,
            Event::Trial { rev, number, state, transition, attempt, loss, at } => {
                Some(Self::Trial(TrialEvent { number, state, transition, attempt, loss, at, version: rev }))
            }
            Event::Report { rev, number, step, loss, at } => {
                Some(Self::Report(ReportEvent { number, step, loss, at, version: rev }))
            }
        }
    }
}

impl TryFrom<WatchEvent> for v1::WatchStudyResponse {
    type Error = Refusal;

    fn try_from(event: WatchEvent) -> Result<Self, Refusal> {
        let event = match event {
            WatchEvent::Study(study) => {
                Wire::Study(v1::Study::try_from(&*study).map_err(|e| e.within("study"))?)
            }
            WatchEvent::Trial(event) => {
                let (transition, reason) = transition_to_wire(event.transition);
                Wire::Trial(v1::TrialEvent {
                    number: event.number.0,
                    state: event.state.as_str().to_owned(),
                    transition: transition.to_owned(),
                    reason: reason.map_or("", EndReason::as_str).to_owned(),
                    attempt: event.attempt,
                    loss: event.loss,
                    at_ms: event.at.as_millis(),
                    version: event.version.0,
                })
            }
            WatchEvent::Report(event) => Wire::Report(v1::ReportEvent {
                number: event.number.0,
                step: event.step,
                loss: event.loss,
                at_ms: event.at.as_millis(),
                version: event.version.0,
            }),
            WatchEvent::Gap { missed } => Wire::Gap(missed),
        };
        Ok(Self { event: Some(event) })
    }
}

impl TryFrom<v1::WatchStudyResponse> for WatchEvent {
    type Error = Refusal;

    fn try_from(response: v1::WatchStudyResponse) -> Result<Self, Refusal> {
        Ok(match required(response.event, "event")? {
            Wire::Study(study) => {
                Self::Study(Box::new(study.try_into().map_err(|e: Refusal| e.within("study"))?))
            }
            Wire::Trial(event) => Self::Trial(event.try_into().map_err(|e: Refusal| e.within("trial"))?),
            Wire::Report(event) => Self::Report(ReportEvent {
                number: TrialNumber(event.number),
                step: event.step,
                loss: event.loss,
                at: Timestamp(event.at_ms),
                version: Version(event.version),
            }),
            Wire::Gap(missed) => Self::Gap { missed },
        })
    }
}

impl TryFrom<v1::TrialEvent> for TrialEvent {
    type Error = Refusal;

    fn try_from(event: v1::TrialEvent) -> Result<Self, Refusal> {
        Ok(Self {
            number: TrialNumber(event.number),
            state: state_from_name(&event.state).map_err(|e| e.within("state"))?,
            transition: transition_from_wire(&event.transition, &event.reason)?,
            attempt: event.attempt,
            loss: event.loss,
            at: Timestamp(event.at_ms),
            version: Version(event.version),
        })
    }
}

const fn transition_to_wire(transition: Transition) -> (&'static str, Option<EndReason>) {
    match transition {
        Transition::Enqueued => ("enqueued", None),
        Transition::Leased => ("leased", None),
        Transition::Requeued(reason) => ("requeued", Some(reason)),
        Transition::Completed => ("completed", None),
        Transition::Pruned => ("pruned", None),
        Transition::Failed(reason) => ("failed", Some(reason)),
        Transition::Cancelled => ("cancelled", None),
        Transition::HintKept => ("hint_kept", None),
        Transition::OrphanKept => ("orphan_kept", None),
    }
}

fn transition_from_wire(name: &str, reason: &str) -> Result<Transition, Refusal> {
    let reason = end_reason::from_name(reason).map_err(|e| e.within("reason"))?;
    Ok(match name {
        "enqueued" => Transition::Enqueued,
        "leased" => Transition::Leased,
        "requeued" => Transition::Requeued(required(reason, "reason")?),
        "completed" => Transition::Completed,
        "pruned" => Transition::Pruned,
        "failed" => Transition::Failed(required(reason, "reason")?),
        "cancelled" => Transition::Cancelled,
        "hint_kept" => Transition::HintKept,
        "orphan_kept" => Transition::OrphanKept,
        other => {
            let known = listed([
                "enqueued",
                "leased",
                "requeued",
                "completed",
                "pruned",
                "failed",
                "cancelled",
                "hint_kept",
                "orphan_kept",
            ]);
            return Err(Refusal::invalid("transition", format!("must be one of {known}, not `{other}`")));
        }
    })
}
