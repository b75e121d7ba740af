//! One call, tried until it is answered or its deadline has passed.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tonic::{Request, Response, Status};
use tunewright_core::{Code, Refusal};
use tunewright_link::Line;
use tunewright_proto::convert::{StudyInfo, required};
use tunewright_proto::v1;
use tunewright_proto::v1::attachment_service_client::AttachmentServiceClient;
use tunewright_proto::v1::study_service_client::StudyServiceClient;
use tunewright_proto::v1::token_service_client::TokenServiceClient;
use tunewright_proto::v1::trial_service_client::TrialServiceClient;
use tunewright_proto::v1::worker_service_client::WorkerServiceClient;

use crate::Error;
use crate::backoff::Backoff;
use crate::error::Failure;
use crate::transport::Transport;

/// A page of studies with large spaces is far beyond the usual limit of 4 MiB.
pub(crate) const MESSAGE_LEN_MAX: usize = 64 * 1024 * 1024;

pub(crate) fn attachments(line: Line) -> AttachmentServiceClient<Line> {
    AttachmentServiceClient::new(line).max_decoding_message_size(MESSAGE_LEN_MAX)
}

pub(crate) fn studies(line: Line) -> StudyServiceClient<Line> {
    StudyServiceClient::new(line).max_decoding_message_size(MESSAGE_LEN_MAX)
}

pub(crate) fn tokens(line: Line) -> TokenServiceClient<Line> {
    TokenServiceClient::new(line).max_decoding_message_size(MESSAGE_LEN_MAX)
}

pub(crate) fn trials(line: Line) -> TrialServiceClient<Line> {
    TrialServiceClient::new(line).max_decoding_message_size(MESSAGE_LEN_MAX)
}

pub(crate) fn workers(line: Line) -> WorkerServiceClient<Line> {
    WorkerServiceClient::new(line).max_decoding_message_size(MESSAGE_LEN_MAX)
}

/// How long one attempt and all of them may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub attempt: Duration,
    pub total: Duration,
    /// Whether a server that has nothing to give at the moment is asked again.
    pub outlast_exhaustion: bool,
}

/// Sends a request until it is answered. Only for calls that do no harm when they are repeated: all of ours.
pub(crate) async fn call<Q, A, F, Answer>(
    transport: &Transport,
    patience: Patience,
    request: &Q,
    send: F,
) -> Result<A, Error>
where
    Q: Clone,
    F: Fn(Line, Request<Q>) -> Answer,
    Answer: Future<Output = Result<Response<A>, Status>>,
{
    let began = Instant::now();
    let deadline = began + patience.total;
    let mut backoff = Backoff::new();
    let mut silences = 0;
    loop {
        let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        let attempt = patience.attempt.min(left);
        let mut message = Request::new(request.clone());
        message.set_timeout(attempt);
        let (turn, line) = transport.current();
        let failure = match timeout(attempt, send(line, message)).await {
            Ok(Ok(answer)) => return Ok(answer.into_inner()),
            Ok(Err(status)) => Failure::from(status),
            Err(_) => Failure {
                refusal: Refusal::new(Code::Unavailable, "the answer took too long"),
                unreached: true,
            },
        };
        let Failure { refusal, unreached } = failure;
        let exhausted = refusal.code == Code::Exhausted;
        // What is full and says no time is not going to be less full by itself.
        let outlasts = patience.outlast_exhaustion && refusal.retry_after_ms.is_some();
        if !refusal.code.is_retryable() || (exhausted && !outlasts) {
            return Err(refusal.into());
        }
        if !exhausted {
            transport.move_on(turn);
            silences += 1;
            // Another server may be there at once; only when all have been asked, there is something to wait for.
            if silences % transport.count() != 0 && Instant::now() < deadline {
                tracing::debug!(%refusal, "trying the next server");
                continue;
            }
        }
        let wait = backoff.wait(refusal.retry_after_ms);
        if Instant::now() + wait >= deadline {
            return Err(if unreached {
                transport.unreached(began.elapsed(), refusal.message)
            } else {
                refusal.into()
            });
        }
        tracing::debug!(%refusal, ?wait, "trying again");
        sleep(wait).await;
    }
}

/// Understands a part of an answer.
pub(crate) fn understood<T, M>(call: &'static str, part: Option<M>) -> Result<T, Error>
where
    T: TryFrom<M, Error = Refusal>,
{
    required(part, call).and_then(T::try_from).map_err(|refusal| Error::Answer { call, refusal })
}

/// Understands the study in an answer.
pub(crate) fn study_of(call: &'static str, study: Option<v1::Study>) -> Result<StudyInfo, Error> {
    understood(call, study)
}
