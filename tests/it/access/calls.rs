//! The table: every call, what it is sent, who is let in, and what those are answered.

use prost::Message;
use tonic::Code;
use tunewright_proto::v1;

use super::bench::{create_study, study};

/// Who is let in; the administrator always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Reader,
    Creator,
    Controller,
    Worker,
    /// Of the project.
    Admin,
    /// Of another project.
    Stranger,
}

impl Role {
    pub const ALL: [(Self, &str); 6] = [
        (Self::Reader, "study:read@vision"),
        (Self::Creator, "study:create@vision"),
        (Self::Controller, "study:control@vision"),
        (Self::Worker, "worker:run@vision"),
        (Self::Admin, "admin@vision"),
        (Self::Stranger, "admin@text"),
    ];
}

/// A call.
pub struct Row {
    pub path: &'static str,
    pub message: Vec<u8>,
    pub allowed: &'static [Role],
    /// What those are answered who are let in.
    pub answer: Code,
}

use Role::{Admin, Controller, Creator, Reader, Stranger, Worker};

const READ: &[Role] = &[Reader, Admin];
const CREATE: &[Role] = &[Creator, Admin];
const CONTROL: &[Role] = &[Controller, Admin];
const RUN: &[Role] = &[Worker, Controller, Admin];
const FETCH: &[Role] = &[Reader, Worker, Controller, Admin];
const EQUIP: &[Role] = &[Creator, Controller, Admin];
const ADMINISTER: &[Role] = &[Admin];
const ADMINISTER_ANY: &[Role] = &[Admin, Stranger];
const NOBODY: &[Role] = &[];

fn row(path: &'static str, message: &impl Message, allowed: &'static [Role], answer: Code) -> Row {
    Row { path, message: message.encode_to_vec(), allowed, answer }
}

/// All calls, each as often as what is allowed depends on what it is sent. What would change the study is sent for one
/// that is not there: only who is let in gets to know that.
pub fn rows() -> Vec<Row> {
    [studies(), leases(), trials(), attachments(), workers(), tokens()].into_iter().flatten().collect()
}

fn there() -> Option<v1::StudyRef> {
    study("vision", "digits")
}

fn gone() -> Option<v1::StudyRef> {
    study("vision", "gone")
}

fn studies() -> Vec<Row> {
    let list = |project: &str| v1::ListStudiesRequest { project: project.to_owned(), ..Default::default() };
    let anywhere = &[Reader, Admin, Stranger];
    let spec = create_study("vision", "digits");
    vec![
        row("tunewright.v1.StudyService/CreateStudy", &spec, CREATE, Code::Ok),
        row("tunewright.v1.StudyService/GetStudy", &v1::GetStudyRequest { study: there() }, FETCH, Code::Ok),
        row("tunewright.v1.StudyService/ListStudies", &list("vision"), READ, Code::Ok),
        row("tunewright.v1.StudyService/ListStudies", &list(""), anywhere, Code::Ok),
        row(
            "tunewright.v1.StudyService/UpdateStudy",
            &v1::UpdateStudyRequest { study: gone(), ..Default::default() },
            CONTROL,
            Code::NotFound,
        ),
        row(
            "tunewright.v1.StudyService/PauseStudy",
            &v1::PauseStudyRequest { study: gone() },
            CONTROL,
            Code::NotFound,
        ),
        row(
            "tunewright.v1.StudyService/ResumeStudy",
            &v1::ResumeStudyRequest { study: gone() },
            CONTROL,
            Code::NotFound,
        ),
        row(
            "tunewright.v1.StudyService/StopStudy",
            &v1::StopStudyRequest { study: gone(), ..Default::default() },
            CONTROL,
            Code::NotFound,
        ),
        row(
            "tunewright.v1.StudyService/DeleteStudy",
            &v1::DeleteStudyRequest { study: gone() },
            CONTROL,
            Code::NotFound,
        ),
        row(
            "tunewright.v1.StudyService/WatchStudy",
            &v1::WatchStudyRequest { study: there() },
            READ,
            Code::Ok,
        ),
    ]
}

fn lease() -> Option<v1::LeaseRef> {
    Some(v1::LeaseRef { study: gone(), trial: 0, attempt: 1, lease_id: "lease".to_owned() })
}

fn leases() -> Vec<Row> {
    let ask = v1::AskTrialsRequest { study: there(), client_id: "me".to_owned(), ..Default::default() };
    let beat = v1::HeartbeatTrialsRequest { leases: lease().into_iter().collect() };
    let fail = v1::FailTrialRequest {
        lease: lease(),
        reason: v1::EndReason::ObjectiveError.into(),
        ..Default::default()
    };
    vec![
        row("tunewright.v1.TrialService/AskTrials", &ask, RUN, Code::Ok),
        // What is lost is told in the answer.
        row("tunewright.v1.TrialService/HeartbeatTrials", &beat, RUN, Code::Ok),
        row(
            "tunewright.v1.TrialService/ReportTrial",
            &v1::ReportTrialRequest { lease: lease(), ..Default::default() },
            RUN,
            Code::NotFound,
        ),
        row(
            "tunewright.v1.TrialService/CompleteTrial",
            &v1::CompleteTrialRequest { lease: lease(), ..Default::default() },
            RUN,
            Code::NotFound,
        ),
        row(
            "tunewright.v1.TrialService/PruneTrial",
            &v1::PruneTrialRequest { lease: lease(), ..Default::default() },
            RUN,
            Code::NotFound,
        ),
        row("tunewright.v1.TrialService/FailTrial", &fail, RUN, Code::NotFound),
        row(
            "tunewright.v1.TrialService/ReleaseTrial",
            &v1::ReleaseTrialRequest { lease: lease(), ..Default::default() },
            RUN,
            Code::NotFound,
        ),
    ]
}

