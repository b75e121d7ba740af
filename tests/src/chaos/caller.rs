//! One client's connection, which writes down all that is asked and heard over it.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status};
use tunewright_core::Code;
use tunewright_core::study::TrialState;
use tunewright_proto::status::from_status;
use tunewright_proto::v1;
use tunewright_proto::v1::study_service_client::StudyServiceClient;
use tunewright_proto::v1::trial_service_client::TrialServiceClient;

use super::history::{Held, History, Op, Outcome, Verdict};

/// How long one request may take.
const ANSWER: Duration = Duration::from_millis(1_500);
/// How long a request whose outcome is unknown is sent again.
const GIVE_UP: Duration = Duration::from_secs(20);
/// How long it waits before it is sent again: at first, and at most.
const AGAIN: (Duration, Duration) = (Duration::from_millis(100), Duration::from_millis(1_600));

/// One client's connection.
#[derive(Clone, Debug)]
pub struct Caller {
    client: String,
    channel: Channel,
    history: Arc<History>,
}

impl Caller {
    /// A connection that is made at the first call, and again whenever it has to be.
    ///
    /// # Panics
    /// When the address is no part of a URL.
    #[must_use]
    pub fn new(client: String, server: SocketAddr, history: Arc<History>) -> Self {
        let endpoint =
            Endpoint::from_shared(format!("http://{server}")).expect("a socket address fits a URL");
        let channel = endpoint
            .connect_timeout(Duration::from_secs(1))
            .http2_keep_alive_interval(Duration::from_secs(1))
            .keep_alive_timeout(Duration::from_secs(1))
            .keep_alive_while_idle(true)
            .connect_lazy();
        Self::over(channel, client, history)
    }

    /// Over a way to the server that somebody else has made.
    #[must_use]
    pub const fn over(channel: Channel, client: String, history: Arc<History>) -> Self {
        Self { client, channel, history }
    }

    pub async fn create(&self, study: &str, spec: v1::StudySpec) -> Outcome {
        let request = v1::CreateStudyRequest { study: named(study), spec: Some(spec), objective: None };
        let mut studies = StudyServiceClient::new(self.channel.clone());
        let answer = studies.create_study(hurried(request));
        self.record(study, Op::Create, answer, |answer| Outcome::Created(answer.created)).await
    }

    pub async fn ask(&self, study: &str, request_id: &str, count: u32, reclaim: bool) -> Outcome {
        let request = v1::AskTrialsRequest {
            study: named(study),
            client_id: self.client.clone(),
            request_id: request_id.to_owned(),
            count,
            reclaim,
        };
        let op = Op::Ask { request_id: request_id.to_owned(), reclaim };
        let mut trials = TrialServiceClient::new(self.channel.clone());
        let answer = trials.ask_trials(hurried(request));
        self.record(study, op, answer, |answer| {
            if answer.assignments.is_empty() {
                return Outcome::Ended;
            }
            let leases = answer.assignments.into_iter().filter_map(|assignment| assignment.lease);
            Outcome::Leased(
                leases
                    .map(|lease| Held { trial: lease.trial, attempt: lease.attempt, lease: lease.lease_id })
                    .collect(),
            )
        })
        .await
    }

