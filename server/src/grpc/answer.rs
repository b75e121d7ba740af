//! Encoding what calls are answered with.

use tonic::{Response, Status};
use tunewright_core::Refusal;
use tunewright_core::study::{Objective, Reply, StudyRef, StudySpec, Trial, TrialNumber};
use tunewright_proto::convert::{Assignment, BestLoss, StudyInfo, StudyLease};
use tunewright_proto::status::to_status;
use tunewright_proto::v1;

use crate::storage::Durability;
use crate::studies::StudyView;

/// What a call answers: the encoded message, or the status that carries the refusal.
pub(super) fn answer<T>(answered: Result<T, Refusal>) -> Result<Response<T>, Status> {
    answered.map(Response::new).map_err(|refusal| to_status(&refusal))
}

/// A study as callers see it.
pub(super) fn study_info(view: &StudyView, durability: Durability) -> StudyInfo {
    let best = view.best.map(|(trial, loss)| BestLoss { trial: TrialNumber(trial), loss });
    StudyInfo::new(&view.header, view.version, view.counts, best, durability.as_str())
}

/// A study on the wire.
pub(super) fn study(view: &StudyView, durability: Durability) -> Result<v1::Study, Refusal> {
    v1::Study::try_from(&study_info(view, durability))
}

/// A leased trial on the wire, with its configuration.
pub(super) fn assignment(
    study: &StudyRef,
    spec: &StudySpec,
    trial: Trial,
    objective: Option<Objective>,
    durability: Durability,
) -> Result<v1::Assignment, Refusal> {
    let missing = || Refusal::internal(format!("trial {} has no lease or no point", trial.number));
    let (Some(lease), Some(point)) = (&trial.lease, &trial.point) else { return Err(missing()) };
    let config = spec.space.instantiate(point)?;
    Assignment {
        lease: StudyLease {
            study: study.clone(),
            trial: trial.number,
            attempt: trial.attempt,
            lease: lease.id.clone(),
        },
        point: point.clone(),
        config,
        lease_ttl_ms: spec.lease_ttl_ms,
        trial_timeout_ms: spec.trial_timeout_ms,
        resume: trial.hint,
        durability: durability.as_str().to_owned(),
        objective,
    }
    .try_into()
}

/// How an attempt's end was answered.
pub(super) struct Ended {
    pub(super) duplicate: bool,
    pub(super) late: bool,
    pub(super) requeued: bool,
}

/// How an attempt's end was answered.
pub(super) fn ended(reply: &Reply) -> Result<Ended, Refusal> {
    match *reply {
        Reply::Ended { duplicate, late, requeued } => Ok(Ended { duplicate, late, requeued }),
        ref other => Err(unexpected(other)),
    }
}

/// A reply of the wrong kind is a fault of ours.
pub(super) fn unexpected(reply: &Reply) -> Refusal {
    Refusal::internal(format!("unexpected reply {reply:?}"))
}