fn trials() -> Vec<Row> {
    let point = Some(v1::Point::default());
    let enqueue = v1::EnqueueTrialRequest { study: gone(), point: point.clone(), ..Default::default() };
    let add = v1::AddTrialRequest { study: gone(), point, ..Default::default() };
    vec![
        row("tunewright.v1.TrialService/EnqueueTrial", &enqueue, CONTROL, Code::NotFound),
        row("tunewright.v1.TrialService/AddTrial", &add, CONTROL, Code::NotFound),
        row(
            "tunewright.v1.TrialService/CancelTrial",
            &v1::CancelTrialRequest { study: gone(), number: 0 },
            CONTROL,
            Code::NotFound,
        ),
        row(
            "tunewright.v1.TrialService/RetryTrial",
            &v1::RetryTrialRequest { study: gone(), ..Default::default() },
            CONTROL,
            Code::NotFound,
        ),
        row(
            "tunewright.v1.TrialService/GetTrial",
            &v1::GetTrialRequest { study: gone(), number: 0 },
            READ,
            Code::NotFound,
        ),
        row(
            "tunewright.v1.TrialService/ListTrials",
            &v1::ListTrialsRequest { study: there(), ..Default::default() },
            READ,
            Code::Ok,
        ),
        row(
            "tunewright.v1.TrialService/StreamTrials",
            &v1::StreamTrialsRequest { study: there(), ..Default::default() },
            READ,
            Code::Ok,
        ),
        row(
            "tunewright.v1.TrialService/GetBestTrial",
            &v1::GetBestTrialRequest { study: there() },
            READ,
            Code::Ok,
        ),
    ]
}

fn attachments() -> Vec<Row> {
    use v1::put_attachment_request::Part;
    let key = |trial| Some(v1::AttachmentRef { study: gone(), trial, name: "model".to_owned() });
    let put = |trial| {
        let attachment = v1::Attachment { key: key(trial), size: 0, sha256: "0".repeat(64) };
        v1::PutAttachmentRequest { part: Some(Part::Attachment(attachment)) }
    };
    let get = |trial| v1::GetAttachmentRequest { key: key(trial) };
    let delete = |trial| v1::DeleteAttachmentRequest { key: key(trial) };
    let list = v1::ListAttachmentsRequest { study: there(), ..Default::default() };
    vec![
        row("tunewright.v1.AttachmentService/PutAttachment", &put(None), EQUIP, Code::NotFound),
        row("tunewright.v1.AttachmentService/PutAttachment", &put(Some(0)), RUN, Code::NotFound),
        row("tunewright.v1.AttachmentService/GetAttachment", &get(None), FETCH, Code::NotFound),
        row("tunewright.v1.AttachmentService/GetAttachment", &get(Some(0)), FETCH, Code::NotFound),
        row("tunewright.v1.AttachmentService/ListAttachments", &list, READ, Code::Ok),
        row("tunewright.v1.AttachmentService/DeleteAttachment", &delete(None), CONTROL, Code::NotFound),
        row("tunewright.v1.AttachmentService/DeleteAttachment", &delete(Some(0)), RUN, Code::NotFound),
    ]
}

fn workers() -> Vec<Row> {
    use v1::attach_worker_request::Message as Said;
    let attach = |studies: Vec<v1::StudyRef>| {
        let hello = v1::WorkerHello { worker_id: "w".to_owned(), slots: 1, studies, ..Default::default() };
        v1::AttachWorkerRequest { message: Some(Said::Hello(hello)) }
    };
    let drain = v1::DrainWorkerRequest { worker_id: "nobody".to_owned() };
    let runs_somewhere = &[Worker, Controller, Admin, Stranger];
    let reads_somewhere = &[Reader, Admin, Stranger];
    vec![
        row(
            "tunewright.v1.WorkerService/AttachWorker",
            &attach(there().into_iter().collect()),
            RUN,
            Code::Ok,
        ),
        row("tunewright.v1.WorkerService/AttachWorker", &attach(Vec::new()), runs_somewhere, Code::Ok),
        row(
            "tunewright.v1.WorkerService/ListWorkers",
            &v1::ListWorkersRequest::default(),
            reads_somewhere,
            Code::Ok,
        ),
        row("tunewright.v1.WorkerService/DrainWorker", &drain, NOBODY, Code::NotFound),
    ]
}

fn tokens() -> Vec<Row> {
    let create = |scopes: &[&str]| v1::CreateTokenRequest {
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        ..Default::default()
    };
    let revoke = v1::RevokeTokenRequest { id: "0123456789abcdef".to_owned() };
    let list = v1::ListTokensRequest::default();
    let both = create(&["study:read@vision", "study:read@text"]);
    vec![
        row("tunewright.v1.TokenService/CreateToken", &create(&["study:read@vision"]), ADMINISTER, Code::Ok),
        row("tunewright.v1.TokenService/CreateToken", &create(&["admin@vision"]), ADMINISTER, Code::Ok),
        row("tunewright.v1.TokenService/CreateToken", &both, NOBODY, Code::Ok),
        row("tunewright.v1.TokenService/CreateToken", &create(&["study:read@*"]), NOBODY, Code::Ok),
        row("tunewright.v1.TokenService/ListTokens", &list, ADMINISTER_ANY, Code::Ok),
        row("tunewright.v1.TokenService/RevokeToken", &revoke, ADMINISTER_ANY, Code::NotFound),
    ]
}
