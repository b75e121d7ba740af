//! Requests that are one command to one study.

use tunewright_core::Refusal;
use tunewright_core::space::Point;
use tunewright_core::study::{
    AddTrial, CancelTrial, CompleteTrial, EnqueueTrial, FailTrial, PruneTrial, ReleaseTrial, ReportTrial,
    ResumeHint, StopStudy, StudyRef, TrialNumber,
};

use super::field::{non_empty, required};
use super::{StudyLease, end_reason, result, resume, study_from_wire};
use crate::v1;

/// A command, and the study it is for.
#[derive(Clone, Debug, PartialEq)]
pub struct ForStudy<C> {
    pub study: StudyRef,
    pub command: C,
}

impl TryFrom<v1::ReportTrialRequest> for ForStudy<ReportTrial> {
    type Error = Refusal;

    fn try_from(request: v1::ReportTrialRequest) -> Result<Self, Refusal> {
        let lease = StudyLease::of_request(request.lease)?;
        let checkpoint_uri = non_empty(resume::checkpoint_uri(request.checkpoint_uri)?);
        let command = ReportTrial {
            lease: lease.token(),
            step: request.step,
            loss: request.loss,
            metrics: request.metrics,
            checkpoint_uri,
        };
        Ok(Self { study: lease.study, command })
    }
}

impl TryFrom<v1::CompleteTrialRequest> for ForStudy<CompleteTrial> {
    type Error = Refusal;

    fn try_from(request: v1::CompleteTrialRequest) -> Result<Self, Refusal> {
        let lease = StudyLease::of_request(request.lease)?;
        let command = CompleteTrial {
            lease: lease.token(),
            loss: request.loss,
            metrics: request.metrics,
            output: request.output,
            result: result::from_wire(request.result)?,
        };
        Ok(Self { study: lease.study, command })
    }
}

impl TryFrom<v1::PruneTrialRequest> for ForStudy<PruneTrial> {
    type Error = Refusal;

    fn try_from(request: v1::PruneTrialRequest) -> Result<Self, Refusal> {
        let lease = StudyLease::of_request(request.lease)?;
        let command = PruneTrial {
            lease: lease.token(),
            loss: request.loss,
            metrics: request.metrics,
            output: request.output,
            result: result::from_wire(request.result)?,
        };
        Ok(Self { study: lease.study, command })
    }
}

impl TryFrom<v1::FailTrialRequest> for ForStudy<FailTrial> {
    type Error = Refusal;

    fn try_from(request: v1::FailTrialRequest) -> Result<Self, Refusal> {
        let lease = StudyLease::of_request(request.lease)?;
        let reason = end_reason::from_number(request.reason).map_err(|e| e.within("reason"))?;
        let command = FailTrial {
            lease: lease.token(),
            reason: required(reason, "reason")?,
            message: request.message,
            output: request.output,
            result: result::from_wire(request.result)?,
        };
        Ok(Self { study: lease.study, command })
    }
}

impl TryFrom<v1::ReleaseTrialRequest> for ForStudy<ReleaseTrial> {
    type Error = Refusal;

    fn try_from(request: v1::ReleaseTrialRequest) -> Result<Self, Refusal> {
        let lease = StudyLease::of_request(request.lease)?;
        let hint = request.resume.map(ResumeHint::try_from).transpose();
        let command = ReleaseTrial { lease: lease.token(), hint: hint.map_err(|e| e.within("resume"))? };
        Ok(Self { study: lease.study, command })
    }
}

impl TryFrom<v1::EnqueueTrialRequest> for ForStudy<EnqueueTrial> {
    type Error = Refusal;

    fn try_from(request: v1::EnqueueTrialRequest) -> Result<Self, Refusal> {
        let study = study_from_wire(request.study)?;
        let fixed = Point::try_from(required(request.point, "point")?);
        let command = EnqueueTrial {
            fixed: fixed.map_err(|e| e.within("point"))?,
            request_id: non_empty(request.request_id),
        };
        Ok(Self { study, command })
    }
}

impl TryFrom<v1::AddTrialRequest> for ForStudy<AddTrial> {
    type Error = Refusal;

    fn try_from(request: v1::AddTrialRequest) -> Result<Self, Refusal> {
        let study = study_from_wire(request.study)?;
        let point = Point::try_from(required(request.point, "point")?);
        let command = AddTrial {
            point: point.map_err(|e| e.within("point"))?,
            loss: request.loss,
            metrics: request.metrics,
            reason: end_reason::from_number(request.reason).map_err(|e| e.within("reason"))?,
            message: request.message,
            result: result::from_wire(request.result)?,
            request_id: non_empty(request.request_id),
        };
        Ok(Self { study, command })
    }
}

impl TryFrom<ForStudy<AddTrial>> for v1::AddTrialRequest {
    type Error = Refusal;

    fn try_from(add: ForStudy<AddTrial>) -> Result<Self, Refusal> {
        let ForStudy { study, command } = add;
        Ok(Self {
            study: Some((&study).into()),
            point: Some(command.point.into()),
            loss: command.loss,
            metrics: command.metrics,
            reason: end_reason::to_number(command.reason),
            message: command.message,
            result: result::to_wire(command.result)?,
            request_id: command.request_id.unwrap_or_default(),
        })
    }
}

impl TryFrom<v1::CancelTrialRequest> for ForStudy<CancelTrial> {
    type Error = Refusal;

    fn try_from(request: v1::CancelTrialRequest) -> Result<Self, Refusal> {
        let study = study_from_wire(request.study)?;
        Ok(Self { study, command: CancelTrial { trial: TrialNumber(request.number) } })
    }
}

impl TryFrom<v1::StopStudyRequest> for ForStudy<StopStudy> {
    type Error = Refusal;

    fn try_from(request: v1::StopStudyRequest) -> Result<Self, Refusal> {
        let study = study_from_wire(request.study)?;
        Ok(Self { study, command: StopStudy { cancel_running: request.cancel_running } })
    }
}