    pub async fn tell(&self, study: &str, held: &Held, verdict: Verdict) -> Outcome {
        let lease = Some(v1::LeaseRef {
            study: named(study),
            trial: held.trial,
            attempt: held.attempt,
            lease_id: held.lease.clone(),
        });
        let op = Op::Tell { held: held.clone(), verdict };
        let mut trials = TrialServiceClient::new(self.channel.clone());
        let told = |duplicate, late, requeued| Outcome::Told { duplicate, late, requeued };
        match verdict {
            Verdict::Complete(loss) => {
                let request = v1::CompleteTrialRequest { lease, loss, ..Default::default() };
                let answer = trials.complete_trial(hurried(request));
                self.record(study, op, answer, |it| told(it.duplicate, it.late, false)).await
            }
            Verdict::Prune(loss) => {
                let request = v1::PruneTrialRequest { lease, loss: Some(loss), ..Default::default() };
                let answer = trials.prune_trial(hurried(request));
                self.record(study, op, answer, |it| told(it.duplicate, it.late, false)).await
            }
            Verdict::Fail => {
                let reason = v1::EndReason::ObjectiveError.into();
                let request = v1::FailTrialRequest { lease, reason, ..Default::default() };
                let answer = trials.fail_trial(hurried(request));
                self.record(study, op, answer, |it| told(it.duplicate, false, it.requeued)).await
            }
            Verdict::Release => {
                let request = v1::ReleaseTrialRequest { lease, resume: None };
                let answer = trials.release_trial(hurried(request));
                self.record(study, op, answer, |_| told(false, false, true)).await
            }
        }
    }

    pub async fn cancel(&self, study: &str, number: u64) -> Outcome {
        let request = v1::CancelTrialRequest { study: named(study), number };
        let mut trials = TrialServiceClient::new(self.channel.clone());
        let answer = trials.cancel_trial(hurried(request));
        self.record(study, Op::Cancel { trial: number }, answer, |_| Outcome::Cancelled).await
    }

    pub async fn look(&self, study: &str, number: u64) -> Outcome {
        let request = v1::GetTrialRequest { study: named(study), number };
        let mut trials = TrialServiceClient::new(self.channel.clone());
        let answer = trials.get_trial(hurried(request));
        self.record(study, Op::Look { trial: number }, answer, |answer| {
            answer.trial.map_or(Outcome::Unknown, |trial| {
                TrialState::try_from(trial.state())
                    .map_or(Outcome::Unknown, |state| Outcome::Seen { state, loss: trial.loss })
            })
        })
        .await
    }

    /// Whether the study has ended; false also if nobody answers. It is not noted.
    pub async fn has_ended(&self, study: &str) -> bool {
        let request = v1::GetStudyRequest { study: named(study) };
        let mut studies = StudyServiceClient::new(self.channel.clone());
        match timeout(ANSWER, studies.get_study(hurried(request))).await {
            Ok(Ok(answer)) => answer.into_inner().study.is_some_and(|study| study.ended_at_ms > 0),
            Ok(Err(_)) | Err(_) => false,
        }
    }

    /// Sends one request once, and notes it before and what came of it after.
    async fn record<T>(
        &self,
        study: &str,
        op: Op,
        answer: impl Future<Output = Result<Response<T>, Status>>,
        understand: impl FnOnce(T) -> Outcome,
    ) -> Outcome {
        let place = self.history.invoke(&self.client, study, op);
        let outcome = match timeout(ANSWER, answer).await {
            Ok(Ok(answer)) => understand(answer.into_inner()),
            Ok(Err(status)) => match from_status(&status).code {
                Code::Unavailable | Code::Internal => Outcome::Unknown,
                code => Outcome::Refused(code),
            },
            Err(_) => Outcome::Unknown,
        };
        self.history.answer(place, outcome.clone());
        outcome
    }
}

/// Repeats a request until its outcome is known, or has been unknown for long.
pub async fn until_known<Answer>(mut send: impl FnMut() -> Answer) -> Outcome
where
    Answer: Future<Output = Outcome>,
{
    let deadline = Instant::now() + GIVE_UP;
    let (mut pause, longest) = AGAIN;
    loop {
        let outcome = send().await;
        let is_known = !matches!(outcome, Outcome::Unknown | Outcome::Refused(Code::Exhausted));
        if is_known || Instant::now() > deadline {
            return outcome;
        }
        sleep(pause).await;
        pause = (pause * 2).min(longest);
    }
}

fn hurried<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(ANSWER);
    request
}

fn named(study: &str) -> Option<v1::StudyRef> {
    Some(v1::StudyRef { project: String::new(), name: study.to_owned() })
}
