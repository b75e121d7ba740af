//! All that a server has, as far as anybody can see it.

use prost::Message;
use tonic::transport::Channel;
use tunewright_proto::v1;

use crate::access::bench::{ROOT, call_on};

/// Everything that changes with anything: the version of a study rises with each change of it, its trials or its reports.
#[derive(Debug, PartialEq)]
pub struct Outline {
    studies: v1::ListStudiesResponse,
    tokens: v1::ListTokensResponse,
    workers: v1::ListWorkersResponse,
    attached: Vec<v1::ListAttachmentsResponse>,
}

/// An outline, and all that stands in it.
#[derive(Debug, PartialEq)]
pub struct State {
    outline: Outline,
    /// With their reports and their output.
    trials: Vec<v1::GetTrialResponse>,
}

/// Makes a call that has to work.
pub async fn must<T: Message + Default>(channel: &Channel, call: &str, message: &impl Message) -> T {
    let path = format!("tunewright.v1.{call}");
    let answer = call_on(channel, &path, vec![message.encode_to_vec()], Some(ROOT)).await;
    let answer = answer.unwrap_or_else(|status| panic!("{call}: {status:?}"));
    T::decode(&answer[..]).expect("an answer")
}

impl Outline {
    pub async fn of(channel: &Channel) -> Self {
        let studies: v1::ListStudiesResponse =
            must(channel, "StudyService/ListStudies", &v1::ListStudiesRequest::default()).await;
        assert_eq!(studies.next_page_token, "", "the studies are all on one page");
        let mut attached = Vec::new();
        for study in &studies.studies {
            let list = v1::ListAttachmentsRequest { study: reference(study), ..Default::default() };
            attached.push(must(channel, "AttachmentService/ListAttachments", &list).await);
        }
        Self {
            studies,
            attached,
            tokens: must(channel, "TokenService/ListTokens", &v1::ListTokensRequest::default()).await,
            workers: must(channel, "WorkerService/ListWorkers", &v1::ListWorkersRequest::default()).await,
        }
    }
}

impl State {
    pub async fn of(channel: &Channel) -> Self {
        let outline = Outline::of(channel).await;
        let mut trials = Vec::new();
        for study in &outline.studies.studies {
            let list =
                v1::ListTrialsRequest { study: reference(study), page_size: 1_000, ..Default::default() };
            let listed: v1::ListTrialsResponse = must(channel, "TrialService/ListTrials", &list).await;
            for trial in listed.trials {
                let get = v1::GetTrialRequest { study: reference(study), number: trial.number };
                trials.push(must(channel, "TrialService/GetTrial", &get).await);
            }
        }
        Self { outline, trials }
    }
}

fn reference(study: &v1::Study) -> Option<v1::StudyRef> {
    Some(v1::StudyRef { project: study.project.clone(), name: study.name.clone() })
}
